"""Who can teach a class is read from the rows of the school, and the others are refused by the rules that bind."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound, UnknownReference
from domain.scheduling.scheduling_rules import CourseWeights, Parameters, SchedulingRules
from matching.planner import plan
from matching.prepared import PreparedProblem
from models.imported_calendar import ImportedCalendar
from models.people import Student
from models.scheduling import Pairing
from models.session import Session
from services.planning.candidates import TEXTS, ClassCandidates, candidates_for
from services.planning.problems import ProposedClass, problem_of
from tests.activities.school_rows import SchoolRows, now

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)


@pytest.fixture
async def staffed(school: SchoolRows) -> SchoolRows:
    """Ben and Kim may teach the class of Ada; each of the others is kept from it by one rule."""
    start = school.starts_at
    leave = {"starts_at": (start - HOUR).isoformat(), "ends_at": (start + HOUR).isoformat(), "reason": ""}
    await school.hire("Ben", hourly_cost=30.0)
    await school.hire("Kim", hourly_cost=50.0)
    await school.hire("Lea", leave=[leave])
    await school.hire(
        "Mia", weekly=[{"weekday": (start.weekday() + 3) % 7, "start": "10:00", "end": "12:00"}]
    )
    await school.hire("Nia", subject="Music")
    await school.hire("Ola", most_hours_per_week=1.5)
    await school.hire("Pia", buffer_minutes=30)
    await school.hire("Rio")
    await school.hire("Sam")
    await school.hire("Tom")
    async with school.database.tenant(school.id) as db:
        for name in ("Zoe", "Yan"):
            school.people[name] = uuid4()
            db.add(Student(id=school.people[name], organization_id=school.id, name=name, created_at=now()))
    await school.book("Iris", starts_at=start + HOUR, instructor="Pia")
    beside = start - 2 * HOUR if (start - 2 * HOUR).weekday() == start.weekday() else start + 3 * HOUR
    await school.book("Zoe", starts_at=beside, instructor="Ola")
    await school.book("Yan", starts_at=start, instructor="Tom")
    rio = ImportedCalendar(
        organization_id=school.id,
        instructor_id=school.people["Rio"],
        source="file",
        busy=[[start.isoformat(), (start + HOUR).isoformat()]],
        until=start + HOUR * 999,
        read_at=now(),
        tried_at=now(),
    )
    sam = Pairing(
        organization_id=school.id,
        student_id=school.people["Noor"],
        instructor_id=school.people["Sam"],
        do_not_pair=True,
        updated_by="",
        updated_at=now(),
    )
    async with school.database.tenant(school.id) as db:
        db.add_all([rio, sam])
    return school


STRICT = SchedulingRules(parameters=Parameters(assume_qualified=False))


async def ranked(school: SchoolRows, **how: Any) -> ClassCandidates:
    how.setdefault("rules", STRICT)
    async with school.database.tenant(school.id) as db:
        return await candidates_for(db, how.pop("wanted", school.session.session_id), now(), **how)


def names(school: SchoolRows, found: ClassCandidates) -> list[str]:
    return [one.name.split(" ")[0] for one in found.candidates]


async def test_candidates_are_ranked_and_everybody_else_is_refused_by_what_binds(staffed: SchoolRows) -> None:
    found = await ranked(staffed)
    assert names(staffed, found) == ["Ben", "Kim"]
    for terms, score in [(one.terms, one.score) for one in found.candidates] + [
        (one.terms, one.score) for one in found.refused
    ]:
        assert sum(terms.values()) == pytest.approx(score)
        assert terms.keys() <= TEXTS.keys()
    assert found.candidates[1].terms["cost"] - found.candidates[0].terms["cost"] == pytest.approx(20)
    refused = {one.name.split(" ")[0]: [refusal.rule for refusal in one.refused_by] for one in found.refused}
    assert refused == {
        "Ada": ["not_qualified"],
        "Lea": ["on_leave"],
        "Mia": ["not_available"],
        "Nia": ["not_qualified"],
        "Ola": ["hours_of_week"],
        "Pia": ["no_buffer"],
        "Rio": ["busy_elsewhere"],
        "Sam": ["do_not_pair"],
        "Tom": ["busy"],
    }
    named = [refusal for one in found.refused for refusal in one.refused_by if refusal.class_ids]
    assert all(key in found.titles for refusal in named for key in refusal.class_ids)


async def test_who_taught_the_students_before_comes_first(staffed: SchoolRows) -> None:
    past = await staffed.book("Noor", "Leo", starts_at=staffed.starts_at - 7 * 24 * HOUR, instructor="Kim")
    live = {
        "live_at": now() - HOUR,
        "ended_at": now(),
        "starts_at": now() - 2 * HOUR,
        "ends_at": now() - HOUR,
    }
    await staffed.change(Session, col(Session.id) == past.session_id, **live)
    span = sa.text("update booked_time set during = tstzrange(:a, :b) where session_id = :c")
    async with staffed.database.tenant(staffed.id) as db:
        await db.execute(
            span.execution_options(writes_sessions=[past.session_id]),
            {"a": live["starts_at"], "b": live["ends_at"], "c": past.session_id},
        )
    rules = STRICT.model_copy(update={"weights": {"cost": 0}})
    found = await ranked(staffed, rules=rules)
    assert names(staffed, found) == ["Kim", "Ben"]
    assert found.candidates[0].terms["continuity"] == 0
    own = CourseWeights(course_id=staffed.course_id, weights={"continuity": 0})
    found = await ranked(staffed, rules=rules.model_copy(update={"by_course": (own,)}))
    assert [one.terms["continuity"] for one in found.candidates] == [0, 0]


async def test_a_class_that_is_not_booked_is_ranked_and_its_course_must_be_in_use(
    staffed: SchoolRows,
) -> None:
    wanted = ProposedClass(
        uuid4(), staffed.course_id, staffed.starts_at, staffed.starts_at + HOUR, (staffed.people["Iris"],)
    )
    found = await ranked(staffed, wanted=wanted)
    assert names(staffed, found) == ["Ben", "Sam", "Kim"], "only Noor must not have Sam"
    ada = next(one for one in found.refused if one.id == staffed.people["Ada"])
    assert [refusal.rule for refusal in ada.refused_by] == ["not_qualified", "busy"]
    unknown = ProposedClass(uuid4(), uuid4(), staffed.starts_at, staffed.starts_at + HOUR)
    with pytest.raises(UnknownReference):
        await ranked(staffed, wanted=unknown)
    with pytest.raises(NotFound):
        await ranked(staffed, wanted=uuid4())


async def test_rules_that_are_set_aside_refuse_nobody(staffed: SchoolRows) -> None:
    rules = SchedulingRules(
        disabled=("hours_of_week", "no_buffer"), parameters=Parameters(assume_qualified=True)
    )
    assert set(names(staffed, await ranked(staffed, rules=rules))) == {"Ada", "Ben", "Kim", "Ola", "Pia"}


async def test_a_week_is_planned_with_as_many_statements_as_a_class(staffed: SchoolRows) -> None:
    start = staffed.starts_at
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    async def built(db: AsyncSession, until: timedelta) -> Any:
        statements.clear()
        found = await problem_of(db, start, start + until, now(), rules=STRICT)
        return found, len(statements)

    engine = staffed.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    async with staffed.database.tenant(staffed.id) as db:
        _, few = await built(db, timedelta(minutes=1))
        found, many = await built(db, timedelta(days=1))
    sa.event.remove(engine, "before_cursor_execute", note)
    assert many == few
    assert len(found.planned) >= 3
    made = plan(PreparedProblem(found.problem), seconds=10)
    assert made.assignment[staffed.session.session_id] in {staffed.people["Ben"], staffed.people["Kim"]}
