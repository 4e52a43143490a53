"""All classes, past and coming: the list with its filters, acts on many of them, and booking from a file."""
