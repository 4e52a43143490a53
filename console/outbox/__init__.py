"""Pages of the outbox: messages that are sent, waiting or failed."""
