"""Today's classes: the live board."""
