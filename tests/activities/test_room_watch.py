"""The room watch: one sick session, one failed call or one lost loop leaves the other classes watched."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlmodel import col
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.room_watch import RoomWatchActivities
from cli.local.postgres import DURABLE
from domain.errors import Unavailable
from domain.people.roles import Role
from domain.presence.events import EventKind
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.migrate import upgrade
from models.session import Session
from models.session_event import SessionEventRow
from tests.activities.livekit_proxy import LiveKitProxy
from tests.activities.school import REGION, School, now
from tests.activities.watched import NEVER, SignalFailures, WatchedClasses, until
from tests.stack import (
    DatabaseUrls,
    TestLiveKit,
    TestTemporal,
    start_livekit,
    start_postgres,
    temporary_folder,
)
from workflows.client import SessionClient, session_workflow_id
from workflows.contracts.rooms import WatchInput

pytestmark = pytest.mark.adapter

Sicken = Callable[["Ward", UUID], Awaitable[None]]


class Ward:
    """Watched classes, and what a test needs to make one of them sick."""

    def __init__(self, classes: WatchedClasses, urls: DatabaseUrls, livekit: LiveKitProxy) -> None:
        self.classes = classes
        self.urls = urls
        self.livekit = livekit

    async def insert_event(self, session_id: UUID, **values: Any) -> None:
        """Past the checks of the recording."""
        school = self.classes.school
        row: dict[str, Any] = {
            "organization_id": school.id,
            "session_id": session_id,
            "source_id": "odd",
            "source": "webhook",
            "kind": EventKind.PARTICIPANT_JOINED.value,
            "occurred_at": now(),
            "identity": "x",
            "participant_sid": "PA_odd",
        }
        async with school.database.tenant(school.id) as db:
            db.add(SessionEventRow(**(row | values)))

    def as_owner(self, *statements: str) -> None:
        with psycopg.connect(self.urls.owner, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="module")
def own_livekit() -> Iterator[TestLiveKit]:
    """A watch closes the rooms of others, so it does not share a server with them."""
    with temporary_folder("livekit") as folder:
        server = start_livekit(folder)
        yield server
        server.stop()


@pytest.fixture
async def ward(
    school: School, database_urls: DatabaseUrls, own_livekit: TestLiveKit, temporal_server: TestTemporal
) -> AsyncIterator[Ward]:
    signals = SignalFailures()
    temporal = await Client.connect(
        temporal_server.address, namespace=temporal_server.namespace, interceptors=[signals]
    )
    async with LiveKitProxy(own_livekit.url) as proxy:
        rooms = LiveKitRooms(proxy.url, own_livekit.api_key, own_livekit.api_secret)
        classes = WatchedClasses(school, rooms, temporal, signals)
        yield Ward(classes, database_urls, proxy)
        await classes.end()
        await rooms.aclose()


async def a_fold_that_raises(ward: Ward, sick: UUID) -> None:
    await ward.insert_event(sick, data={"joined_at": "no time at all"})


async def an_event_of_an_unknown_source(ward: Ward, sick: UUID) -> None:
    await ward.insert_event(sick, source="tomorrow")


async def a_time_that_python_cannot_hold(ward: Ward, sick: UUID) -> None:
    await ward.insert_event(sick)
    disable, enable = (
        f"alter table session_event {verb} row level security" for verb in ("disable", "enable")
    )
    change = "update session_event set occurred_at = 'infinity' where source_id = 'odd'"
    ward.as_owner(disable, change, enable)


async def milestones_that_are_no_list(ward: Ward, sick: UUID) -> None:
    await ward.classes.school.change(Session, col(Session.id) == sick, signalled={"odd": True})


async def livekit_that_refuses_it(ward: Ward, sick: UUID) -> None:
    ward.livekit.refuse(sick, 500)


async def livekit_that_answers_nonsense(ward: Ward, sick: UUID) -> None:
    ward.livekit.refuse(sick, 200)


async def livekit_that_never_answers(ward: Ward, sick: UUID) -> None:
    ward.livekit.ignore(sick)


async def a_workflow_that_cannot_be_signalled(ward: Ward, sick: UUID) -> None:
    ward.classes.signals.failures[session_workflow_id(sick)] = ValueError("no signal")


async def a_workflow_that_does_not_answer(ward: Ward, sick: UUID) -> None:
    ward.classes.signals.failures[session_workflow_id(sick)] = Unavailable("not now")


async def a_transaction_that_fails(ward: Ward, sick: UUID) -> None:
    ward.as_owner(
        "create function refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'refused' using errcode = 'XX001'; end $$",
        f"create trigger refuse before update on session for each row when (old.id = '{sick}') "
        "execute function refuse()",
    )


async def records_that_are_refused(ward: Ward, sick: UUID) -> None:
    """The room of the sick one is gone, and that it was made again cannot be written down."""
    await ward.classes.rooms.close_room(sick)
    ward.as_owner(
        "create function refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'refused' using errcode = 'XX001'; end $$",
        f"create trigger refuse before insert on session_event for each row when (new.session_id = '{sick}' "
        "and new.source = 'watch') execute function refuse()",
    )


SICKNESSES: list[Sicken] = [
    a_fold_that_raises,
    an_event_of_an_unknown_source,
    a_time_that_python_cannot_hold,
    milestones_that_are_no_list,
    livekit_that_refuses_it,
    livekit_that_answers_nonsense,
    livekit_that_never_answers,
    a_workflow_that_cannot_be_signalled,
    a_workflow_that_does_not_answer,
    a_transaction_that_fails,
    records_that_are_refused,
]


@pytest.mark.parametrize("sicken", SICKNESSES, ids=lambda sicken: sicken.__name__)
async def test_one_sick_session_leaves_the_others_their_look_and_their_report(
    ward: Ward, sicken: Sicken, caplog: pytest.LogCaptureFixture
) -> None:
    classes = ward.classes
    await classes.begin(4)
    gone, one, sick, other = classes.ids
    for session_id in classes.ids:
        await classes.join(session_id, Role.STUDENT, "1")
    await sicken(ward, sick)
    await classes.rooms.close_room(gone)
    watcher = classes.watcher()

    with caplog.at_level(logging.WARNING):
        await watcher.look()
        await watcher.report()
        await watcher.look()
        await watcher.report()

    assert EventKind.ROOM_REMADE in {event.kind for event in await classes.recorded(gone)}
    assert (await classes.signalled(gone))[0] == "student"
    for session_id in (one, other):
        absent = [e for e in await classes.recorded(session_id) if e.kind == EventKind.PARTICIPANT_ABSENT]
        assert len(absent) == 1, "LiveKit does not list the student of the record"
        assert [word.split(":")[0] for word in await classes.signalled(session_id)] == ["student", "empty"]
        assert await classes.signals_to(session_id) == 2
    assert named_in(caplog) == {str(sick)}


def named_in(caplog: pytest.LogCaptureFixture) -> set[str]:
    """The sessions that the log says were left out of something."""
    found: set[str] = set()
    for record in caplog.records:
        if record.msg == "session left out":
            found.add(record.__dict__["session_id"])
        elif record.msg == "calls were not answered":
            found.update(record.__dict__["session_ids"])
    return found


async def test_a_milestone_that_cannot_be_written_down_is_not_signalled_again(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(1)
    (sick,) = classes.ids
    await classes.join(sick, Role.STUDENT, "1")
    await a_transaction_that_fails(ward, sick)
    watcher = classes.watcher()
    for _ in range(2):
        await watcher.look()
        await watcher.report()
    ward.as_owner("drop trigger refuse on session")
    await classes.join(sick, Role.INSTRUCTOR, "2")
    await watcher.look()
    await watcher.report()

    words = [word.split(":")[0] for word in await classes.signalled(sick)]
    assert words[:2] == ["student", "empty"]
    assert words.count("student") == 1
    assert await classes.signals_to(sick) == 3


async def test_a_session_whose_workflow_is_over_is_signalled_no_more(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(1)
    await classes.join(classes.ids[0], Role.STUDENT, "1")
    await classes.end()
    watcher = classes.watcher()
    await watcher.look()
    await watcher.report()
    assert await classes.signalled(classes.ids[0]) == ["student"]


async def test_the_room_of_a_session_that_cannot_be_folded_is_kept(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(1)
    (sick,) = classes.ids
    await a_fold_that_raises(ward, sick)
    await classes.watcher().look()
    assert sick in {room.session_id for room in await classes.rooms.list_rooms()}
    await classes.rooms.close_room(sick)
    await classes.watcher().look()
    assert sick in {room.session_id for room in await classes.rooms.list_rooms()}


async def test_a_part_that_is_away_is_unavailable(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(1)
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    silent = LiveKitRooms("http://127.0.0.1:1", "key", "a-secret-of-thirty-two-characters-or-more")
    try:
        for parts in ({"database": nowhere}, {"rooms": silent}):
            with pytest.raises(Unavailable):
                await classes.watcher(**parts).look()
    finally:
        await nowhere.aclose()
        await silent.aclose()


async def test_a_running_watch_reports_what_is_recorded_while_a_session_is_sick(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(2)
    sick, well = classes.ids
    await a_fold_that_raises(ward, sick)
    async with running_watch(classes):
        for role, sid in ((Role.STUDENT, "1"), (Role.INSTRUCTOR, "2")):
            await classes.join(well, role, sid)
            await until(lambda role=role: _has(classes, well, role))  # type: ignore[misc]


async def test_a_killed_livekit_server_gets_its_rooms_back(ward: Ward, own_livekit: TestLiveKit) -> None:
    classes = ward.classes
    await classes.begin(3)
    async with running_watch(classes, every=1):
        await asyncio.to_thread(own_livekit.kill)
        with pytest.raises(Unavailable):
            await classes.watcher().look()
        await asyncio.to_thread(own_livekit.start)
        await until(lambda: _remade(classes))
    assert await _listed(classes)


async def test_a_watch_outlives_a_killed_database(
    own_livekit: TestLiveKit, temporal_server: TestTemporal
) -> None:
    with temporary_folder("pg") as folder:
        postgres = start_postgres(folder, DURABLE)  # what is committed outlives the kill
        urls = postgres.create_database()
        upgrade(urls.owner)
        database = Database(urls.application)
        school = School(database)
        await school.open()
        temporal = await Client.connect(temporal_server.address, namespace=temporal_server.namespace)
        rooms = LiveKitRooms(own_livekit.url, own_livekit.api_key, own_livekit.api_secret)
        classes = WatchedClasses(school, rooms, temporal, SignalFailures())
        await classes.begin(2)
        async with running_watch(classes, every=1):
            await classes.join(classes.ids[0], Role.STUDENT, "1")
            await until(lambda: _has(classes, classes.ids[0], "student"))
            await asyncio.to_thread(postgres.running.restart)
            await until(lambda: _answers(database))
            await classes.join(classes.ids[1], Role.INSTRUCTOR, "2")
            await until(lambda: _has(classes, classes.ids[1], "instructor"))
        await classes.end()
        await rooms.aclose()
        await database.aclose()
        postgres.running.stop()


async def test_changes_and_looks_that_race_lose_no_milestone_and_signal_none_twice(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(4)
    for number in range(6):
        for session_id in classes.ids:
            await classes.join(session_id, Role.STUDENT, str(number))

    async def come_and_go(session_id: UUID) -> None:
        for number in range(6):
            await classes.leave(session_id, Role.STUDENT, str(number))
            await classes.join(session_id, Role.INSTRUCTOR, f"i{number}")
            await classes.leave(session_id, Role.INSTRUCTOR, f"i{number}")

    async with running_watch(classes, every=0.01):
        await asyncio.gather(*(come_and_go(session_id) for session_id in classes.ids))
        for session_id in classes.ids:
            await until(lambda session_id=session_id: _ends_empty(classes, session_id))  # type: ignore[misc]
    for session_id in classes.ids:
        signalled = await classes.signalled(session_id)
        assert {"student", "instructor"} <= set(signalled)
        assert len(signalled) == len(set(signalled))
        assert await classes.signals_to(session_id) <= len(signalled)


async def test_two_watches_of_one_region_lose_no_milestone_of_each_other(ward: Ward) -> None:
    classes = ward.classes
    await classes.begin(3)
    watchers = [classes.watcher(), classes.watcher()]
    for number in range(4):
        for session_id in classes.ids:
            await classes.join(session_id, Role.STUDENT if number else Role.INSTRUCTOR, str(number))
        await asyncio.gather(*(watcher.look() for watcher in watchers))
        await asyncio.gather(*(watcher.report() for watcher in watchers))
    for session_id in classes.ids:
        assert {"student", "instructor"} <= set(await classes.signalled(session_id))


@asynccontextmanager
async def running_watch(classes: WatchedClasses, *, every: float = NEVER) -> AsyncIterator[None]:
    """The activity itself, until the block ends."""
    watch = RoomWatchActivities(
        classes.school.database, classes.rooms, SessionClient(classes.temporal, REGION)
    ).watch
    running = asyncio.create_task(ActivityEnvironment().run(watch, WatchInput(REGION, every)))
    try:
        yield
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def _listed(classes: WatchedClasses) -> bool:
    return set(classes.ids) <= {room.session_id for room in await classes.rooms.list_rooms()}


async def _remade(classes: WatchedClasses) -> bool:
    kinds = [{event.kind for event in await classes.recorded(session_id)} for session_id in classes.ids]
    return all(EventKind.ROOM_REMADE in found for found in kinds)


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except Unavailable:
        return False
    return True


async def _has(classes: WatchedClasses, session_id: UUID, milestone: str) -> bool:
    return milestone in await classes.signalled(session_id)


async def _ends_empty(classes: WatchedClasses, session_id: UUID) -> bool:
    signalled = await classes.signalled(session_id)
    left = [e for e in await classes.recorded(session_id) if e.kind == EventKind.PARTICIPANT_LEFT]
    return bool(left) and f"empty:{max(e.occurred_at for e in left).isoformat()}" in signalled
