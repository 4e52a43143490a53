"""The page of a session, and its commands."""
