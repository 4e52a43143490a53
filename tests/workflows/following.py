"""A case whose row is in memory, and the worker of its workflow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.cases.following import CaseView, Reason
from domain.cases.states import CaseState
from workflows.client import CaseClient, case_workflow_id
from workflows.contracts.cases import CaseFollowing, CaseRef, TellInput
from workflows.exception_case import ExceptionCaseWorkflow
from workflows.queues import Queue, task_queue

REGION = "cases"
MINUTE = timedelta(minutes=1)
PATIENCE = 2 * MINUTE  # with each step


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
            level, due = telling.level + 1, self.view.next_step_at
            more = due is not None and level < self.view.levels
            self.view = replace(self.view, level=level, next_step_at=due + PATIENCE if due and more else None)
        return 1

    @activity.defn(name="wake_case")
    async def wake(self, case: CaseRef) -> None:
        now = await self.environment.get_current_time()
        self.view = replace(self.view, state=CaseState.OPEN, snoozed_until=None, level=0, next_step_at=now)

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


@asynccontextmanager
async def followed_case(environment: WorkflowEnvironment) -> AsyncIterator[Case]:
    """To be acknowledged within two minutes, due in thirty."""
    now = await environment.get_current_time()
    view = CaseView(CaseState.OPEN, now + 30 * MINUTE, level=0, levels=2, next_step_at=now)
    opened = Case(environment, view)
    worker = Worker(
        environment.client,
        task_queue=task_queue(REGION, Queue.SESSIONS),
        workflows=[ExceptionCaseWorkflow],
        activities=[opened.look, opened.tell, opened.wake],
    )
    async with worker:
        yield opened
