"""Class sessions compared with bare workflows that do the same amount of work, on one real server."""
