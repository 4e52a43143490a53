"""The object store, and the inspection of uploaded files."""
