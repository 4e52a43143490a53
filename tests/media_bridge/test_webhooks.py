"""Signed webhooks become session events; all others are refused."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.json_format import MessageToJson
from livekit.protocol import models as proto
from livekit.protocol.webhook import WebhookEvent

from domain.errors import MalformedEvent, SignatureInvalid
from domain.presence.events import EventKind, EventSource, RecordedEvent
from media_bridge.webhooks import WebhookVerifier, read_event
from tests.media_bridge.webhook_signing import KEY, SECRET, authorization

pytestmark = pytest.mark.unit

SESSION = UUID("018f0000-0000-7000-8000-000000000001")
VERIFIER = WebhookVerifier({KEY: SECRET, "old": "another-secret-of-thirty-two-characters"})


def body_of(event: str, **fields: Any) -> bytes:
    room = {"sid": "RM_1", "name": f"session-{SESSION}", "creationTimeMs": "1700000000250"}
    return json.dumps(
        {"event": event, "id": "EV_1", "createdAt": "1700000010", "room": room, **fields}
    ).encode()


def receive(event: str, **fields: Any) -> RecordedEvent | None:
    body = body_of(event, **fields)
    return VERIFIER.receive(body, authorization(body))


PERSON = {"sid": "PA_1", "identity": "someone", "joinedAtMs": "1700000009321", "joinedAt": "1700000009"}


PARTICIPANT = proto.ParticipantInfo(
    sid="PA_1",
    identity="someone",
    name="Noor",
    state=proto.ParticipantInfo.ACTIVE,
    joined_at=1700000009,
    joined_at_ms=1700000009321,
    version=3,
    permission=proto.ParticipantPermission(can_publish=True, can_subscribe=True),
    disconnect_reason=proto.DisconnectReason.CONNECTION_TIMEOUT,
    tracks=[proto.TrackInfo(sid="TR_1")],
)
RECORDER = proto.ParticipantInfo(
    sid="PA_2",
    identity="recorder",
    kind=proto.ParticipantInfo.EGRESS,
    joined_at_ms=1700000009321,
    permission=proto.ParticipantPermission(hidden=True, recorder=True),
)
SHORT = proto.ParticipantInfo(sid="PA_3", identity="someone")
TRACK = proto.TrackInfo(sid="TR_1", source=proto.TrackSource.SCREEN_SHARE, muted=True, width=1280)


def test_join_has_its_time_to_the_millisecond() -> None:
    recorded = receive("participant_joined", participant=PERSON)

    assert recorded is not None
    assert recorded.session_id == SESSION
    event = recorded.event
    assert (event.source, event.source_id) == (EventSource.WEBHOOK, "webhook:EV_1")
    assert event.kind == EventKind.PARTICIPANT_JOINED
    assert event.occurred_at == datetime.fromtimestamp(1700000009.321, UTC)
    assert (event.identity, event.participant_sid, event.hidden) == ("someone", "PA_1", False)
    assert event.data["room_sid"] == "RM_1"


def test_departure_has_its_reason_and_join_time() -> None:
    recorded = receive("participant_left", participant=PERSON | {"disconnectReason": "CONNECTION_TIMEOUT"})

    assert recorded is not None
    assert recorded.event.kind == EventKind.PARTICIPANT_LEFT
    assert recorded.event.occurred_at == datetime.fromtimestamp(1700000010, UTC)
    assert recorded.event.data["reason"] == "connection_timeout"
    assert recorded.event.data["joined_at"] == "2023-11-14T22:13:29.321000+00:00"


def test_departure_in_the_second_of_the_join_is_not_dated_before_it() -> None:
    recorded = receive("participant_left", participant=PERSON | {"joinedAtMs": "1700000010900"})

    assert recorded is not None
    assert recorded.event.occurred_at == datetime.fromtimestamp(1700000010.9, UTC)


@pytest.mark.parametrize("field", [{"kind": "AGENT"}, {"kind": "EGRESS"}, {"permission": {"hidden": True}}])
def test_machines_are_marked_hidden(field: dict[str, Any]) -> None:
    recorded = receive("participant_joined", participant=PERSON | field)

    assert recorded is not None
    assert recorded.event.hidden


def test_published_track_has_its_source() -> None:
    track = {"sid": "TR_1", "source": "MICROPHONE", "muted": True}
    recorded = receive("track_published", participant=PERSON, track=track)

    assert recorded is not None
    assert recorded.event.kind == EventKind.TRACK_PUBLISHED
    assert recorded.event.track_sid == "TR_1"
    assert (recorded.event.data["source"], recorded.event.data["muted"]) == ("microphone", True)


@pytest.mark.parametrize(
    ("name", "kind"), [("room_started", EventKind.ROOM_STARTED), ("room_finished", EventKind.ROOM_FINISHED)]
)
def test_room_event_has_no_participant(name: str, kind: EventKind) -> None:
    recorded = receive(name)

    assert recorded is not None
    assert (recorded.event.kind, recorded.event.identity) == (kind, None)


def test_unknown_values_of_a_newer_server_keep_their_number() -> None:
    person, track = PERSON | {"disconnectReason": 999, "kind": 999}, {"sid": "TR_1", "source": 999}
    left = receive("participant_left", participant=person)
    published = receive("track_published", participant=PERSON, track=track)

    assert left is not None
    assert published is not None
    assert (left.event.data["reason"], left.event.data["participant_kind"]) == ("unknown_999", "unknown_999")
    assert published.event.data["source"] == "unknown_999"


@pytest.mark.parametrize("name", ["egress_started", "ingress_ended", "something_else"])
def test_event_of_no_interest_is_ignored(name: str) -> None:
    assert receive(name) is None


@pytest.mark.parametrize("name", ["lobby", "session-", "session-not-an-id"])
def test_event_of_a_room_without_a_session_is_ignored(name: str) -> None:
    assert receive("room_started", room={"sid": "RM_1", "name": name}) is None


def test_every_configured_key_is_accepted() -> None:
    body = body_of("room_started")

    old = authorization(body, key="old", secret="another-secret-of-thirty-two-characters")
    assert VERIFIER.receive(body, old) == VERIFIER.receive(body, authorization(body))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "a.b.c",
        authorization(body_of("room_started"), key="unknown"),
        authorization(body_of("room_started"), secret="a-wrong-secret-of-thirty-two-characters"),
        authorization(body_of("room_started"), minutes=-10),
        authorization(body_of("room_finished")),
    ],
    ids=["missing", "nonsense", "not-a-token", "unknown-key", "wrong-secret", "expired", "other-body"],
)
def test_webhook_without_a_valid_signature_is_refused(header: str) -> None:
    with pytest.raises(SignatureInvalid):
        VERIFIER.receive(body_of("room_started"), header)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        body_of("room_started").replace(b"EV_1", b""),
        body_of("participant_joined"),
        b'{"room":' * 50_000,
        body_of("participant_joined", participant=PERSON | {"identity": "\ud800"}),
        body_of("room_started", createdAt="99999999999999"),
        body_of("room_started", createdAt=str(2**63 - 1)),
        body_of("participant_joined", participant=PERSON | {"joinedAtMs": str(2**62)}),
    ],
    ids=[
        *("empty", "not-json", "not-text", "no-object", "no-id", "no-participant"),
        *("too-deep", "no-unicode", "far-future", "last-second", "joined-never"),
    ],
)
def test_signed_body_that_is_not_an_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        VERIFIER.receive(body, authorization(body))


@pytest.mark.parametrize(
    "event",
    [
        WebhookEvent(event="room_started", room=proto.Room(sid="RM_1", creation_time_ms=1700000000250)),
        WebhookEvent(event="room_finished", room=proto.Room(sid="RM_1")),
        WebhookEvent(event="participant_joined", participant=PARTICIPANT),
        WebhookEvent(event="participant_joined", participant=RECORDER),
        WebhookEvent(event="participant_left", participant=PARTICIPANT),
        WebhookEvent(event="participant_connection_aborted", participant=SHORT),
        WebhookEvent(event="track_published", participant=PARTICIPANT, track=TRACK),
        WebhookEvent(event="track_unpublished", participant=SHORT, track=proto.TrackInfo(sid="TR_2")),
    ],
    ids=lambda event: str(event.event),
)
@pytest.mark.parametrize("names", ["json", "proto"])
def test_both_json_forms_of_an_event_are_parsed_alike(event: WebhookEvent, names: str) -> None:
    """With protobuf's JSON field names, as LiveKit's server writes them, and with the original field names."""
    event.id, event.created_at, event.room.name = "EV_1", 1700000010, f"session-{SESSION}"
    body = MessageToJson(event, preserving_proto_field_name=names == "proto").encode()
    assert VERIFIER.receive(body, authorization(body)) == read_event(event)
