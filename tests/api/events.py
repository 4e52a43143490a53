"""Sends LiveKit webhooks to the API, and reads the recorded events."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg

from config.settings import Settings
from domain.presence.events import EventKind, SessionEvent
from models.repositories import events
from tests.campus import Campus, School
from tests.media_bridge.webhook_signing import authorization

PATH = "/v1/livekit/webhooks"


def in_milliseconds(seconds: float = 0) -> str:
    """LiveKit's form of the moment `seconds` from now."""
    return str(round((time.time() + seconds) * 1000))


def joined(session_id: str, key: str = "", **changes: Any) -> bytes:
    """The body of a participant_joined webhook, of now."""
    event = {
        "event": "participant_joined",
        "id": key or f"EV_{uuid4().hex}",
        "createdAt": str(round(time.time())),
        "room": {"sid": "RM_1", "name": f"session-{session_id}"},
        "participant": {"sid": "PA_1", "identity": "someone", "joinedAtMs": in_milliseconds()},
    }
    return json.dumps(event | changes).encode()


def signed(settings: Settings, body: bytes, **changes: Any) -> dict[str, str]:
    """The Authorization header that LiveKit sends with this body."""
    keys = {"key": settings.livekit_api_key, "secret": settings.livekit_api_secret.get_secret_value()}
    return {"Authorization": authorization(body, **keys | changes)}


async def post_webhook(campus: Campus, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """Sends a webhook; signs it unless headers are given."""
    headers = signed(campus.settings, body) if headers is None else headers
    async with campus.client() as livekit:
        return await livekit.post(PATH, content=body, headers=headers)


async def recorded(school: School, session_id: str, *kinds: EventKind) -> list[SessionEvent]:
    async with school.transaction() as db:
        return await events.of_session(db, UUID(session_id), kinds or None)


def count_events(campus: Campus) -> int:
    """The number of recorded events, of all organizations."""
    with psycopg.connect(campus.database.superuser) as connection:
        row = connection.execute("select count(*) from session_event").fetchone()
    assert row is not None
    return int(row[0])
