"""Pages of plans of a term."""
