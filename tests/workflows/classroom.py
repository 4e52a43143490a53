"""A session workflow under test, and what callers do to it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.policies import SessionPolicy
from domain.timeline import TimelineEntry
from tests.workflows.recording_activities import (
    World,
    capture_activities,
    session_activities,
    transcription_activities,
)
from workflows.class_session import ClassSession
from workflows.commands import (
    Approve,
    Booked,
    Booking,
    ClassSessionInput,
    ClassSessionResult,
    PresenceSignal,
    session_workflow_id,
)
from workflows.contracts.common import SessionRef

REGION = "test"


@dataclass
class Classroom:
    environment: WorkflowEnvironment
    world: World
    session_id: UUID
    starts_at: datetime
    handle: WorkflowHandle[ClassSession, ClassSessionResult]

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def until(self, moment: datetime) -> None:
        """Let the time pass up to a moment."""
        wait = moment - await self.now()
        if wait > timedelta():
            await self.environment.sleep(wait)

    async def teacher_joins(self, at: datetime | None = None) -> None:
        at = at or await self.now()
        await self.handle.signal(ClassSession.presence, PresenceSignal(at, 1, at, None))

    async def room_empties(self, first: datetime) -> None:
        at = await self.now()
        await self.handle.signal(ClassSession.presence, PresenceSignal(at, 0, first, at))

    async def room_fills(self, first: datetime) -> None:
        at = await self.now()
        await self.handle.signal(ClassSession.presence, PresenceSignal(at, 2, first, None))

    async def approve(self, revision: int = 1) -> None:
        await self.handle.execute_update(ClassSession.approve_documentation, Approve(revision, "person"))

    async def timeline(self) -> list[TimelineEntry]:
        return await self.handle.query(ClassSession.timeline)

    async def result(self) -> ClassSessionResult:
        return await self.handle.result()


@asynccontextmanager
async def workers(client: Client, world: World) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for queue, activities in (
            ("sessions", session_activities(world)),
            ("capture", capture_activities(world)),
            ("transcription", transcription_activities(world)),
        ):
            flows = [ClassSession] if queue == "sessions" else []
            worker = Worker(client, task_queue=f"{REGION}-{queue}", workflows=flows, activities=activities)
            await stack.enter_async_context(worker)
        yield


async def book(
    environment: WorkflowEnvironment,
    world: World,
    *,
    starts_in: timedelta = timedelta(days=2),
    lasts: timedelta = timedelta(minutes=30),
    students: int = 2,
    policy: SessionPolicy | None = None,
    session_id: UUID | None = None,
) -> Classroom:
    """Book a class by update-with-start. Raises WorkflowUpdateFailedError."""
    session_id = session_id or uuid4()
    starts_at = await environment.get_current_time() + starts_in
    booking = Booking(
        course_id=uuid4(),
        instructor_id=uuid4(),
        student_ids=tuple(uuid4() for _ in range(students)),
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        policy=policy or SessionPolicy(),
    )
    start: WithStartWorkflowOperation[ClassSession, ClassSessionResult] = WithStartWorkflowOperation(
        ClassSession.run,
        ClassSessionInput(SessionRef(uuid4(), session_id), REGION),
        id=session_workflow_id(session_id),
        task_queue=f"{REGION}-sessions",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    booked: Booked = await environment.client.execute_update_with_start_workflow(
        ClassSession.book, booking, start_workflow_operation=start, id=f"book-{session_id}"
    )
    assert booked.participants == students + 1
    return Classroom(environment, world, session_id, starts_at, await start.workflow_handle())


async def command_names(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """The commands of a history in order: what a replay must make again."""
    found = []
    async for event in handle.fetch_history_events():
        if event.HasField("activity_task_scheduled_event_attributes"):
            found.append(f"activity {event.activity_task_scheduled_event_attributes.activity_type.name}")
        elif event.HasField("timer_started_event_attributes"):
            found.append("timer")
    return found
