"""The object store, and what files are by their content."""
