"""A worker for notice deliveries and housekeeping, whose activities fail on request."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.errors import HomeroomError
from domain.notices.kinds import DeliveryState
from workflows.calendar_imports import CalendarImportsWorkflow
from workflows.client import DeliveryClient, delivery_workflow_id
from workflows.contracts.calendars import Calendars, CalendarsInput, CalendarsResult
from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult
from workflows.contracts.housekeeping import Housekeeping, HousekeepingInput, HousekeepingResult
from workflows.failures import application_error
from workflows.housekeeping import HousekeepingWorkflow
from workflows.notice_delivery import NoticeDelivery
from workflows.queues import Queue, task_queue

REGION = "notices"  # separate from the region of the session workflows under test


@dataclass
class Deliverer(Deliveries, Housekeeping, Calendars):
    calls: list[str] = field(default_factory=list)
    failures: list[HomeroomError] = field(default_factory=list)  # of the next attempts
    waits: list[datetime] = field(default_factory=list)  # until which a digest gathers, of the next attempts

    @activity.defn(name="deliver_notice")
    async def deliver(self, delivery: DeliveryInput) -> DeliveryResult:
        self.calls.append("deliver")
        if self.failures:
            raise application_error(self.failures.pop(0))
        if self.waits:
            return DeliveryResult(DeliveryState.WAITING, self.waits.pop(0))
        return DeliveryResult(DeliveryState.SENT)

    @activity.defn(name="give_up_notice")
    async def give_up(self, delivery: DeliveryInput) -> DeliveryResult:
        self.calls.append("give up")
        return DeliveryResult(DeliveryState.WITHDRAWN)

    @activity.defn(name="start_deliveries")
    async def start_deliveries(self, housekeeping: HousekeepingInput) -> int:
        self.calls.append("start deliveries")
        return 2

    @activity.defn(name="forget_expired")
    async def forget_expired(self, housekeeping: HousekeepingInput) -> int:
        self.calls.append("forget")
        return 3

    @activity.defn(name="compare_records")
    async def compare_records(self, housekeeping: HousekeepingInput) -> int:
        self.calls.append("compare")
        return 1

    @activity.defn(name="sweep")
    async def sweep(self, housekeeping: HousekeepingInput) -> int:
        self.calls.append("sweep")
        return 4

    @activity.defn(name="read_calendars")
    async def read(self, calendars: CalendarsInput) -> CalendarsResult:
        self.calls.append("read calendars")
        return CalendarsResult(read=5, failed=1)


@asynccontextmanager
async def delivering(client: Client, region: str = REGION) -> AsyncIterator[Deliverer]:
    deliverer = Deliverer()
    activities: list[Callable[..., Any]] = [
        deliverer.deliver,
        deliverer.give_up,
        deliverer.start_deliveries,
        deliverer.forget_expired,
        deliverer.compare_records,
        deliverer.sweep,
        deliverer.read,
    ]
    workflows = [NoticeDelivery, HousekeepingWorkflow, CalendarImportsWorkflow]
    async with AsyncExitStack() as running:
        for queue in (Queue.SESSIONS, Queue.NOTICES):
            worker = Worker(
                client, task_queue=task_queue(region, queue), workflows=workflows, activities=activities
            )
            await running.enter_async_context(worker)
        yield deliverer


async def deliver(
    environment: WorkflowEnvironment, lasts: timedelta
) -> WorkflowHandle[NoticeDelivery, DeliveryResult]:
    delivery = DeliveryInput(uuid4(), uuid4(), await environment.get_current_time() + lasts)
    await DeliveryClient(environment.client, REGION).start(delivery)
    return environment.client.get_workflow_handle_for(
        NoticeDelivery.run, delivery_workflow_id(delivery.notice_id)
    )


async def delivery_result(
    environment: WorkflowEnvironment, handle: WorkflowHandle[NoticeDelivery, DeliveryResult]
) -> DeliveryResult:
    """Skip time until the delivery has ended. Returns its result."""
    while (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        await environment.sleep(timedelta(seconds=10))
    return await handle.result()


async def keep_house(
    environment: WorkflowEnvironment,
) -> WorkflowHandle[HousekeepingWorkflow, HousekeepingResult]:
    """Start the workflow as its schedule does: the time-skipping server has no schedules."""
    return await environment.client.start_workflow(
        HousekeepingWorkflow.run,
        HousekeepingInput(REGION),
        id=f"housekeeping-{uuid4()}",
        task_queue=task_queue(REGION, Queue.SESSIONS),
    )


async def read_calendars(
    environment: WorkflowEnvironment,
) -> WorkflowHandle[CalendarImportsWorkflow, CalendarsResult]:
    """Start the workflow as its schedule does."""
    return await environment.client.start_workflow(
        CalendarImportsWorkflow.run,
        CalendarsInput(REGION),
        id=f"calendar-imports-{uuid4()}",
        task_queue=task_queue(REGION, Queue.SESSIONS),
    )
