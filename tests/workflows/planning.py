"""A series and a plan of a term whose steps are scripted, and the workers of their workflows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.errors import HomeroomError
from domain.scheduling.term_plans import PlanState
from workflows.booking_import import BookingImportWorkflow
from workflows.client import BookingImportClient, SeriesClient, TermPlanClient
from workflows.contracts.booking_imports import BookingImportSteps, ImportLook, ImportRef
from workflows.contracts.series import SeriesLook, SeriesRef, SeriesSteps
from workflows.contracts.term_plans import PlanLook, PlanRef, TermPlanSteps
from workflows.failures import application_error
from workflows.ids import booking_import_workflow_id, series_workflow_id, term_plan_workflow_id
from workflows.queues import Queue, task_queue
from workflows.series import SeriesWorkflow
from workflows.term_plan import TermPlan

REGION = "series"
MINUTE = timedelta(minutes=1)
Result = TypeVar("Result")


async def _until_over(environment: WorkflowEnvironment, handle: WorkflowHandle[Any, Result]) -> Result:
    """Let the time pass, in steps that double: a workflow may wait for a minute or for weeks."""
    step = MINUTE
    while (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        await environment.sleep(step)
        step *= 2
    return await handle.result()


@dataclass
class ScriptedSeries(SeriesSteps):
    """Each look finds the next of `looks`, the last one again and again."""

    environment: WorkflowEnvironment
    looks: list[SeriesLook | HomeroomError]
    ref: SeriesRef = field(default_factory=lambda: SeriesRef(uuid4(), uuid4()))
    looked_at: list[datetime] = field(default_factory=list)

    @activity.defn(name="advance_series")
    async def advance(self, ref: SeriesRef) -> SeriesLook:
        self.looked_at.append(await self.environment.get_current_time())
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, HomeroomError):
            raise application_error(found)
        return found

    async def changed(self) -> None:
        await SeriesClient(self.environment.client, REGION).changed(self.ref)

    @property
    def handle(self) -> WorkflowHandle[SeriesWorkflow, SeriesLook]:
        return self.environment.client.get_workflow_handle_for(
            SeriesWorkflow.run, series_workflow_id(self.ref.series_id)
        )

    async def until_over(self) -> SeriesLook:
        return await _until_over(self.environment, self.handle)


@asynccontextmanager
async def scripted_series(
    environment: WorkflowEnvironment, *looks: SeriesLook | HomeroomError
) -> AsyncIterator[ScriptedSeries]:
    """Its workflow runs."""
    series = ScriptedSeries(environment, list(looks))
    queue = task_queue(REGION, Queue.SESSIONS)
    async with Worker(
        environment.client, task_queue=queue, workflows=[SeriesWorkflow], activities=[series.advance]
    ):
        await series.changed()
        yield series


@dataclass
class ScriptedImport(BookingImportSteps):
    """Each batch leaves the next of `looks`, the last one again and again."""

    environment: WorkflowEnvironment
    looks: list[ImportLook | HomeroomError]
    ref: ImportRef = field(default_factory=lambda: ImportRef(uuid4(), uuid4()))

    @activity.defn(name="book_rows")
    async def book(self, ref: ImportRef) -> ImportLook:
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, HomeroomError):
            raise application_error(found)
        return found

    @property
    def handle(self) -> WorkflowHandle[BookingImportWorkflow, ImportLook]:
        return self.environment.client.get_workflow_handle_for(
            BookingImportWorkflow.run, booking_import_workflow_id(self.ref.import_id)
        )

    async def until_over(self) -> ImportLook:
        return await _until_over(self.environment, self.handle)


@asynccontextmanager
async def scripted_import(
    environment: WorkflowEnvironment, *looks: ImportLook | HomeroomError
) -> AsyncIterator[ScriptedImport]:
    """Its workflow runs."""
    steps = ScriptedImport(environment, list(looks))
    queue = task_queue(REGION, Queue.SESSIONS)
    async with Worker(
        environment.client, task_queue=queue, workflows=[BookingImportWorkflow], activities=[steps.book]
    ):
        await BookingImportClient(environment.client, REGION).start(steps.ref)
        yield steps


@dataclass
class ScriptedPlan(TermPlanSteps):
    """The engine finds `found`; each batch finds the next of `batches`, the last one again and again."""

    environment: WorkflowEnvironment
    found: PlanLook
    batches: list[PlanLook | HomeroomError]
    ref: PlanRef = field(default_factory=lambda: PlanRef(uuid4(), uuid4()))
    calls: list[str] = field(default_factory=list)

    @activity.defn(name="plan_term")
    async def plan(self, ref: PlanRef) -> PlanLook:
        self.calls.append("plan")
        activity.heartbeat(self.found)
        return self.found

    @activity.defn(name="hold_plan")
    async def hold(self, ref: PlanRef) -> PlanLook:
        self.calls.append("hold")
        return replace(self.found, held=7, not_held=1)

    @activity.defn(name="ask_plan")
    async def ask(self, ref: PlanRef) -> PlanLook:
        self.calls.append("ask")
        by = await self.environment.get_current_time() + timedelta(hours=2)
        return replace(self.found, state=PlanState.ASKING, asked=3, answer_by=by)

    @activity.defn(name="publish_plan")
    async def publish(self, ref: PlanRef) -> PlanLook:
        self.calls.append("publish")
        found = self.batches.pop(0) if len(self.batches) > 1 else self.batches[0]
        if isinstance(found, HomeroomError):
            raise application_error(found)
        return found

    async def decided(self) -> None:
        await TermPlanClient(self.environment.client, REGION).start(self.ref)

    @property
    def handle(self) -> WorkflowHandle[TermPlan, PlanLook]:
        return self.environment.client.get_workflow_handle_for(
            TermPlan.run, term_plan_workflow_id(self.ref.plan_id)
        )

    async def until_over(self) -> PlanLook:
        return await _until_over(self.environment, self.handle)


@asynccontextmanager
async def scripted_plan(
    environment: WorkflowEnvironment, found: PlanLook, *batches: PlanLook | HomeroomError
) -> AsyncIterator[ScriptedPlan]:
    """Its workflow runs."""
    plan = ScriptedPlan(environment, found, list(batches))
    async with Worker(
        environment.client,
        task_queue=task_queue(REGION, Queue.SESSIONS),
        workflows=[TermPlan],
        activities=[plan.plan, plan.hold, plan.ask, plan.publish],
    ):
        await plan.decided()
        yield plan
