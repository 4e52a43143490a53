"""The guardian's own page."""
