"""Webhooks that a real LiveKit server sends over HTTP are received, and put out who has no place in the room."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from livekit import rtc
from pydantic import SecretStr

from domain.people.roles import Role, capture_identity, identity_of
from domain.presence.events import EventKind, RecordedEvent
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import TokenMinter
from media_bridge.webhooks import WebhookVerifier
from models.database import Database
from models.repositories import join_links, sessions
from tests.api.running import open_school, start_classes
from tests.campus import serving, settings_for
from tests.media_bridge.room_with_voices import PATIENCE, RoomWithVoices
from tests.stack import TestLiveKit, TestPostgres

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


@asynccontextmanager
async def in_room(server: TestLiveKit, token: str) -> AsyncIterator[asyncio.Future[int]]:
    """A connection with this token, and the reason for which it is ended."""
    room, ended = rtc.Room(), asyncio.get_running_loop().create_future()

    def end(reason: int) -> None:
        if not ended.done():
            ended.set_result(reason)

    room.on("disconnected", end)
    await room.connect(server.ws_url, token)
    try:
        yield ended
    finally:
        await room.disconnect()


async def test_an_old_token_lets_nobody_back_in(
    postgres_server: TestPostgres, migrated_template: str, livekit_factory: Callable[..., TestLiveKit]
) -> None:
    """Without any worker, so that only the webhooks can have put somebody out."""
    urls = postgres_server.create_database(template=migrated_template)
    planned = settings_for(urls)
    server = livekit_factory(webhook_urls=(f"{planned.public_url}/v1/livekit/webhooks",))
    key, secret = server.api_key, server.api_secret
    livekit = {"livekit_url": server.url, "livekit_api_key": key, "livekit_api_secret": SecretStr(secret)}
    minter = TokenMinter(key, secret)
    async with (
        serving(planned.model_copy(update=livekit)),
        aclosing(Database(urls.application)) as database,
        aclosing(LiveKitRooms(server.url, key, secret)) as rooms,
    ):
        school = await open_school(database)
        (taught,) = await start_classes(database, school, ["Fractions"])
        removed, renewed = taught.students
        old = {
            person: minter.mint(Role.STUDENT, taught.id, identity_of(person)) for person in taught.students
        }
        new = minter.mint(Role.STUDENT, taught.id, identity_of(renewed), link_version=1)
        async with database.tenant(school.id) as db:
            await sessions.remove_participant(db, removed, datetime.now(UTC))
            await join_links.renew(db, [renewed], put_out=True)
        minute = timedelta(minutes=1)
        await rooms.ensure_room(taught.id, empty_timeout=minute, departure_timeout=minute)
        async with asyncio.timeout(PATIENCE):
            async with in_room(server, old[renewed]) as ended:
                assert await ended == rtc.DisconnectReason.PARTICIPANT_REMOVED
            async with in_room(server, new) as stays:
                for _ in range(2):
                    async with in_room(server, old[removed]) as ended:
                        assert await ended == rtc.DisconnectReason.PARTICIPANT_REMOVED
                assert not stays.done()
                present = await rooms.list_participants(taught.id)
                assert [(one.identity, one.link_version) for one in present] == [(identity_of(renewed), 1)]
