"""The HTTP API under `/v1`: routes, schemas, live streams, incoming webhooks and the room page."""
