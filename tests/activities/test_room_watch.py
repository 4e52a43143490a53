"""A faulty session, a failed call or a lost loop does not keep the room watch from the other classes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from livekit import rtc
from sqlmodel import col
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities import room_watch
from activities.room_watch import RoomWatchActivities
from cli.local.postgres import DURABLE
from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable
from domain.people.roles import Role
from domain.presence.events import EventKind
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import TokenMinter
from models.database import Database
from models.exception_case import ExceptionCase
from models.migrate import upgrade
from models.repositories import cases
from models.session import Participant, Session
from models.session_event import SessionEventRow
from services.case_following import CaseFollower
from services.cases import NewCase, open_case
from services.substitution_start import SubstitutionByCommand
from tests.activities.livekit_proxy import LiveKitProxy
from tests.activities.school_rows import REGION, SchoolRows, now
from tests.activities.watched import NEVER, SignalFailures, WatchedClasses, until
from tests.stack import (
    DatabaseUrls,
    TestLiveKit,
    TestTemporal,
    start_livekit,
    start_postgres,
    temporary_folder,
)
from workflows.client import CaseClient, SessionClient, session_workflow_id
from workflows.contracts.rooms import WatchInput

pytestmark = pytest.mark.adapter

Fault = Callable[["WatchedRegion", UUID], Awaitable[None]]


class WatchedRegion:
    """The watched classes, and what a test needs to make one of them faulty."""

    def __init__(self, classes: WatchedClasses, urls: DatabaseUrls, livekit: LiveKitProxy) -> None:
        self.classes = classes
        self.urls = urls
        self.livekit = livekit

    async def insert_event(self, session_id: UUID, **values: Any) -> None:
        """Insert an event row without the checks of `events.record`."""
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
    """A server of its own, because the watch closes rooms of sessions it does not know."""
    with temporary_folder("livekit") as folder:
        server = start_livekit(folder)
        yield server
        server.stop()


@pytest.fixture
async def region(
    school: SchoolRows, database_urls: DatabaseUrls, own_livekit: TestLiveKit, temporal_server: TestTemporal
) -> AsyncIterator[WatchedRegion]:
    signals = SignalFailures()
    temporal = await Client.connect(
        temporal_server.address, namespace=temporal_server.namespace, interceptors=[signals]
    )
    async with LiveKitProxy(own_livekit.url) as proxy:
        rooms = LiveKitRooms(proxy.url, own_livekit.api_key, own_livekit.api_secret)
        classes = WatchedClasses(school, rooms, temporal, signals)
        yield WatchedRegion(classes, database_urls, proxy)
        await classes.end()
        await rooms.aclose()


async def event_with_an_invalid_time(region: WatchedRegion, faulty: UUID) -> None:
    await region.insert_event(faulty, data={"joined_at": "no time at all"})


async def event_of_an_unknown_source(region: WatchedRegion, faulty: UUID) -> None:
    await region.insert_event(faulty, source="tomorrow")


async def event_with_an_infinite_time(region: WatchedRegion, faulty: UUID) -> None:
    await region.insert_event(faulty)
    disable, enable = (
        f"alter table session_event {verb} row level security" for verb in ("disable", "enable")
    )
    change = "update session_event set occurred_at = 'infinity' where source_id = 'odd'"
    region.as_owner(disable, change, enable)


async def milestones_that_are_not_a_list(region: WatchedRegion, faulty: UUID) -> None:
    await region.classes.school.change(Session, col(Session.id) == faulty, signalled={"odd": True})


async def room_refused_by_livekit(region: WatchedRegion, faulty: UUID) -> None:
    region.livekit.refuse(faulty, 500)


async def unreadable_answer_of_livekit(region: WatchedRegion, faulty: UUID) -> None:
    region.livekit.refuse(faulty, 200)


async def no_answer_of_livekit(region: WatchedRegion, faulty: UUID) -> None:
    region.livekit.ignore(faulty)


async def workflow_that_refuses_signals(region: WatchedRegion, faulty: UUID) -> None:
    region.classes.signals.failures[session_workflow_id(faulty)] = ValueError("no signal")


async def workflow_that_does_not_answer(region: WatchedRegion, faulty: UUID) -> None:
    region.classes.signals.failures[session_workflow_id(faulty)] = Unavailable("not now")


async def milestones_that_cannot_be_written(region: WatchedRegion, faulty: UUID) -> None:
    region.as_owner(
        "create function refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'refused' using errcode = 'XX001'; end $$",
        f"create trigger refuse before update on session for each row when (old.id = '{faulty}') "
        "execute function refuse()",
    )


async def events_that_cannot_be_written(region: WatchedRegion, faulty: UUID) -> None:
    """The room of the faulty session is gone, and the event that it was made again cannot be written."""
    await region.classes.rooms.close_room(faulty)
    region.as_owner(
        "create function refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'refused' using errcode = 'XX001'; end $$",
        f"create trigger refuse before insert on session_event for each row when (new.session_id = '{faulty}' "
        "and new.source = 'watch') execute function refuse()",
    )


FAULTS: list[Fault] = [
    event_with_an_invalid_time,
    event_of_an_unknown_source,
    event_with_an_infinite_time,
    milestones_that_are_not_a_list,
    room_refused_by_livekit,
    unreadable_answer_of_livekit,
    no_answer_of_livekit,
    workflow_that_refuses_signals,
    workflow_that_does_not_answer,
    milestones_that_cannot_be_written,
    events_that_cannot_be_written,
]


@pytest.mark.parametrize("make_faulty", FAULTS, ids=lambda make_faulty: make_faulty.__name__)
async def test_faulty_session_does_not_keep_the_others_from_being_watched(
    region: WatchedRegion, make_faulty: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    classes = region.classes
    await classes.begin(4)
    gone, one, faulty, other = classes.ids
    for session_id in classes.ids:
        await classes.join(session_id, Role.STUDENT, "1")
    await make_faulty(region, faulty)
    await classes.rooms.close_room(gone)
    watcher = classes.watcher()

    with caplog.at_level(logging.WARNING):
        await watcher.reconcile()
        await watcher.report()
        await watcher.reconcile()
        await watcher.report()

    assert EventKind.ROOM_REMADE in {event.kind for event in await classes.recorded(gone)}
    assert (await classes.signalled(gone))[0] == "student"
    for session_id in (one, other):
        absent = [e for e in await classes.recorded(session_id) if e.kind == EventKind.PARTICIPANT_ABSENT]
        assert len(absent) == 1, "LiveKit does not list the student of the record"
        assert [word.split(":")[0] for word in await classes.signalled(session_id)] == ["student", "empty"]
        assert await classes.signals_to(session_id) == 2
    assert left_out_in(caplog) == {str(faulty)}


async def test_removed_person_who_comes_back_with_an_old_token_is_removed_again(
    region: WatchedRegion, own_livekit: TestLiveKit
) -> None:
    """The others stay, and so does everybody once the class was moved after the removal."""
    classes = region.classes
    await classes.begin(1)
    (session_id,) = classes.ids
    student = await classes.person(session_id, Role.STUDENT)
    instructor = await classes.person(session_id, Role.INSTRUCTOR)
    minter = TokenMinter(own_livekit.api_key, own_livekit.api_secret)
    rooms = {who: rtc.Room() for who in (student, instructor)}
    for who, room in rooms.items():
        await room.connect(own_livekit.ws_url, minter.mint(Role.STUDENT, session_id, str(who)))
    try:
        await classes.school.change(Participant, col(Participant.id) == student, sent_out_at=now())
        moved_at = now() + timedelta(minutes=1)
        await classes.school.change(Session, col(Session.id) == session_id, occurrence_since=moved_at)
        await classes.watcher().reconcile()
        assert await listed(classes, session_id) == {str(student), str(instructor)}
        await classes.school.change(Session, col(Session.id) == session_id, occurrence_since=None)
        await classes.watcher().reconcile()
        assert await listed(classes, session_id) == {str(instructor)}
    finally:
        for room in rooms.values():
            await room.disconnect()


async def listed(classes: WatchedClasses, session_id: UUID) -> set[str]:
    return {one.identity for one in await classes.rooms.list_participants(session_id)}


def left_out_in(caplog: pytest.LogCaptureFixture) -> set[str]:
    """The sessions that the log names as left out."""
    session_ids: set[str] = set()
    for record in caplog.records:
        if record.msg == "session left out":
            session_ids.add(record.__dict__["session_id"])
        elif record.msg == "calls were not answered":
            session_ids.update(record.__dict__["session_ids"])
    return session_ids


async def test_milestone_that_cannot_be_written_is_not_signalled_again(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(1)
    (faulty,) = classes.ids
    await classes.join(faulty, Role.STUDENT, "1")
    await milestones_that_cannot_be_written(region, faulty)
    watcher = classes.watcher()
    for _ in range(2):
        await watcher.reconcile()
        await watcher.report()
    region.as_owner("drop trigger refuse on session")
    await classes.join(faulty, Role.INSTRUCTOR, "2")
    await watcher.reconcile()
    await watcher.report()

    words = [word.split(":")[0] for word in await classes.signalled(faulty)]
    assert words[:2] == ["student", "empty"]
    assert words.count("student") == 1
    assert await classes.signals_to(faulty) == 3


async def test_arrivals_are_signalled_after_any_number_of_milestones(region: WatchedRegion) -> None:
    """Phones that flap make hundreds of them."""
    classes = region.classes
    await classes.begin(1)
    (flapping,) = classes.ids
    words = [f"empty:{now().isoformat()}", "occupied:1"] * 200
    await classes.school.change(Session, col(Session.id) == flapping, signalled=["student", *words])
    await classes.join(flapping, Role.INSTRUCTOR, "1")
    watcher = classes.watcher()
    await watcher.reconcile()
    await watcher.report()

    assert (await classes.signalled(flapping))[-1] == "instructor"
    assert await classes.signals_to(flapping) == 1


async def test_room_that_is_made_again_names_its_new_sid_and_is_told(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(1)
    (lost,) = classes.ids
    await classes.rooms.close_room(lost)

    await classes.watcher().reconcile()

    (remade,) = [e for e in await classes.recorded(lost) if e.kind == EventKind.ROOM_REMADE]
    assert remade.room_sid == await _room_sid(classes, lost)
    async with classes.school.database.tenant(classes.school.id) as db:
        opened = await db.scalars(sa.select(ExceptionCase).where(col(ExceptionCase.session_id) == lost))
        (case,) = [case for case in opened if case.kind == "room_lost"]
        (tried,) = [one for one in await cases.entries(db, case.id) if one.kind == "tried"]
    assert tried.detail == {"repair": "room_remade", "result": "worked"}


async def test_room_that_livekit_is_closing_is_not_taken_for_the_new_one(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(1)
    (closing,) = classes.ids
    before = await _room_sid(classes, closing)
    await region.insert_event(
        closing,
        kind=EventKind.ROOM_FINISHED.value,
        identity=None,
        participant_sid=None,
        data={"room_sid": before},
    )

    await classes.watcher().reconcile()

    assert await _room_sid(classes, closing) != before
    (remade,) = [e for e in await classes.recorded(closing) if e.kind == EventKind.ROOM_REMADE]
    assert remade.room_sid == await _room_sid(classes, closing)


async def test_who_was_in_the_room_before_a_move_is_not_reported_for_the_new_time(
    region: WatchedRegion,
) -> None:
    classes = region.classes
    await classes.begin(1)
    (moved,) = classes.ids
    watcher = classes.watcher()

    async def look() -> list[str]:
        await watcher.reconcile()
        await watcher.report()
        return [milestone.split(":")[0] for milestone in await classes.signalled(moved)]

    await classes.join(moved, Role.INSTRUCTOR, "1")
    before = await look()
    assert before == ["instructor"]
    await classes.school.change(Session, col(Session.id) == moved, moves=1, occurrence_since=now())
    await classes.leave(moved, Role.INSTRUCTOR, "1")
    assert await look() == before
    await classes.join(moved, Role.INSTRUCTOR, "2")
    assert await look() == [*before, "1/instructor"]


async def test_session_whose_workflow_is_over_is_not_signalled_again(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(1)
    await classes.join(classes.ids[0], Role.STUDENT, "1")
    await classes.end()
    watcher = classes.watcher()
    await watcher.reconcile()
    await watcher.report()
    assert await classes.signalled(classes.ids[0]) == ["student"]


async def test_room_of_a_session_with_unreadable_events_is_kept(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(1)
    (faulty,) = classes.ids
    await event_with_an_invalid_time(region, faulty)
    await classes.watcher().reconcile()
    assert faulty in {room.session_id for room in await classes.rooms.list_rooms()}
    await classes.rooms.close_room(faulty)
    await classes.watcher().reconcile()
    assert faulty in {room.session_id for room in await classes.rooms.list_rooms()}


async def test_stopped_database_or_livekit_is_unavailable(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(1)
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    silent = LiveKitRooms("http://127.0.0.1:1", "key", "a-secret-of-thirty-two-characters-or-more")
    try:
        for parts in ({"database": nowhere}, {"rooms": silent}):
            with pytest.raises(Unavailable):
                await classes.watcher(**parts).reconcile()
    finally:
        await nowhere.aclose()
        await silent.aclose()


async def test_running_watch_reports_other_sessions_beside_a_faulty_one(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(2)
    faulty, healthy = classes.ids
    await event_with_an_invalid_time(region, faulty)
    async with running_watch(classes):
        for role, sid in ((Role.STUDENT, "1"), (Role.INSTRUCTOR, "2")):
            await classes.join(healthy, role, sid)
            await until(lambda role=role: _has(classes, healthy, role))  # type: ignore[misc]


async def test_rooms_are_made_again_after_livekit_was_killed(
    region: WatchedRegion, own_livekit: TestLiveKit
) -> None:
    classes = region.classes
    await classes.begin(3)
    async with running_watch(classes, every=1):
        await asyncio.to_thread(own_livekit.kill)
        with pytest.raises(Unavailable):
            await classes.watcher().reconcile()
        await asyncio.to_thread(own_livekit.start)
        await until(lambda: _remade(classes))
    assert await _listed(classes)


async def test_watch_continues_after_the_database_was_killed(
    own_livekit: TestLiveKit, temporal_server: TestTemporal
) -> None:
    async with AsyncExitStack() as parts:
        folder = parts.enter_context(temporary_folder("pg"))
        postgres = start_postgres(folder, DURABLE)  # what is committed outlives the kill
        parts.callback(postgres.running.stop)
        urls = postgres.create_database()
        upgrade(urls.owner)
        database = await parts.enter_async_context(aclosing(Database(urls.application)))
        school = SchoolRows(database)
        await school.open()
        temporal = await Client.connect(temporal_server.address, namespace=temporal_server.namespace)
        rooms = LiveKitRooms(own_livekit.url, own_livekit.api_key, own_livekit.api_secret)
        await parts.enter_async_context(aclosing(rooms))
        classes = WatchedClasses(school, rooms, temporal, SignalFailures())
        parts.push_async_callback(classes.end)
        await classes.begin(2)
        async with running_watch(classes, every=1):
            await classes.join(classes.ids[0], Role.STUDENT, "1")
            await until(lambda: _has(classes, classes.ids[0], "student"))
            await asyncio.to_thread(postgres.running.restart)
            await until(lambda: _answers(database))
            await classes.join(classes.ids[1], Role.INSTRUCTOR, "2")
            await until(lambda: _has(classes, classes.ids[1], "instructor"))


async def test_racing_changes_and_reconciliations_signal_every_milestone_once(region: WatchedRegion) -> None:
    classes = region.classes
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


async def test_two_watches_of_one_region_lose_no_milestone(region: WatchedRegion) -> None:
    classes = region.classes
    await classes.begin(3)
    watchers = [classes.watcher(), classes.watcher()]
    for number in range(4):
        for session_id in classes.ids:
            await classes.join(session_id, Role.STUDENT if number else Role.INSTRUCTOR, str(number))
        await asyncio.gather(*(watcher.reconcile() for watcher in watchers))
        await asyncio.gather(*(watcher.report() for watcher in watchers))
    for session_id in classes.ids:
        assert {"student", "instructor"} <= set(await classes.signalled(session_id))


async def test_news_of_a_case_wakes_the_watch(region: WatchedRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its workflow is started without waiting for the next regular look."""
    monkeypatch.setattr(room_watch, "_FOLLOW_SECONDS", NEVER)
    classes, school = region.classes, region.classes.school
    await classes.begin(1)
    (session_id,) = classes.ids
    async with running_watch(classes):
        await classes.join(session_id, Role.STUDENT, "1")
        await until(lambda: _has(classes, session_id, "student"))
        async with school.database.tenant(school.id) as db:
            kind = ExceptionKind.CLASS_ENDED_EARLY
            await open_case(db, NewCase.about_session(school.id, session_id, kind, "", {}), now())
        await until(lambda: _is_followed(school))


