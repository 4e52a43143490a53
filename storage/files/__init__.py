"""Files that people bring: what they are by their content, and whether they are safe to keep and to open."""

from storage.files.inspection import inspect

__all__ = ["inspect"]
