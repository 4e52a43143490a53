"""LiveKit's webhooks: verified on the raw body, then told as session events."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from google.protobuf.json_format import Parse, ParseError
from livekit.protocol import models as proto
from livekit.protocol.webhook import WebhookEvent

from domain.errors import MalformedEvent, SignatureInvalid
from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from media_bridge.rooms import is_hidden, joined_at, kind_name, session_of, source_name, word_for

_KINDS = {
    "room_started": EventKind.ROOM_STARTED,
    "room_finished": EventKind.ROOM_FINISHED,
    "participant_joined": EventKind.PARTICIPANT_JOINED,
    "participant_left": EventKind.PARTICIPANT_LEFT,
    "participant_connection_aborted": EventKind.PARTICIPANT_ABORTED,
    "track_published": EventKind.TRACK_PUBLISHED,
    "track_unpublished": EventKind.TRACK_UNPUBLISHED,
}
_LEEWAY = 60  # seconds by which the clock of LiveKit's server may be off, as in its own libraries


class WebhookVerifier:
    """Receives webhooks signed with any of several API keys, so that keys rotate without a lost event."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` maps API key to secret."""
        self._keys = {key: _prepared(secret) for key, secret in keys.items()}

    def receive(self, body: bytes, authorization: str) -> RecordedEvent | None:
        """The event in `body`, or None when it is not about a session or not of interest.

        `authorization` is the request's header as it is. Raises SignatureInvalid and MalformedEvent.
        """
        self._verify(body, authorization.removeprefix("Bearer ").strip())
        try:
            event = Parse(body, WebhookEvent(), ignore_unknown_fields=True)
        except (ParseError, UnicodeDecodeError) as error:
            raise MalformedEvent("the webhook's body is not a LiveKit event") from error
        try:
            return read_event(event)
        except (ValueError, OverflowError, OSError) as error:
            raise MalformedEvent("a time in the webhook is none") from error

    def _verify(self, body: bytes, token: str) -> None:
        try:
            issuer = _claimed_issuer(token)
            claims = jwt.decode(
                token,
                self._keys[issuer],
                algorithms=["HS256"],
                issuer=issuer,
                leeway=_LEEWAY,
                options={"require": ["exp"]},
            )
            expected = base64.b64decode(claims.get("sha256") or "", validate=True)
        except (jwt.InvalidTokenError, LookupError, TypeError, ValueError) as error:
            raise SignatureInvalid("the webhook is not signed with a known key") from error
        if not hmac.compare_digest(hashlib.sha256(body).digest(), expected):
            raise SignatureInvalid("the webhook's signature is for another body")


def _prepared(secret: str) -> jwt.PyJWK:
    """Looked at once: given as text, a secret is searched for the marks of other kinds of keys at every webhook."""
    encoded = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    return jwt.PyJWK({"kty": "oct", "k": encoded, "alg": "HS256"})


def _claimed_issuer(token: str) -> str:
    """The key the sender says it has, so that its secret alone is tried. Raises LookupError, TypeError, ValueError."""
    issuer: str = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["iss"]
    return issuer


def read_event(event: WebhookEvent) -> RecordedEvent | None:
    """Maps LiveKit's event to ours, without `room.num_participants`: in webhooks it is not kept true."""
    if not event.event:
        raise MalformedEvent("the webhook does not say what happened")
    kind, session_id = _KINDS.get(event.event), session_of(event.room.name)
    if kind is None or session_id is None:
        return None
    if not event.id or not event.created_at:
        raise MalformedEvent("the webhook has no id or no time")
    someone = event.HasField("participant")
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
            hidden=someone and is_hidden(event.participant),
            data=_data(kind, event),
        ),
    )


def _occurred_at(kind: EventKind, event: WebhookEvent) -> datetime:
    """To the millisecond where LiveKit says it; `created_at` has whole seconds, rounded down."""
    created = datetime.fromtimestamp(event.created_at, UTC)
    if kind == EventKind.ROOM_STARTED and event.room.creation_time_ms:
        return datetime.fromtimestamp(event.room.creation_time_ms / 1000, UTC)
    if kind == EventKind.PARTICIPANT_JOINED and event.participant.joined_at_ms:
        return joined_at(event.participant)
    if kind == EventKind.PARTICIPANT_LEFT and event.participant.joined_at_ms:
        return max(created, joined_at(event.participant))
    return created


def _data(kind: EventKind, event: WebhookEvent) -> dict[str, Any]:
    data: dict[str, Any] = {"room_sid": event.room.sid}
    if event.participant.sid:
        data["participant_kind"] = kind_name(event.participant)
    if event.participant.joined_at_ms:
        data["joined_at"] = joined_at(event.participant).isoformat()
    if kind in (EventKind.PARTICIPANT_LEFT, EventKind.PARTICIPANT_ABORTED):
        data["reason"] = word_for(proto.DisconnectReason, event.participant.disconnect_reason)
    if event.track.sid:
        data |= {"source": source_name(event.track), "muted": event.track.muted}
    return data
