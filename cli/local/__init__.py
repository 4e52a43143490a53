"""The local stack: starts, watches and stops PostgreSQL, Temporal, LiveKit, a mail sink and Homeroom itself."""
