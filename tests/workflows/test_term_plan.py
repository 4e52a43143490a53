"""The workflow of a plan waits for a decision, and goes on after a batch that failed."""

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import NotFound
from domain.scheduling.term_plans import PlanState
from tests.workflows.planning import MINUTE, scripted_plan
from workflows.contracts.term_plans import PlanLook

pytestmark = pytest.mark.workflow

PROPOSED = PlanLook(PlanState.PROPOSED, unassigned=2, gap=0.01, objective=10.0)
PUBLISHED = PlanLook(PlanState.PUBLISHED)


async def test_it_is_published_in_batches_and_a_failed_one_is_repeated(
    environment: WorkflowEnvironment,
) -> None:
    batches = (PlanLook(PlanState.PUBLISHING, left_to_publish=20), NotFound("gone"), PUBLISHED)
    async with scripted_plan(environment, PROPOSED, PROPOSED, *batches) as plan:
        while plan.calls.count("hold") < 2:
            await environment.sleep(MINUTE)
        assert (await plan.handle.query("progress"))["unassigned"] == 2
        await plan.decided()
        assert await plan.until_over() == PUBLISHED
        assert [call for call in plan.calls if call != "hold"] == ["plan", *["publish"] * 4]


async def test_a_proposed_plan_holds_its_time_and_renews_the_holds_until_it_is_decided(
    environment: WorkflowEnvironment,
) -> None:
    async with scripted_plan(environment, PROPOSED, PROPOSED, PUBLISHED) as plan:
        while plan.calls.count("hold") < 2:
            await environment.sleep(MINUTE)
        while (look := await plan.handle.query("progress"))["held"] != 7:
            await environment.sleep(MINUTE)
        assert look["not_held"] == 1
        await plan.decided()
        await plan.until_over()
        assert plan.calls[:2] == ["plan", "hold"]


async def test_a_plan_asks_waits_for_the_answers_and_is_made_anew_when_it_is_declined(
    environment: WorkflowEnvironment,
) -> None:
    asking, again = PlanLook(PlanState.ASKING), PlanLook(PlanState.PLANNING)
    async with scripted_plan(environment, PROPOSED, PROPOSED, asking, again, asking, PUBLISHED) as plan:
        while plan.calls.count("hold") < 2:
            await environment.sleep(MINUTE)
        await plan.decided()  # to be published
        while plan.calls.count("ask") < 1:
            await environment.sleep(MINUTE)
        await environment.sleep(10 * MINUTE)
        assert (await plan.handle.query("progress"))["asked"] == 3
        await plan.decided()  # the last answer: declined
        while plan.calls.count("plan") < 2:
            await environment.sleep(MINUTE)
        await environment.sleep(10 * MINUTE)
        await plan.decided()
        assert await plan.until_over() == PUBLISHED
        assert plan.calls.count("ask") == 2


async def test_a_plan_that_failed_ends_at_once(environment: WorkflowEnvironment) -> None:
    failed = PlanLook(PlanState.FAILED)
    async with scripted_plan(environment, failed, failed) as plan:
        assert await plan.until_over() == failed
        assert plan.calls == ["plan"]
