"""Pages of people and courses: list, detail, form and retirement, shared by every kind of record."""
