"""Webhooks with real signatures, good and bad."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.errors import MalformedEvent, SignatureInvalid
from domain.presence.events import EventKind, EventSource, RecordedEvent
from media_bridge.webhooks import WebhookVerifier
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


def test_a_join_is_told_to_the_millisecond() -> None:
    recorded = receive("participant_joined", participant=PERSON)

    assert recorded is not None
    assert recorded.session_id == SESSION
    event = recorded.event
    assert (event.source, event.source_id) == (EventSource.WEBHOOK, "webhook:EV_1")
    assert event.kind == EventKind.PARTICIPANT_JOINED
    assert event.occurred_at == datetime.fromtimestamp(1700000009.321, UTC)
    assert (event.identity, event.participant_sid, event.hidden) == ("someone", "PA_1", False)
    assert event.data["room_sid"] == "RM_1"


def test_a_departure_has_its_reason_and_the_time_of_joining() -> None:
    recorded = receive("participant_left", participant=PERSON | {"disconnectReason": "CONNECTION_TIMEOUT"})

    assert recorded is not None
    assert recorded.event.kind == EventKind.PARTICIPANT_LEFT
    assert recorded.event.occurred_at == datetime.fromtimestamp(1700000010, UTC)
    assert recorded.event.data["reason"] == "connection_timeout"
    assert recorded.event.data["joined_at"] == "2023-11-14T22:13:29.321000+00:00"


def test_a_departure_in_the_second_of_joining_is_not_before_it() -> None:
    recorded = receive("participant_left", participant=PERSON | {"joinedAtMs": "1700000010900"})

    assert recorded is not None
    assert recorded.event.occurred_at == datetime.fromtimestamp(1700000010.9, UTC)


@pytest.mark.parametrize("field", [{"kind": "AGENT"}, {"kind": "EGRESS"}, {"permission": {"hidden": True}}])
def test_machines_are_marked_hidden(field: dict[str, Any]) -> None:
    recorded = receive("participant_joined", participant=PERSON | field)

    assert recorded is not None
    assert recorded.event.hidden


def test_a_track_is_told_with_its_source() -> None:
    track = {"sid": "TR_1", "source": "MICROPHONE", "muted": True}
    recorded = receive("track_published", participant=PERSON, track=track)

    assert recorded is not None
    assert recorded.event.kind == EventKind.TRACK_PUBLISHED
    assert recorded.event.track_sid == "TR_1"
    assert (recorded.event.data["source"], recorded.event.data["muted"]) == ("microphone", True)


@pytest.mark.parametrize(
    ("name", "kind"), [("room_started", EventKind.ROOM_STARTED), ("room_finished", EventKind.ROOM_FINISHED)]
)
def test_rooms_are_told_without_a_participant(name: str, kind: EventKind) -> None:
    recorded = receive(name)

    assert recorded is not None
    assert (recorded.event.kind, recorded.event.identity) == (kind, None)


def test_words_of_a_newer_server_are_told_by_their_number() -> None:
    person, track = PERSON | {"disconnectReason": 999, "kind": 999}, {"sid": "TR_1", "source": 999}
    left = receive("participant_left", participant=person)
    published = receive("track_published", participant=PERSON, track=track)

    assert left is not None
    assert published is not None
    assert (left.event.data["reason"], left.event.data["participant_kind"]) == ("unknown_999", "unknown_999")
    assert published.event.data["source"] == "unknown_999"


@pytest.mark.parametrize("name", ["egress_started", "ingress_ended", "something_else"])
def test_events_of_no_interest_are_none(name: str) -> None:
    assert receive(name) is None


@pytest.mark.parametrize("name", ["lobby", "session-", "session-not-an-id"])
def test_rooms_of_others_are_none(name: str) -> None:
    assert receive("room_started", room={"sid": "RM_1", "name": name}) is None


def test_each_key_of_a_rotation_is_accepted() -> None:
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
def test_what_is_not_signed_for_this_body_is_refused(header: str) -> None:
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
def test_what_is_signed_but_not_an_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        VERIFIER.receive(body, authorization(body))
