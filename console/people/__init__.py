"""Pages that edit a student's guardians and an instructor's qualifications."""
