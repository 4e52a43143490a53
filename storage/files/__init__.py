"""Inspects uploaded files: detects their kind from the content and refuses files that are not safe to keep or open."""

from storage.files.inspection import inspect_file

__all__ = ["inspect_file"]
