"""Plans a term with the engine, holds its time, and publishes the plan."""

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import utc_now
from services.planning.term_plans import TermPlanner
from workflows.contracts.term_plans import PlanLook, PlanRef, TermPlanSteps


class TermPlanActivities(TermPlanSteps):
    def __init__(self, planner: TermPlanner) -> None:
        self._planner = planner

    @activity.defn(name="plan_term")
    async def plan(self, ref: PlanRef) -> PlanLook:
        return await self._planner.plan(ref, utc_now(), activity.heartbeat)

    @activity.defn(name="hold_plan")
    async def hold(self, ref: PlanRef) -> PlanLook:
        return await self._planner.hold(ref, utc_now(), activity.heartbeat)

    @activity.defn(name="ask_plan")
    async def ask(self, ref: PlanRef) -> PlanLook:
        return await self._planner.ask(ref, utc_now(), activity.heartbeat)

    @activity.defn(name="publish_plan")
    async def publish(self, ref: PlanRef) -> PlanLook:
        async with heartbeats():
            return await self._planner.publish(ref, utc_now())
