"""The workflow of a case tells, escalates, reminds and ends, in the order and at the times that it should."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from domain.cases.following import Reason
from domain.cases.states import REOPENS_WITHIN, CaseState
from tests.workflows.following import MINUTE, Case, followed_case

pytestmark = pytest.mark.workflow


@pytest.fixture
async def case(environment: WorkflowEnvironment) -> AsyncIterator[Case]:
    async with followed_case(environment) as opened:
        yield opened


async def test_case_nobody_sees_is_escalated_and_told_again_when_it_is_overdue(case: Case) -> None:
    await case.change()
    await case.environment.sleep(31 * MINUTE)

    assert case.reasons == [Reason.OPENED, Reason.ESCALATED, Reason.OVERDUE]
    opened, escalated, overdue = (at for _, at in case.told)
    assert MINUTE < escalated - opened < 3 * MINUTE
    assert overdue >= case.view.due_at


async def test_acknowledged_case_is_not_escalated(case: Case) -> None:
    await case.change()
    await case.environment.sleep(MINUTE)
    await case.change(state=CaseState.ACKNOWLEDGED)
    await case.environment.sleep(20 * MINUTE)

    assert case.reasons == [Reason.OPENED]


async def test_snoozed_case_is_told_again_when_it_wakes(case: Case) -> None:
    await case.change()
    await case.environment.sleep(MINUTE)
    until = await case.environment.get_current_time() + 5 * MINUTE
    await case.change(state=CaseState.SNOOZED, snoozed_until=until)
    await case.environment.sleep(6 * MINUTE)

    assert case.reasons[:2] == [Reason.OPENED, Reason.OPENED]


async def test_workflow_ends_a_while_after_the_case_is_resolved(case: Case) -> None:
    await case.change()
    await case.environment.sleep(MINUTE)
    now = await case.environment.get_current_time()
    await case.change(state=CaseState.SELF_RESOLVED, resolved_at=now)

    while (await case.handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        await case.environment.sleep(MINUTE)

    assert await case.environment.get_current_time() - now >= REOPENS_WITHIN
    assert len([event async for event in case.handle.fetch_history_events()]) < 40


async def test_case_that_comes_back_within_the_while_is_told_again(case: Case) -> None:
    await case.change()
    await case.environment.sleep(MINUTE)
    now = await case.environment.get_current_time()
    await case.change(state=CaseState.SELF_RESOLVED, resolved_at=now)
    await case.environment.sleep(MINUTE)
    await case.change(state=CaseState.OPEN, resolved_at=None, level=0, next_step_at=now)
    await case.environment.sleep(MINUTE)

    assert case.reasons == [Reason.OPENED, Reason.OPENED]
