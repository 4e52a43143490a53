"""The door: HTTP API, webhooks in, join page, console."""
