"""The queue of exceptions."""
