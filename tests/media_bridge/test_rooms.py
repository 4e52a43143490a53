"""The room client works against a real LiveKit server."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from livekit import api as livekit_api

from domain.errors import InvalidInput, NotAllowed, NotFound, Unavailable
from domain.people.roles import capture_identity
from media_bridge.rooms import LiveKitRooms
from media_bridge.vendor_errors import domain_error
from tests.media_bridge.room_with_voices import RoomWithVoices
from tests.stack import TestLiveKit

pytestmark = pytest.mark.adapter

PATIENCE: dict[str, Any] = {"empty_timeout": timedelta(minutes=10), "departure_timeout": timedelta(minutes=5)}


async def test_making_a_room_twice_gives_the_same_room(room: RoomWithVoices) -> None:
    first = await room.rooms.ensure_room(room.session_id, **PATIENCE)
    second = await room.rooms.ensure_room(room.session_id, **PATIENCE)

    assert first == second
    assert first in await room.rooms.list_rooms()


async def test_closing_a_room_is_idempotent(room: RoomWithVoices) -> None:
    for _ in range(2):
        await room.rooms.close_room(room.session_id)

    assert room.session_id not in {listed.session_id for listed in await room.rooms.list_rooms()}


async def test_participants_are_listed_with_their_tracks_and_the_recorder_as_hidden(
    room: RoomWithVoices,
) -> None:
    person = await room.person("someone", 300)
    await room.record().wait_for_tracks(1)
    listed = {p.identity: p for p in await room.rooms.list_participants(room.session_id)}

    someone, recorder = listed["someone"], listed[capture_identity(room.session_id)]
    assert someone.sid == person.room.local_participant.sid
    assert (someone.kind, someone.hidden, recorder.kind, recorder.hidden) == (
        "standard",
        False,
        "agent",
        True,
    )
    assert [(t.source, t.muted) for t in someone.tracks] == [("microphone", False)]
    assert abs(someone.joined_at - recorder.joined_at) < timedelta(minutes=1)


async def test_recorder_alone_is_nobody_in_the_room(room: RoomWithVoices) -> None:
    assert not await room.rooms.has_people(uuid4()), "there is no such room"
    recorder = room.record()
    await room.person("someone", 300)
    await recorder.wait_for_tracks(1)
    assert await room.rooms.has_people(room.session_id)
    await room.rooms.remove_participant(room.session_id, "someone")
    assert not await room.rooms.has_people(room.session_id)


async def test_removing_a_participant_is_idempotent(room: RoomWithVoices) -> None:
    await room.person("someone", 300)
    for _ in range(2):
        await room.rooms.remove_participant(room.session_id, "someone")

    assert await room.rooms.list_participants(room.session_id) == []


async def test_rooms_without_a_session_are_not_listed(room: RoomWithVoices) -> None:
    server = room.server
    async with livekit_api.LiveKitAPI(server.url, server.api_key, server.api_secret) as api:
        await api.room.create_room(livekit_api.CreateRoomRequest(name="lobby"))
        ours = [listed.session_id for listed in await room.rooms.list_rooms()]
        await api.room.delete_room(livekit_api.DeleteRoomRequest(room="lobby"))

    assert room.session_id in ours


async def test_stopped_server_is_unavailable_and_has_lost_its_rooms_when_back(
    livekit_factory: Callable[..., TestLiveKit],
) -> None:
    server, session_id = livekit_factory(), uuid4()
    async with aclosing(LiveKitRooms(server.url, server.api_key, server.api_secret)) as rooms:
        await rooms.ensure_room(session_id, **PATIENCE)
        server.kill()
        with pytest.raises(Unavailable):
            await rooms.list_rooms()
        server.start()

        assert await rooms.list_rooms() == []


async def test_wrong_secret_is_not_retryable(livekit_server: TestLiveKit) -> None:
    wrong = "wrong-secret-of-thirty-two-characters"
    async with aclosing(LiveKitRooms(livekit_server.url, livekit_server.api_key, wrong)) as rooms:
        with pytest.raises(NotAllowed):
            await rooms.list_rooms()


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("unavailable", 503, Unavailable),
        ("internal", 500, Unavailable),
        ("unknown", 502, Unavailable),
        ("unknown", 429, Unavailable),
        ("resource_exhausted", 429, Unavailable),
        ("not_found", 404, NotFound),
        ("unknown", 404, InvalidInput),
        ("unknown", 401, NotAllowed),
        ("permission_denied", 403, NotAllowed),
        ("invalid_argument", 400, InvalidInput),
        ("unimplemented", 501, InvalidInput),
    ],
)
def test_livekit_errors_become_domain_errors(code: str, status: int, error: type[Exception]) -> None:
    vendor_error = livekit_api.ServerError(code, "someone@example.com is not here", status=status)
    translated = domain_error(vendor_error, "CreateRoom")

    assert type(translated) is error
    assert "someone" not in str(translated)
