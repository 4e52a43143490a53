"""Activities that plan a term and publish the plan."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from domain.scheduling.term_plans import PlanState


@dataclass(frozen=True)
class PlanRef:
    organization_id: UUID
    plan_id: UUID


@dataclass(frozen=True)
class PlanLook:
    """How far a plan is."""

    state: PlanState
    unassigned: int = 0  # classes without instructor in the best plan so far
    gap: float = 1.0  # how much better a plan could be at most, as a share
    objective: float = 0.0
    left_to_publish: int = 0
    held: int = 0  # assignments whose time is kept until the plan is published
    not_held: int = 0  # whose time something else takes
    asked: int = 0  # answers that are still waited for
    accepted: int = 0
    declined: int = 0  # also by silence, where that counts so
    answer_by: datetime | None = None  # None: nobody is asked


class TermPlanSteps:
    @activity.defn(name="plan_term")
    async def plan(self, ref: PlanRef) -> PlanLook:
        """Let the engine plan, and keep the plan as a proposal. It heartbeats how good the best plan so far is."""
        raise NotImplementedError

    @activity.defn(name="hold_plan")
    async def hold(self, ref: PlanRef) -> PlanLook:
        """Hold the time of a proposed plan, or renew its holds, batch by batch."""
        raise NotImplementedError

    @activity.defn(name="ask_plan")
    async def ask(self, ref: PlanRef) -> PlanLook:
        """Ask those whom the policy names, by one mail each. Who was asked before is not asked again."""
        raise NotImplementedError

    @activity.defn(name="publish_plan")
    async def publish(self, ref: PlanRef) -> PlanLook:
        """Publish the next batch of a plan. What was published before is not published again.

        A plan that asks is published once nobody's answer is missing or time is up; one that was refused is to be
        planned anew.
        """
        raise NotImplementedError
