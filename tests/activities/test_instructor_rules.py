"""Bookings keep the rules about an instructor on a real database, also when several come at the same moment."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col
from uuid_utils.compat import uuid7

from activities.sessions import SessionActivities
from domain.errors import InstructorUnavailable, TransitionRefused
from domain.people.access import AccessRole, Principal
from domain.scheduling.booking_rules import Override
from domain.scheduling.scheduling_rules import Parameters, SchedulingRules
from models.course import Course
from models.people import Student
from models.repositories import change_log, entities, override_requests, sessions
from models.scheduling import Pairing, SchedulingRulesVersion
from models.session import OverrideRequest
from services import instructor_absences
from services.booking_preview import BookingPreview
from services.clashes import named_refusals
from services.class_commands import ClassCommands
from services.class_moves import PlannedMove, refusals
from services.inputs.substitutions import AbsenceIn, AvailabilityIn
from services.instructor_rules import AskedClass
from services.instructor_standing import class_of
from tests.activities.school_rows import NOTICES, SchoolRows, now, run, step
from workflows.client import SessionClient
from workflows.contracts.sessions import AddPeopleInput, MoveInput

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)
REASON = "Ada has agreed by phone"


async def allow(school: SchoolRows, **rules: Any) -> None:
    """Set when Ada can teach."""
    async with school.database.tenant(school.id) as db:
        await instructor_absences.set_availability(
            db, school.people["Ada"], AvailabilityIn.model_validate(rules), now()
        )


async def test_of_bookings_at_the_same_moment_only_what_fits_the_day_is_made(school: SchoolRows) -> None:
    """Each alone would fit; no two do."""
    await allow(school, most_hours_per_day=1.5)
    first = (school.starts_at + timedelta(days=20)).replace(hour=14)  # all on one day in New York
    bookings = (
        school.book(student, starts_at=first + number * 2 * HOUR)
        for number, student in enumerate(("Noor", "Leo", "Iris", "Noor"))
    )
    answers = await asyncio.gather(*bookings, return_exceptions=True)
    refused = [one.extra["rules"] for one in answers if isinstance(one, InstructorUnavailable)]
    assert refused == ["hours_of_day"] * 3, answers


async def test_a_move_is_refused_too_and_an_override_is_written_down_with_its_author(
    school: SchoolRows,
) -> None:
    await allow(
        school, leave=[{"starts_at": school.starts_at + 24 * HOUR, "ends_at": school.starts_at + 48 * HOUR}]
    )
    acts = SessionActivities(school.database, school.progress, NOTICES)
    start = school.starts_at + 30 * HOUR
    move: dict[str, Any] = {"starts_at": start, "ends_at": start + HOUR, "moves": 1, "by": "member:1"}
    with pytest.raises(InstructorUnavailable, match="The instructor is on leave at that time") as refusal:
        await run(acts.move, MoveInput(school.session, **move))
    assert refusal.value.extra["rules"] == "on_leave"
    assert (await school.row()).starts_at == school.starts_at
    of_series, key = uuid7(), uuid7()
    async with school.database.tenant(school.id) as db:
        await override_requests.keep(db, school.id, of_series, Override(REASON, of_series=True), now())
        await override_requests.keep(db, school.id, key, Override(REASON), now())
    with pytest.raises(InstructorUnavailable):  # leave is of single days, and so is its override
        await run(acts.move, MoveInput(school.session, **move, override=of_series))
    overridden = MoveInput(school.session, **move, override=key)
    await run(acts.move, overridden)
    await run(acts.move, overridden)  # a repeat of the activity, whose reason is taken
    row = await school.row()
    assert (row.starts_at, row.override_reason, row.overridden_rules) == (start, REASON, ["on_leave"])
    async with school.database.tenant(school.id) as db:
        log = await change_log.before(db, None, 10, change_log.LogFilter(subject_id=row.id))
    entry = next(one for one in log if "override_reason" in one.changes)
    assert entry.actor == "member:1"
    assert entry.changes["override_reason"] == [None, REASON]
    assert entry.changes["overridden_rules"] == [[], ["on_leave"]]


async def test_a_class_that_only_gets_longer_keeps_its_instructor(school: SchoolRows) -> None:
    await allow(school, most_hours_per_day=1)
    acts = SessionActivities(school.database, school.progress, NOTICES)
    longer = school.starts_at + 2 * HOUR
    await run(acts.move, MoveInput(school.session, starts_at=school.starts_at, ends_at=longer))
    assert (await school.row()).ends_at == longer


async def test_what_is_not_known_of_an_instructor_refuses_nothing(school: SchoolRows) -> None:
    """Ada has neither qualifications nor availability; Dora has a qualification, for something else."""
    await school.hire("Dora", subject="Physics")
    later = school.starts_at + 100 * HOUR
    await school.book("Noor", starts_at=later)
    with pytest.raises(InstructorUnavailable, match="isn't qualified to teach Mathematics"):
        await school.book("Leo", starts_at=later, instructor="Dora")


async def keep_apart(school: SchoolRows, student: str) -> None:
    async with school.database.tenant(school.id) as db:
        db.add(
            Pairing(
                organization_id=school.id,
                student_id=school.people[student],
                instructor_id=school.people["Ada"],
                do_not_pair=True,
                updated_by="",
                updated_at=now(),
            )
        )


async def publish(school: SchoolRows, rules: SchedulingRules) -> None:
    async with school.database.tenant(school.id) as db:
        db.add(
            SchedulingRulesVersion(
                id=uuid4(),
                organization_id=school.id,
                number=1,
                rules=rules.model_dump(mode="json"),
                created_by="",
                created_at=now(),
                published_by="",
                published_at=now(),
            )
        )


async def close(school: SchoolRows, student: str) -> None:
    """Let a student have classes on Mondays at two in the morning alone."""
    hours = [{"weekday": 0, "start": "02:00", "end": "03:00"}]
    await school.change(Student, col(Student.id) == school.people[student], class_hours=hours)


async def move(school: SchoolRows, by: timedelta, override: bool = False) -> None:
    acts = SessionActivities(school.database, school.progress, NOTICES)
    start = school.starts_at + by
    key = uuid7() if override else None
    if key:
        async with school.database.tenant(school.id) as db:
            await override_requests.keep(db, school.id, key, Override(REASON), now())
    async with named_refusals(school.database, school.id):
        moves = (await school.row()).moves + 1
        await run(
            acts.move,
            MoveInput(school.session, starts_at=start, ends_at=start + HOUR, moves=moves, override=key),
        )


async def test_the_hours_of_students_refuse_a_move_unless_a_reason_sets_them_aside(
    school: SchoolRows,
) -> None:
    await close(school, "Leo")
    noon = (school.starts_at + timedelta(days=1)).replace(hour=12) - school.starts_at
    with pytest.raises(InstructorUnavailable, match="outside the hours at which Leo of") as refusal:
        await move(school, noon)
    assert refusal.value.extra["rules"] == "student_window"
    assert (await school.row()).starts_at == school.starts_at, "a class that was booked before stays"
    await move(school, noon, override=True)
    assert (await school.row()).overridden_rules == ["student_window"]
    await publish(school, SchedulingRules(disabled=("student_window",)))
    await move(school, noon + HOUR)
    assert (await school.row()).overridden_rules == []


async def test_no_reason_makes_an_instructor_teach_a_student_kept_apart(school: SchoolRows) -> None:
    await keep_apart(school, "Noor")
    with pytest.raises(InstructorUnavailable, match=r"Ada of .* must not teach Noor of") as refusal:
        await move(school, HOUR, override=True)
    assert "on the page of the student" in refusal.value.next_step
    await keep_apart(school, "Iris")
    acts = SessionActivities(school.database, school.progress, NOTICES)
    with pytest.raises(InstructorUnavailable, match="must not teach a student of the class"):
        await run(
            acts.add_people, AddPeopleInput(school.session, step(), (school.people["Iris"],), has_room=False)
        )


async def test_students_are_added_within_their_hours_unless_a_reason_sets_them_aside(
    school: SchoolRows,
) -> None:
    await close(school, "Iris")
    acts = SessionActivities(school.database, school.progress, NOTICES)
    added = AddPeopleInput(school.session, step(), (school.people["Iris"],), has_room=False)
    with pytest.raises(InstructorUnavailable, match="outside the hours at which Iris of") as refusal:
        async with named_refusals(school.database, school.id):
            await run(acts.add_people, added)
    assert refusal.value.extra["rules"] == "student_window"
    assert len(await school.participants()) == 3
    key = uuid7()
    async with school.database.tenant(school.id) as db:
        await override_requests.keep(db, school.id, key, Override(REASON), now())
    await run(acts.add_people, replace(added, override=key))
    row = await school.row()
    assert (row.overridden_rules, row.override_reason) == (["student_window"], REASON)


async def test_the_rest_of_the_published_rules_is_kept(school: SchoolRows) -> None:
    await publish(school, SchedulingRules(parameters=Parameters(rest_hours=11)))
    late = (school.starts_at + timedelta(days=20)).replace(hour=0, minute=0)  # the evening before in New York
    await school.book("Iris", starts_at=late)
    with pytest.raises(InstructorUnavailable, match="11 h of rest") as refusal:
        async with named_refusals(school.database, school.id):
            await school.book("Leo", starts_at=late + 11 * HOUR)
    assert refusal.value.extra["rules"] == "rest"
    await school.book("Leo", starts_at=late + 12 * HOUR)


async def test_a_preview_reads_once_and_sees_what_it_would_book_before(school: SchoolRows) -> None:
    """Classes of one day, of which the instructor's limit allows two; and a move into the time of the other."""
    await allow(school, most_hours_per_day=2)
    await close(school, "Iris")
    noon = (school.starts_at + timedelta(days=30)).replace(hour=15, minute=0)
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    async def previewed(number: int) -> list[str]:
        async with school.database.tenant(school.id) as db:
            course = await entities.get(db, Course, school.course_id)
            asked = [
                AskedClass(
                    school.people["Ada"],
                    class_of(course, noon + n * HOUR, noon + (n + 1) * HOUR),
                    [school.people["Iris" if n == 3 else "Leo"]],
                    UUID(int=n + 1),
                )
                for n in range(number)
            ]
            statements.clear()
            preview = await BookingPreview.read(db, asked)
            refused = preview.take_in_order((one, None, False) for one in asked)
            return [one.extra.get("rules", "") if one else "" for one in refused]

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert await previewed(4) == ["", "", "hours_of_day", "student_window,hours_of_day"]
        few = len(statements)
        await previewed(40)
        assert len(statements) == few
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    async with school.database.tenant(school.id) as db:
        session = await sessions.get_session(db, school.session.session_id)
        who = Principal(school.id, AccessRole.OPS, "member:1")
        taken = PlannedMove(session, session.starts_at, session.ends_at)
        (refused,) = await refusals(db, who, [taken], now())
    assert refused is None, "a class is not in its own way"


