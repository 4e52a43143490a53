"""Pages of series of classes."""