async def _is_followed(school: SchoolRows) -> bool:
    query = sa.select(ExceptionCase).where(col(ExceptionCase.kind) == ExceptionKind.CLASS_ENDED_EARLY)
    async with school.database.tenant(school.id) as db:
        case = (await db.scalars(query)).one()
        return case.followed >= case.changes


@asynccontextmanager
async def running_watch(classes: WatchedClasses, *, every: float = NEVER) -> AsyncIterator[None]:
    """Runs the activity while the block runs."""
    client = SessionClient(classes.temporal, REGION)
    follower = CaseFollower(classes.school.database, CaseClient(classes.temporal, REGION))
    watch = RoomWatchActivities(
        classes.school.database, classes.rooms, client, follower, SubstitutionByCommand(client)
    ).watch
    running = asyncio.create_task(ActivityEnvironment().run(watch, WatchInput(REGION, every)))
    try:
        yield
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def _room_sid(classes: WatchedClasses, session_id: UUID) -> str:
    return next(room.sid for room in await classes.rooms.list_rooms() if room.session_id == session_id)


async def _listed(classes: WatchedClasses) -> bool:
    return set(classes.ids) <= {room.session_id for room in await classes.rooms.list_rooms()}


async def _remade(classes: WatchedClasses) -> bool:
    kinds = [{event.kind for event in await classes.recorded(session_id)} for session_id in classes.ids]
    return all(EventKind.ROOM_REMADE in recorded for recorded in kinds)


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
