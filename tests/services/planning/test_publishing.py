"""Classes whose instructors have each other's time change hands together when a plan is published."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from domain.scheduling.term_plans import PlanScope, PlanState
from models.repositories import sessions, term_plans
from models.term_plan import PlanAssignment, PlanRun
from services.handovers import Handovers
from services.planning.term_plans import TermPlanner
from services.substitutions import SubstitutionRequest, start
from tests.activities.school_rows import LINKS, NOTICES, SchoolRows, now
from workflows.client import SeriesClient, SessionClient
from workflows.contracts.term_plans import PlanRef
from workflows.session.messages import InstructorChanged

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)


class Told:
    """In place of the workflows of the classes."""

    def __init__(self) -> None:
        self.changes: dict[UUID, UUID] = {}

    async def report_instructor(self, session_id: UUID, changed: InstructorChanged) -> None:
        self.changes[session_id] = changed.instructor_id


async def planned(school: SchoolRows, changes: list[tuple[UUID, str, str]]) -> PlanRun:
    """A plan that is being published and gives each class from one instructor to another."""
    run = PlanRun(
        id=uuid4(),
        organization_id=school.id,
        starts_at=now(),
        ends_at=now() + 40 * 24 * HOUR,
        scope=PlanScope.ALL,
        most_seconds=5,
        state=PlanState.PUBLISHING,
        created_by="member:1",
        created_at=now(),
    )
    async with school.database.tenant(school.id) as db:
        db.add(run)
        await db.flush()
        for session_id, before, after in changes:
            session = await sessions.get_session(db, session_id)
            db.add(
                PlanAssignment(
                    organization_id=school.id,
                    plan_run_id=run.id,
                    class_id=session_id,
                    session_id=session_id,
                    title=session.title,
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                    instructor_id=school.people[after],
                    former_instructor_id=school.people[before],
                )
            )
    return run


async def published(school: SchoolRows, run: PlanRun) -> tuple[dict[str, str], Told]:
    """By class, the problem with which it was not published; and what the workflows were told."""
    told = Told()
    handovers = Handovers(school.database, cast("SessionClient", told), NOTICES)
    planner = TermPlanner(school.database, handovers, cast("SeriesClient", None), LINKS)
    for _ in range(2):  # a batch that is repeated
        look = await planner.publish(PlanRef(school.id, run.id), now())
    assert look.state == PlanState.PUBLISHED
    async with school.database.tenant(school.id) as db:
        rows = await term_plans.assignments(db, run.id)
    assert all((row.published_at is None) == bool(row.problem) for row in rows)
    return {str(row.class_id): row.problem for row in rows if row.problem}, told


async def teachers(school: SchoolRows, *session_ids: UUID) -> list[str]:
    called = {key: name for name, key in school.people.items()}
    async with school.database.tenant(school.id) as db:
        return [called[(await sessions.get_session(db, key)).instructor_id] for key in session_ids]


async def booked(school: SchoolRows, student: str, instructor: str, **when: Any) -> UUID:
    return (await school.book(student, instructor=instructor, **when)).session_id


async def test_three_colleagues_who_have_each_others_hour_change_at_once(school: SchoolRows) -> None:
    for name in ("Ben", "Cara"):
        await school.hire(name)
    when = school.starts_at + 24 * HOUR
    pairs = (("Noor", "Ada"), ("Leo", "Ben"), ("Iris", "Cara"))
    ada, ben, cara = [await booked(school, student, who, starts_at=when) for student, who in pairs]
    run = await planned(school, [(ada, "Ada", "Ben"), (ben, "Ben", "Cara"), (cara, "Cara", "Ada")])
    problems, told = await published(school, run)
    assert problems == {}
    assert await teachers(school, ada, ben, cara) == ["Ben", "Cara", "Ada"]
    assert told.changes == {
        ada: school.people["Ben"], ben: school.people["Cara"], cara: school.people["Ada"],
    }  # fmt: skip


async def test_hours_that_a_colleague_gives_away_are_no_reason_against_others(school: SchoolRows) -> None:
    """Each may teach an hour a day; their classes are at different hours."""
    await school.hire("Ben", most_hours_per_day=1)
    await school.hire("Cara", most_hours_per_day=1)
    first = (school.starts_at + 24 * HOUR).replace(hour=15)
    ben = await booked(school, "Leo", "Ben", starts_at=first)
    cara = await booked(school, "Iris", "Cara", starts_at=first + 3 * HOUR)
    run = await planned(school, [(ben, "Ben", "Cara"), (cara, "Cara", "Ben")])
    problems, _ = await published(school, run)
    assert problems == {}
    assert await teachers(school, ben, cara) == ["Cara", "Ben"]


async def test_a_circle_of_which_one_class_is_sought_for_changes_nothing_and_stops_no_other(
    school: SchoolRows,
) -> None:
    for name in ("Ben", "Cara"):
        await school.hire(name)
    when = school.starts_at + 24 * HOUR
    ada = await booked(school, "Noor", "Ada", starts_at=when)
    ben = await booked(school, "Leo", "Ben", starts_at=when)
    alone = await booked(school, "Iris", "Ada", starts_at=when + 24 * HOUR)
    async with school.database.tenant(school.id) as db:
        await start(db, SubstitutionRequest(school.id, ben, 1), now())
    run = await planned(school, [(ada, "Ada", "Ben"), (ben, "Ben", "Ada"), (alone, "Ada", "Cara")])
    problems, _ = await published(school, run)
    assert set(problems) == {str(ada), str(ben)}
    assert "substitute" in problems[str(ben)]
    assert await teachers(school, ada, ben, alone) == ["Ada", "Ben", "Cara"]
