"""Who does not come to a class becomes an exception while the class runs, resolved when they come late."""

from datetime import timedelta

import pytest
from sqlmodel import col

from activities.absence_watch import AbsenceWatch
from activities.presence_record import PresenceRecord
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import SessionState
from models.exception_case import ExceptionCase
from models.session import Participant
from tests.activities.school_rows import REGION, SchoolRows, now

pytestmark = pytest.mark.adapter

SOON = timedelta(minutes=1)


class Watched:
    """The school's class, which is open since its planned start, and a watch over it."""

    def __init__(self, school: SchoolRows) -> None:
        self.school = school
        self.record = PresenceRecord(school.database, REGION)
        self.watch = AbsenceWatch(school.database)

    async def look(self) -> None:
        session_id = self.school.session.session_id
        await self.watch.look(await self.record.read([session_id]))

    async def began(self, ago: timedelta, **policy: str) -> None:
        rules = SessionPolicy().model_dump(mode="json") | policy
        await self.school.change_session(state=SessionState.OPEN, starts_at=now() - ago, policy=rules)

    async def come(self, name: str, sid: str = "PA_1") -> None:
        who = str((await self.school.participants())[name].id)
        kind = EventKind.PARTICIPANT_JOINED
        await self.school.record(SessionEvent(EventSource.WEBHOOK, sid + name, kind, now(), who, sid + name))

    async def cases(self) -> dict[tuple[str, str], ExceptionCase]:
        """By kind, and who it is about."""
        names = {str(person_id): name for name, person_id in self.school.people.items()}
        found = await self.school.cases()
        assert len({(case.kind, case.occasion) for case in found}) == len(found)
        return {(case.kind, names.get(case.occasion, "")): case for case in found}

    async def open(self) -> set[tuple[str, str]]:
        return {about for about, case in (await self.cases()).items() if case.state == "open"}


@pytest.fixture
def watched(school: SchoolRows) -> Watched:
    return Watched(school)


async def test_nobody_is_absent_before_it_is_time_to_judge(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after - SOON)
    await watched.look()
    assert await watched.cases() == {}


async def test_who_has_not_come_becomes_an_exception_each(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.come("Leo")
    await watched.look()
    await watched.look()
    assert await watched.open() == {("instructor_absent", ""), ("student_absent", "Noor")}
    assert (await watched.cases())["student_absent", "Noor"].count == 1


async def test_the_policy_of_the_class_says_when(watched: Watched) -> None:
    await watched.began(SOON, absent_after="PT30S")
    await watched.look()
    assert ("student_absent", "Leo") in await watched.open()


async def test_exception_of_who_comes_late_is_resolved_also_after_a_restart(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.look()
    await watched.come("Noor")
    watched.watch = AbsenceWatch(watched.school.database)
    await watched.look()
    assert await watched.open() == {("instructor_absent", ""), ("student_absent", "Leo")}
    late = (await watched.cases())["student_absent", "Noor"]
    assert (late.resolved_by, late.resolution) == ("homeroom", "Came late.")


async def test_exception_that_ops_have_resolved_stays_resolved(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.look()
    await watched.school.change(
        ExceptionCase, ExceptionCase.session_id == watched.school.session.session_id, state="resolved"
    )
    watched.watch = AbsenceWatch(watched.school.database)
    await watched.look()
    assert await watched.open() == set()


async def test_who_left_before_the_start_has_not_come(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    who = str((await watched.school.participants())["Noor"].id)
    early = now() - timedelta(hours=1)
    for kind, at in ((EventKind.PARTICIPANT_JOINED, early), (EventKind.PARTICIPANT_LEFT, early + SOON)):
        await watched.school.record(SessionEvent(EventSource.WEBHOOK, f"{kind}", kind, at, who, "PA_early"))
    await watched.look()
    assert ("student_absent", "Noor") in await watched.open()


async def test_who_said_that_they_cannot_come_is_no_exception(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    school = watched.school
    start = (await school.row()).starts_at
    noor = col(Participant.id) == (await school.participants())["Noor"].id
    await school.change(Participant, noor, cannot_come_for=start)
    await watched.look()
    assert await watched.open() == {("instructor_absent", ""), ("student_absent", "Leo")}
