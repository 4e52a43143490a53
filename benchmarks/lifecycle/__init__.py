"""Class sessions against bare workflows that do as much, on one real server."""
