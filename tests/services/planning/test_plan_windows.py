"""What was set aside for a class survives a plan, and hides nothing else; what a plan leaves alone doesn't stop it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.scheduling.term_plans import ChangeKind, PlanScope, PlanState
from matching.planner import plan
from matching.prepared import PreparedProblem
from models.repositories import sessions
from models.term_plan import PlanAssignment, PlanRun
from services import instructor_absences
from services.inputs.substitutions import AvailabilityIn
from services.planning.plan_windows import Window, broken_rules, read_window
from services.substitutions import SubstitutionRequest, start
from tests.activities.school_rows import SchoolRows, now

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)


@pytest.fixture
async def school(school: SchoolRows) -> SchoolRows:
    """Ben may teach the class too, which Ada has."""
    await school.hire("Ben")
    return school


async def allow(school: SchoolRows, **rules: Any) -> None:
    """Set when Ada can teach."""
    async with school.database.tenant(school.id) as db:
        await instructor_absences.set_availability(
            db, school.people["Ada"], AvailabilityIn.model_validate(rules), now()
        )


async def elsewhere(school: SchoolRows) -> None:
    """Let Ada teach at another hour of the week alone, of which the class was booked with a reason."""
    day = (school.starts_at.weekday() + 3) % 7
    await allow(school, weekly=[{"weekday": day, "start": "03:00", "end": "04:00"}])
    await school.change_session(overridden_rules=["not_available"], override_reason="agreed by phone")


async def run_of(school: SchoolRows, scope: PlanScope, causes: list[Any] | None = None) -> PlanRun:
    run = PlanRun(
        id=uuid4(),
        organization_id=school.id,
        starts_at=now(),
        ends_at=now() + 40 * 24 * HOUR,
        scope=scope,
        most_seconds=5,
        state=PlanState.PROPOSED,
        causes=causes or [],
        created_by="member:1",
        created_at=now(),
    )
    async with school.database.tenant(school.id) as db:
        db.add(run)
    return run


async def window(school: SchoolRows, run: PlanRun) -> Window:
    async with school.database.tenant(school.id) as db:
        return await read_window(db, run, now())


async def propose(school: SchoolRows, run: PlanRun) -> dict[UUID, UUID | None]:
    """Who has each class by the plan, which is kept."""
    found = await window(school, run)
    made = plan(PreparedProblem(found.built.problem), seconds=1)
    chosen = {one.id: made.assignment[one.id] for one in found.shown}
    async with school.database.tenant(school.id) as db:
        for key, who in chosen.items():
            session = await sessions.get_session(db, key)
            db.add(
                PlanAssignment(
                    organization_id=school.id,
                    plan_run_id=run.id,
                    class_id=key,
                    session_id=key,
                    title=session.title,
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                    instructor_id=who,
                    former_instructor_id=session.instructor_id,
                )
            )
    return chosen


@pytest.mark.parametrize("scope", [PlanScope.ALL, PlanScope.TOUCHED, PlanScope.CHANGED])
async def test_a_class_for_which_a_rule_was_set_aside_keeps_its_instructor(
    school: SchoolRows, scope: PlanScope
) -> None:
    await elsewhere(school)
    run = await run_of(school, scope)
    chosen = await propose(school, run)
    assert chosen.get(school.session.session_id, school.people["Ada"]) == school.people["Ada"]
    async with school.database.tenant(school.id) as db:
        assert await broken_rules(db, run, now()) == []
    await school.change_session(overridden_rules=[], override_reason=None)
    if scope != PlanScope.ALL:
        assert school.session.session_id in (await window(school, run)).reasons, "it broke a rule"


async def test_a_rule_that_was_set_aside_hides_no_leave_that_is_taken_later(school: SchoolRows) -> None:
    await school.change_session(overridden_rules=["hours_of_day"], override_reason="agreed by phone")
    span = [(school.starts_at - HOUR).isoformat(), (school.starts_at + HOUR).isoformat()]
    await allow(
        school, most_hours_per_day=0.5, leave=[dict(zip(("starts_at", "ends_at"), span, strict=True))]
    )
    cause = {"kind": ChangeKind.LEAVE.value, "id": str(school.people["Ada"]), "at": None, "spans": [span]}
    run = await run_of(school, PlanScope.CHANGED, [cause])
    assert (await window(school, run)).reasons == {school.session.session_id: ("on_leave",)}
    assert await propose(school, run) == {school.session.session_id: school.people["Ben"]}


async def test_a_class_that_a_search_has_does_not_keep_a_plan_from_being_published(
    school: SchoolRows,
) -> None:
    """Its instructor is on leave, which the plan leaves to the search."""
    await allow(school, leave=[{"starts_at": school.starts_at, "ends_at": school.starts_at + HOUR}])
    async with school.database.tenant(school.id) as db:
        await start(db, SubstitutionRequest(school.id, school.session.session_id, 1), now())
    run = await run_of(school, PlanScope.ALL)
    assert await propose(school, run) == {school.session.session_id: school.people["Ada"]}
    async with school.database.tenant(school.id) as db:
        assert await broken_rules(db, run, now()) == []
