"""Verifies LiveKit's webhooks and converts them to session events."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from google.protobuf.json_format import Parse, ParseError
from livekit.protocol import models as proto
from livekit.protocol.webhook import WebhookEvent

from domain.errors import MalformedEvent
from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from media_bridge.rooms import (
    enum_name,
    is_hidden,
    joined_at,
    kind_name,
    link_version,
    session_of,
    source_name,
)
from media_bridge.webhook_signatures import WebhookSignatures

_KINDS = {
    "room_started": EventKind.ROOM_STARTED,
    "room_finished": EventKind.ROOM_FINISHED,
    "participant_joined": EventKind.PARTICIPANT_JOINED,
    "participant_left": EventKind.PARTICIPANT_LEFT,
    "participant_connection_aborted": EventKind.PARTICIPANT_ABORTED,
    "track_published": EventKind.TRACK_PUBLISHED,
    "track_unpublished": EventKind.TRACK_UNPUBLISHED,
}
_WHOLE_SECOND = timedelta(seconds=1)
_NOTHING: Mapping[str, Any] = {}


class WebhookVerifier:
    """Receives webhooks signed with any of several API keys, so that keys rotate without a lost event."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` maps API key to secret."""
        self._signatures = WebhookSignatures(keys)

    def receive(self, body: bytes, authorization: str) -> RecordedEvent | None:
        """The event in `body`, or None when it is not about a session or not of interest.

        `authorization` is the value of the request's header. Raises SignatureInvalid and MalformedEvent.
        """
        self._signatures.verify(body, authorization.removeprefix("Bearer ").strip())
        try:
            event = _parsed(body)
        except (ParseError, UnicodeDecodeError) as error:
            raise MalformedEvent("the webhook's body is not a LiveKit event") from error
        try:
            return read_event(event)
        except (ValueError, OverflowError, OSError) as error:
            raise MalformedEvent("the webhook holds a time that is out of range") from error


def _parsed(body: bytes) -> WebhookEvent:
    """The event in `body`. Raises ParseError, UnicodeDecodeError.

    JSON as LiveKit's server writes it is parsed here, at a tenth of the cost of protobuf's own parser, which parses
    everything else. Only the fields that are used are read.
    """
    try:
        return _from_livekit_json(orjson.loads(body))
    except (AttributeError, LookupError, TypeError, ValueError):
        return Parse(body, WebhookEvent(), ignore_unknown_fields=True)


def _from_livekit_json(event: Mapping[str, Any]) -> WebhookEvent:
    """Raises AttributeError, LookupError, TypeError or ValueError for JSON in any other form."""
    room = event["room"]
    parsed = WebhookEvent(
        event=event["event"],
        id=event["id"],
        created_at=int(event["createdAt"]),
        room=proto.Room(
            sid=room.get("sid"), name=room["name"], creation_time_ms=int(room.get("creationTimeMs", 0))
        ),
    )
    if person := event.get("participant"):
        parsed.participant.MergeFrom(_participant(person))
    if track := event.get("track"):
        parsed.track.MergeFrom(
            proto.TrackInfo(sid=track["sid"], source=track.get("source"), muted=track.get("muted"))
        )
    return parsed


def _participant(person: Mapping[str, Any]) -> proto.ParticipantInfo:
    permission = person.get("permission") or _NOTHING
    return proto.ParticipantInfo(
        sid=person["sid"],
        identity=person.get("identity"),
        kind=person.get("kind"),
        joined_at=int(person.get("joinedAt", 0)),
        joined_at_ms=int(person["joinedAtMs"]),
        disconnect_reason=person.get("disconnectReason"),
        attributes=person.get("attributes") or _NOTHING,
        permission=proto.ParticipantPermission(
            hidden=permission.get("hidden", False), recorder=permission.get("recorder", False)
        ),
    )


def read_event(event: WebhookEvent) -> RecordedEvent | None:
    """Converts LiveKit's event to a session event; None where it is not about a session or not of interest.

    `room.num_participants` is left out, because LiveKit does not keep it up to date in webhooks. Raises MalformedEvent.
    """
    if not event.event:
        raise MalformedEvent("the webhook does not say what happened")
    kind, session_id = _KINDS.get(event.event), session_of(event.room.name)
    if kind is None or session_id is None:
        return None
    if not event.id or not event.created_at:
        raise MalformedEvent("the webhook has no id or no time")
    has_participant = event.HasField("participant")
    if kind not in (EventKind.ROOM_STARTED, EventKind.ROOM_FINISHED) and not event.participant.sid:
        raise MalformedEvent("the webhook names no participant")
    return RecordedEvent(
        session_id,
        SessionEvent(
            source=EventSource.WEBHOOK,
            source_id=f"webhook:{event.id}",
            kind=kind,
            occurred_at=_occurred_at(kind, event),
            identity=event.participant.identity or None,
            participant_sid=event.participant.sid or None,
            track_sid=event.track.sid or None,
            hidden=has_participant and is_hidden(event.participant),
            data=_data(kind, event),
        ),
    )


def _occurred_at(kind: EventKind, event: WebhookEvent) -> datetime:
    """When it happened, to the millisecond where LiveKit sends that; `created_at` has whole seconds, rounded down."""
    created = datetime.fromtimestamp(event.created_at, UTC)
    if kind == EventKind.ROOM_STARTED and event.room.creation_time_ms:
        return datetime.fromtimestamp(event.room.creation_time_ms / 1000, UTC)
    if kind == EventKind.PARTICIPANT_JOINED and event.participant.joined_at_ms:
        return joined_at(event.participant)
    if kind == EventKind.PARTICIPANT_LEFT and event.participant.joined_at_ms:
        return max(created, min(joined_at(event.participant), created + _WHOLE_SECOND))
    return created


def _data(kind: EventKind, event: WebhookEvent) -> dict[str, Any]:
    data: dict[str, Any] = {"room_sid": event.room.sid}
    if event.participant.sid:
        data["participant_kind"] = kind_name(event.participant)
    if event.participant.joined_at_ms:
        data["joined_at"] = joined_at(event.participant).isoformat()
    if kind in (EventKind.PARTICIPANT_LEFT, EventKind.PARTICIPANT_ABORTED):
        data["reason"] = enum_name(proto.DisconnectReason, event.participant.disconnect_reason)
    if kind == EventKind.PARTICIPANT_JOINED and (version := link_version(event.participant)):
        data["link_version"] = version
    if event.track.sid:
        data |= {"source": source_name(event.track), "muted": event.track.muted}
    return data
