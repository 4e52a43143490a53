"""A series whose looks are scripted, and the worker of its workflow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.errors import HomeroomError
from workflows.client import SeriesClient
from workflows.contracts.series import SeriesLook, SeriesRef, SeriesSteps
from workflows.failures import application_error
from workflows.ids import series_workflow_id
from workflows.queues import Queue, task_queue
from workflows.series import SeriesWorkflow

REGION = "series"
MINUTE = timedelta(minutes=1)


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
        while (await self.handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await self.environment.sleep(MINUTE)
        return await self.handle.result()


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
