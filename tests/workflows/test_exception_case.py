"""The workflow of a case tells, escalates, reminds and ends, in the order and at the times that it should."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.cases.following import CaseView, Reason
from domain.cases.states import REOPENS_WITHIN, CaseState
from workflows.client import CaseClient, case_workflow_id
from workflows.contracts.cases import CaseFollowing, CaseRef, TellInput
from workflows.exception_case import ExceptionCaseWorkflow
from workflows.queues import Queue, task_queue

pytestmark = pytest.mark.workflow

REGION = "cases"
MINUTE = timedelta(minutes=1)


@dataclass
class Case(CaseFollowing):
    """One case, as its row would be."""

    environment: WorkflowEnvironment
    view: CaseView
    ref: CaseRef = field(default_factory=lambda: CaseRef(uuid4(), uuid4()))
    told: list[tuple[Reason, datetime]] = field(default_factory=list)

    @activity.defn(name="look_at_case")
    async def look(self, case: CaseRef) -> CaseView:
        return self.view

    @activity.defn(name="tell_of_case")
    async def tell(self, telling: TellInput) -> int:
        self.told.append((telling.reason, await self.environment.get_current_time()))
        if telling.reason != Reason.OVERDUE:
            self.view = replace(self.view, level=telling.level + 1)
        return 1

    @activity.defn(name="wake_case")
    async def wake(self, case: CaseRef) -> None:
        self.view = replace(self.view, state=CaseState.OPEN, snoozed_until=None, level=0)

    @property
    def reasons(self) -> list[Reason]:
        return [reason for reason, _ in self.told]

    async def change(self, **changes: object) -> None:
        """Change the row, and tell the workflow of it."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        await CaseClient(self.environment.client, REGION).changed(
            self.ref.organization_id, self.ref.case_id, "Exception"
        )

    @property
    def handle(self) -> WorkflowHandle[ExceptionCaseWorkflow, None]:
        return self.environment.client.get_workflow_handle_for(
            ExceptionCaseWorkflow.run, case_workflow_id(self.ref.case_id)
        )


@pytest.fixture
async def case(environment: WorkflowEnvironment) -> AsyncIterator[Case]:
    now = await environment.get_current_time()
    view = CaseView(CaseState.OPEN, now + 2 * MINUTE, 2 * MINUTE, now + 30 * MINUTE, 0, 2)
    opened = Case(environment, view)
    worker = Worker(
        environment.client,
        task_queue=task_queue(REGION, Queue.SESSIONS),
        workflows=[ExceptionCaseWorkflow],
        activities=[opened.look, opened.tell, opened.wake],
    )
    async with worker:
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
    await case.change(state=CaseState.OPEN, resolved_at=None, level=0, acknowledge_due_at=now + 10 * MINUTE)
    await case.environment.sleep(MINUTE)

    assert case.reasons == [Reason.OPENED, Reason.OPENED]