async def test_leave_that_is_to_come_outlasts_what_is_over(school: SchoolRows) -> None:
    """A hundred entries are kept: those that end last, in whatever order they were entered."""
    to_come = {"starts_at": school.starts_at, "ends_at": school.starts_at + HOUR}
    over = [
        {"starts_at": now() - number * 24 * HOUR, "ends_at": now() - number * 24 * HOUR + HOUR}
        for number in range(2, 101)
    ]
    await allow(school, leave=[to_come, *over])
    later = AbsenceIn(starts_at=school.starts_at + 24 * HOUR, ends_at=school.starts_at + 25 * HOUR)
    async with school.database.tenant(school.id) as db:
        await instructor_absences.enter_leave(db, school.people["Ada"], later, now())
        left = (await instructor_absences.availability(db, school.people["Ada"])).leave
    assert [one.starts_at for one in left[-2:]] == [school.starts_at, later.starts_at]
    assert len(left) == 100


class Refusing:
    """In place of the workflow of a class."""

    async def reschedule(self, *_: object) -> None:
        raise TransitionRefused("the class is over")

    add_people = reschedule


async def test_a_refused_command_leaves_no_reason_behind(school: SchoolRows) -> None:
    classes = ClassCommands(school.database, cast("SessionClient", Refusing()))
    who = Principal(school.id, AccessRole.OPS, "member:1")
    session_id, start = school.session.session_id, school.starts_at + HOUR
    with pytest.raises(TransitionRefused):
        await classes.reschedule(who, session_id, start, start + HOUR, override_reason=REASON)
    with pytest.raises(TransitionRefused):
        await classes.add_students(who, session_id, [school.people["Leo"]], override_reason=REASON)
    async with school.database.tenant(school.id) as db:
        assert await db.scalar(sa.select(sa.func.count()).select_from(OverrideRequest)) == 0
