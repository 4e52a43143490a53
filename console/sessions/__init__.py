"""The page of one session and its commands."""
