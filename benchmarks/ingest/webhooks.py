"""Webhooks of many classes, as LiveKit's server sends them."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from google.protobuf.json_format import MessageToJson
from livekit.protocol.models import ParticipantInfo, Room, TrackInfo, TrackSource
from livekit.protocol.webhook import WebhookEvent

from domain.people.roles import room_name
from domain.presence.events import RecordedEvent
from media_bridge.webhooks import read_event
from tests.media_bridge.webhook_signing import authorization

_KINDS = ("participant_joined", "track_published", "track_unpublished", "participant_left")


@dataclass(frozen=True)
class Webhook:
    body: bytes
    authorization: str


def webhook_events(sessions: Sequence[UUID]) -> Iterator[WebhookEvent]:
    """Endless events: in each class in turn somebody joins, publishes and unpublishes a microphone, and leaves."""
    for number in itertools.count():
        participant = ParticipantInfo(
            sid=f"PA_{number:012d}", identity=str(uuid4()), joined_at_ms=int(time.time() * 1000)
        )
        room = Room(sid=f"RM_{number % len(sessions):012d}", name=room_name(sessions[number % len(sessions)]))
        track = TrackInfo(sid=f"TR_{number:012d}", source=TrackSource.MICROPHONE)
        for kind in _KINDS:
            event = WebhookEvent(
                event=kind,
                id=f"EV_{uuid4().hex[:12]}",
                created_at=int(time.time()),
                room=room,
                participant=participant,
            )
            if kind.startswith("track"):
                event.track.CopyFrom(track)
            yield event


def recorded(events: Iterator[WebhookEvent], count: int) -> list[RecordedEvent]:
    """The events as the API has them before it records them."""
    return [recorded for event in itertools.islice(events, count) if (recorded := read_event(event))]


def signed(events: Iterator[WebhookEvent], count: int) -> list[Webhook]:
    bodies = (MessageToJson(event, indent=None).encode() for event in itertools.islice(events, count))
    return [Webhook(body, authorization(body)) for body in bodies]
