"""Webhooks that a real LiveKit server sends over HTTP are received."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from domain.people.roles import capture_identity
from domain.presence.events import EventKind, RecordedEvent
from media_bridge.webhooks import WebhookVerifier
from tests.media_bridge.room_with_voices import PATIENCE, RoomWithVoices
from tests.stack import TestLiveKit

pytestmark = pytest.mark.adapter


class Receiver:
    """An HTTP server that keeps the events of the webhooks it receives."""

    def __init__(self) -> None:
        self.url = ""
        self.verifier: WebhookVerifier | None = None
        self.received: list[RecordedEvent] = []
        self._more = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert self.verifier is not None
        recorded = self.verifier.receive(body, request.headers["Authorization"])
        async with self._more:
            self.received += [recorded] if recorded else []
            self._more.notify_all()
        return web.Response()

    async def until(self, holds: Callable[[list[RecordedEvent]], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._more:
            await self._more.wait_for(lambda: holds(self.received))

    def kinds_and_identities(self) -> list[tuple[EventKind, str | None]]:
        return [(recorded.event.kind, recorded.event.identity) for recorded in self.received]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    await runner.cleanup()


async def test_livekit_sends_the_events_of_a_class(
    receiver: Receiver, livekit_factory: Callable[..., TestLiveKit], tmp_path: Path
) -> None:
    server = livekit_factory(webhook_urls=(receiver.url,))
    receiver.verifier = WebhookVerifier({server.api_key: server.api_secret})
    async with RoomWithVoices(server, tmp_path) as room:
        recorder = capture_identity(room.session_id)
        person = await room.person("someone", 300)
        recording = room.record()
        await recording.wait_for_tracks(1)
        (listed,) = [p for p in await room.rooms.list_participants(room.session_id) if not p.hidden]
        await person.leave()
        await receiver.until(
            lambda _: (EventKind.PARTICIPANT_LEFT, "someone") in receiver.kinds_and_identities()
        )
        await room.rooms.close_room(room.session_id)
        await recording.wait_for_end()
        await receiver.until(lambda _: (EventKind.ROOM_FINISHED, None) in receiver.kinds_and_identities())

    events = {(r.event.kind, r.event.identity): r.event for r in receiver.received}
    assert {r.session_id for r in receiver.received} == {room.session_id}
    assert (EventKind.ROOM_STARTED, None) in events
    assert (EventKind.TRACK_PUBLISHED, "someone") in events
    joined = events[EventKind.PARTICIPANT_JOINED, "someone"]
    left = events[EventKind.PARTICIPANT_LEFT, "someone"]
    assert joined.occurred_at == listed.joined_at
    assert joined.participant_sid == left.participant_sid == listed.sid
    assert left.data["reason"] == "client_initiated"
    assert not joined.hidden
    assert events[EventKind.PARTICIPANT_JOINED, recorder].hidden
    assert len({r.event.source_id for r in receiver.received}) == len(receiver.received)
