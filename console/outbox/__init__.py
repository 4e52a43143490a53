"""Messages that were sent, wait or failed."""
