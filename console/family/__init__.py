"""The page of a guardian."""
