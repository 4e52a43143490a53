"""What belongs to a person: a student's guardians, an instructor's qualifications."""
