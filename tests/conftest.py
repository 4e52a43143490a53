"""Fixtures of the whole suite."""

from tests.stack import (
    livekit_factory,
    livekit_server,
    mail_sink,
    postgres_server,
    s3_server,
    temporal_server,
)

__all__ = [
    "livekit_factory",
    "livekit_server",
    "mail_sink",
    "postgres_server",
    "s3_server",
    "temporal_server",
]
