"""The instructor's own page."""
