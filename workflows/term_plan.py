"""The workflow of a plan of a term: plan it, hold its time, wait for a person's decision, publish it in batches.

The row holds what was decided; the signal only says that it has changed. An engine that dies with its worker starts
anew elsewhere, and a batch that was interrupted is repeated without a second effect.
"""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.scheduling.term_plans import OVER, PlanState
    from workflows import options, patches
    from workflows.contracts.term_plans import PlanLook, PlanRef, TermPlanSteps
    from workflows.failures import STEP_FAILURES
    from workflows.patches import patched

_BETWEEN_BATCHES = timedelta(seconds=1)
_AFTER_FAILURE = timedelta(hours=1)
_LOOK_AFTER = timedelta(hours=6)  # at a decision whose signal was lost
_LOOKS_PER_RUN = 500  # then it continues as new


@workflow.defn(name="TermPlan")
class TermPlan:
    @workflow.init
    def __init__(self, ref: PlanRef) -> None:
        self._decided = False
        self._look = PlanLook(PlanState.PLANNING)

    @workflow.run
    async def run(self, ref: PlanRef) -> PlanLook:
        await self._plan(ref)
        for _ in range(_LOOKS_PER_RUN):
            if self._look.state in OVER:
                return self._look
            if self._look.state == PlanState.PLANNING:  # again, since somebody has declined
                await self._plan(ref)
            if self._look.state == PlanState.PROPOSED:
                if patched(patches.PLANS_HOLD_TIME):
                    await self._hold(ref)
                await self._wait(_LOOK_AFTER, "until somebody decides")
            if self._look.state == PlanState.ASKING:
                await self._ask(ref)
            self._decided = False
            try:
                self._say(
                    await workflow.execute_activity_method(
                        TermPlanSteps.publish, ref, summary="publish the next batch", **options.SERIES
                    )
                )
            except STEP_FAILURES:
                workflow.logger.warning("a batch of a plan failed")
                await workflow.sleep(_AFTER_FAILURE, summary="after a failure")
            if self._look.state == PlanState.PUBLISHING:
                await workflow.sleep(_BETWEEN_BATCHES, summary="between two batches")
        return workflow.continue_as_new(ref)

    async def _plan(self, ref: PlanRef) -> None:
        self._say(
            await workflow.execute_activity_method(
                TermPlanSteps.plan, ref, summary="plan the term", **options.PLANNING
            )
        )

    async def _ask(self, ref: PlanRef) -> None:
        """Ask, and wait for the answers, at most until time is up; the holds are renewed at each look."""
        self._decided = False
        await self._hold(ref)
        try:
            self._say(
                await workflow.execute_activity_method(
                    TermPlanSteps.ask, ref, summary="ask before the plan is published", **options.HOLDS
                )
            )
        except STEP_FAILURES:
            workflow.logger.warning("not everybody is asked about a plan")
            await self._wait(_AFTER_FAILURE, "after a failure")
        left = self._look.answer_by - workflow.now() if self._look.answer_by else _LOOK_AFTER
        if self._look.state == PlanState.ASKING and self._look.asked and left > timedelta():
            await self._wait(min(left, _LOOK_AFTER), "until everybody has answered")

    async def _wait(self, longest: timedelta, why: str) -> None:
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._decided, timeout=longest, timeout_summary=why)

    async def _hold(self, ref: PlanRef) -> None:
        """A plan whose time could not be held waits for its decision all the same; the next look tries again."""
        try:
            self._say(
                await workflow.execute_activity_method(
                    TermPlanSteps.hold, ref, summary="hold the time of the plan", **options.HOLDS
                )
            )
        except STEP_FAILURES:
            workflow.logger.warning("the time of a plan is not held")

    @workflow.signal
    def decided(self) -> None:
        """Somebody has published or discarded the plan."""
        self._decided = True

    @workflow.query
    def progress(self) -> PlanLook:
        """How good the plan is, and how many of its assignments are still to be published."""
        return self._look

    def _say(self, look: PlanLook) -> None:
        self._look = look
        workflow.set_current_details(
            f"{look.state}: {look.unassigned} classes without instructor, gap {look.gap:.2%}, "
            f"{look.left_to_publish} assignments to publish, {look.held} held, {look.not_held} could not be held, "
            f"{look.asked} answers awaited, {look.declined} declined"
        )
