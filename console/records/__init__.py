"""List, page, form and retirement of every kind of record."""
