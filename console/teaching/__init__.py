"""The page of an instructor."""
