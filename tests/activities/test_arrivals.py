"""A class looks for its instructor by the record and in the room, and reports one who is absent once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from activities.absence_watch import AbsenceWatch
from activities.arrivals import ArrivalActivities
from activities.presence_record import PresenceRecord
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import SessionState
from media_bridge.rooms import LiveKitRooms
from services.instructor_absence import InstructorAbsences
from services.substitution_start import InstructorAbsence
from tests.activities.school_rows import REGION, SchoolRows, now, run
from tests.stack import TestLiveKit
from workflows.contracts.rooms import InstructorDue

pytestmark = pytest.mark.adapter


@dataclass
class Started:
    absences: list[InstructorAbsence] = field(default_factory=list)

    async def start(self, absence: InstructorAbsence) -> None:
        self.absences.append(absence)


@pytest.fixture
async def rooms(livekit_server: TestLiveKit) -> AsyncIterator[LiveKitRooms]:
    client = LiveKitRooms(livekit_server.url, livekit_server.api_key, livekit_server.api_secret)
    yield client
    await client.aclose()


async def look(school: SchoolRows, rooms: LiveKitRooms, started: Started) -> bool:
    activities = ArrivalActivities(rooms, InstructorAbsences(school.database, started))
    due = InstructorDue(school.session, (await school.row()).starts_at)
    return await run(activities.look_for_instructor, due)


async def test_absence_is_reported_once_by_the_class_and_the_watch(
    school: SchoolRows, rooms: LiveKitRooms
) -> None:
    await school.change_session(state=SessionState.OPEN, starts_at=now() - timedelta(minutes=6))
    started = Started()
    for _ in range(2):
        assert await look(school, rooms, started) is False
    record = PresenceRecord(school.database, REGION)
    await AbsenceWatch(school.database, started).look(await record.read([school.session.session_id]))
    (case,) = [case for case in await school.cases() if case.kind == "instructor_absent"]
    assert (case.state, case.count) == ("open", 1)
    assert len(set(started.absences)) == 1, "what starts substitutions tells repeats apart"


async def test_instructor_who_is_on_record_is_there(school: SchoolRows, rooms: LiveKitRooms) -> None:
    await school.change_session(state=SessionState.OPEN, starts_at=now() - timedelta(minutes=6))
    ada = str((await school.participants())["Ada"].id)
    joined = SessionEvent(EventSource.WEBHOOK, "ada", EventKind.PARTICIPANT_JOINED, now(), ada, "PA_ada")
    await school.record(joined)
    started = Started()
    assert await look(school, rooms, started) is True
    assert (await school.cases(), started.absences) == ([], [])


async def test_class_that_was_cancelled_in_the_meantime_misses_nobody(
    school: SchoolRows, rooms: LiveKitRooms
) -> None:
    await school.change_session(state=SessionState.CANCELLED, starts_at=now() - timedelta(minutes=6))
    assert await look(school, rooms, Started()) is True
    assert await school.cases() == []
