"""Plans of a term: start a run, follow it, publish or discard what it proposes."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute, CommandId, Ids
from api.http.paging import Listing, Page, next_cursor
from api.schemas.term_plans import PlanAnswerOut, PlanAssignmentOut, PlanRunOut
from domain.people.access import Permission
from models.repositories import pages, plan_answers, term_plans
from models.term_plan import PlanRun
from services.inputs.term_plans import GivenAnswers, NewPlanRun

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=ApiRoute)
WRITE = [needs(Permission.SESSIONS_WRITE)]


class PlansQuery(Listing):
    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="Start with `-` for latest first."
    )


@router.post("", status_code=201, dependencies=WRITE)
async def start(new: NewPlanRun, who: TheCaller, ids: Ids, shared: Shared, now: Now) -> PlanRunOut:
    """Plan who teaches the classes of some days. Nothing changes before the plan is published.

    Read the run to see its progress: the best objective, and the proven gap to any better plan.
    """
    row = await shared.term_plans.start(who, ids.next(), new, now)
    return PlanRunOut.of(row, shared.term_plan_workflow_url(row.id))


@router.get("", dependencies=WRITE)
async def list_plans(db: Work, shared: Shared, query: Annotated[PlansQuery, Query()]) -> Page[PlanRunOut]:
    """List runs."""
    rows, more = await pages.page(db, PlanRun, query.wanted())
    items = [PlanRunOut.of(row, shared.term_plan_workflow_url(row.id)) for row in rows]
    return Page(items=items, next_cursor=next_cursor(rows, more, query.sort))


@router.get("/{run_id}", dependencies=WRITE)
async def get_plan(run_id: UUID, db: Work, shared: Shared) -> PlanRunOut:
    """Read a run and its progress."""
    return PlanRunOut.of(await term_plans.get(db, run_id), shared.term_plan_workflow_url(run_id))


@router.get("/{run_id}/assignments", dependencies=WRITE)
async def list_assignments(run_id: UUID, db: Work) -> list[PlanAssignmentOut]:
    """List whom the plan gives each class, by start, and why classes have nobody."""
    await term_plans.get(db, run_id)
    return [PlanAssignmentOut.of(row) for row in await term_plans.assignments(db, run_id)]


@router.get("/{run_id}/answers", dependencies=WRITE)
async def list_answers(run_id: UUID, db: Work) -> list[PlanAnswerOut]:
    """List what those who are asked before the plan is published say to each class, by start."""
    await term_plans.get(db, run_id)
    return [PlanAnswerOut.of(row) for row in await plan_answers.current(db, run_id)]


@router.post("/{run_id}/answers", dependencies=WRITE)
async def answer(
    run_id: UUID, given: GivenAnswers, who: TheCaller, shared: Shared, now: Now
) -> list[PlanAnswerOut]:
    """Record what somebody who is asked says to all or some of their classes, as when they call. Lists their answers.

    Once nobody is waited for, the plan is published, or made anew without what was declined.
    """
    return [PlanAnswerOut.of(row) for row in await shared.plan_questions.answer_for(who, run_id, given, now)]


@router.post("/{run_id}/stop", status_code=204, dependencies=WRITE)
async def stop(run_id: UUID, who: TheCaller, shared: Shared, now: Now, command: CommandId) -> None:
    """Stop looking for a better plan: the best one so far is proposed."""
    await shared.term_plans.stop(who, run_id, now, command)


@router.post("/{run_id}/publish", status_code=204, dependencies=WRITE)
async def publish(run_id: UUID, who: TheCaller, shared: Shared, now: Now, command: CommandId) -> None:
    """Publish a proposed plan in batches, after those whom `/v1/planning-policy` names were asked.

    A further request while they are asked waits for no more answers. It is refused where it breaks a rule by now: then
    plan again. Classes of series are booked by their series. Booked classes are handed over, and families and
    instructors told.
    """
    await shared.term_plans.publish(who, run_id, now, command)


@router.post("/{run_id}/discard", status_code=204, dependencies=WRITE)
async def discard(run_id: UUID, who: TheCaller, shared: Shared, now: Now, command: CommandId) -> None:
    """Discard a plan that was not published."""
    await shared.term_plans.discard(who, run_id, now, command)
