"""Live updates to pages and API clients by server-sent events, and the recording of incoming events."""
