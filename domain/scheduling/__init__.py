"""Wall time and zones."""
