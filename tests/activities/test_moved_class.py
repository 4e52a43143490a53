"""A class that is moved or cancelled: its row, its room and what counts for its new time."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from activities.rooms import RoomActivities
from activities.sessions import SessionActivities
from domain.errors import Unavailable
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step, TimelineEntry
from media_bridge.rooms import LiveKitRooms
from models.repositories import events, sessions
from services.attendance import rows as attendance_of
from tests.activities.livekit_proxy import LiveKitProxy
from tests.activities.school_rows import NOTICES, SchoolRows, now, run
from tests.stack import TestLiveKit
from workflows.contracts.common import Progress
from workflows.contracts.rooms import CloseRoomInput
from workflows.contracts.sessions import MoveInput

pytestmark = pytest.mark.adapter
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
async def rooms(livekit_server: TestLiveKit) -> AsyncIterator[LiveKitRooms]:
    client = LiveKitRooms(livekit_server.url, livekit_server.api_key, livekit_server.api_secret)
    yield client
    await client.aclose()


async def move(school: SchoolRows, moves: int | None, by: timedelta = DAY) -> None:
    starts_at = school.starts_at + by
    given = MoveInput(
        school.session, Progress(SessionState.SCHEDULED), starts_at, starts_at + timedelta(hours=1), moves
    )
    await run(SessionActivities(school.database, school.progress, NOTICES).move, given)


async def test_move_begins_a_new_occurrence_once(school: SchoolRows) -> None:
    await school.change_session(opened_at=now())
    assert ((await school.row()).moves, (await school.row()).occurrence_since) == (0, None)

    before = now()
    await move(school, 1)
    moved = await school.row()
    assert (moved.starts_at, moved.moves, moved.opened_at) == (school.starts_at + DAY, 1, None)
    assert moved.occurrence_since is not None
    assert moved.occurrence_since >= before

    await move(school, 1)  # the same move, attempted again
    assert (await school.row()).occurrence_since == moved.occurrence_since


async def test_change_of_length_begins_no_occurrence(school: SchoolRows) -> None:
    await move(school, None, by=timedelta())
    assert ((await school.row()).moves, (await school.row()).occurrence_since) == (0, None)


@pytest.mark.parametrize("moves", [0, 1])
async def test_occurrence_of_a_moved_class_begins_with_its_new_room(
    school: SchoolRows, rooms: LiveKitRooms, moves: int
) -> None:
    if moves:
        await move(school, moves)

    await run(RoomActivities(school.database, school.progress, rooms).open_room, school.step(step=Step.ROOM))

    (room,) = [room for room in await rooms.list_rooms() if room.session_id == school.session.session_id]
    assert (await school.row()).occurrence_since == (room.created_at if moves else None)
    await rooms.close_room(school.session.session_id)


@pytest.mark.parametrize("reason", ["cancelled", "moved", "command"])
async def test_state_is_written_before_the_room_is_closed(
    school: SchoolRows, livekit_server: TestLiveKit, reason: str
) -> None:
    """LiveKit does not answer here, so that the activity fails between the two."""
    state = {
        "cancelled": SessionState.CANCELLED,
        "moved": SessionState.SCHEDULED,
        "command": SessionState.ENDING,
    }[reason]
    await school.change_session(state=SessionState.OPEN, state_changes=1)
    async with LiveKitProxy(livekit_server.url) as proxy:
        proxy.refuse(school.session.session_id, 503)
        rooms = LiveKitRooms(proxy.url, livekit_server.api_key, livekit_server.api_secret)
        close = CloseRoomInput(school.session, Progress(state, 2), reason, now())
        with pytest.raises(Unavailable):
            await run(RoomActivities(school.database, school.progress, rooms).close_room, close)
        await rooms.aclose()
    assert (await school.row()).state == state


async def test_room_of_a_reopened_class_begins_no_occurrence(school: SchoolRows, rooms: LiveKitRooms) -> None:
    """Its first part counts, also if it was moved before."""
    await move(school, 1)
    began = (await school.row()).occurrence_since
    await school.change_session(ended_at=now())
    given = school.step(step=Step.ROOM, state=SessionState.REVIEW)
    await run(RoomActivities(school.database, school.progress, rooms).reopen_room, given)
    reopened = await school.row()
    assert (reopened.occurrence_since, reopened.ended_at) == (began, None)
    await rooms.close_room(school.session.session_id)


async def test_attendance_of_the_earlier_room_is_not_that_of_the_class(school: SchoolRows) -> None:
    people = await school.participants()
    who = str(people["Noor"].id)
    joined = SessionEvent(
        EventSource.WEBHOOK, "early", EventKind.PARTICIPANT_JOINED, now() - MINUTE, who, "PA_1"
    )
    left = SessionEvent(EventSource.WEBHOOK, "late", EventKind.PARTICIPANT_LEFT, now() + MINUTE, who, "PA_1")
    await school.record(joined)
    assert await attended(school) == {"Noor"}

    await move(school, 1)
    await school.record(left)

    assert await attended(school) == set()
    async with school.database.tenant(school.id) as db:
        assert len(await events.of_session(db, school.session.session_id)) == 2, "nothing is deleted"


async def attended(school: SchoolRows) -> set[str]:
    async with school.database.tenant(school.id) as db:
        session = await sessions.get_session(db, school.session.session_id)
        found = {row.participant_id for row in await attendance_of(db, session, now()) if row.seconds > 0}
    return {name for name, person in (await school.participants()).items() if person.id in found}


async def test_step_of_an_earlier_time_does_not_finish_the_one_that_is_planned_anew(
    school: SchoolRows,
) -> None:
    started = TimelineEntry(Step.REMINDER, Outcome.RUNNING, "24h", started_at=now(), revision=5)
    again = TimelineEntry(Step.REMINDER, Outcome.RUNNING, "24h", started_at=now(), revision=9)
    async with school.database.tenant(school.id) as db:
        for entry in (started, again):
            await sessions.write_timeline(db, school.id, school.session.session_id, [entry])
        await sessions.note_running(db, school.session.session_id, [started], now(), "3 sent")
    assert await school.outcome(Step.REMINDER) == Outcome.RUNNING
