"""The voice that is lost when something fails in the middle of a class, counted from what is stored in the end."""
