"""Clients of the workflows: every start, update, signal and query that other code sends.

Failures are raised as domain errors, so that no caller has to handle Temporal's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    WithStartWorkflowOperation,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import HomeroomError, TransitionRefused, Unavailable, by_code
from domain.sessions.states import SessionState
from domain.sessions.timeline import TimelineEntry
from workflows.booking_import import BookingImportWorkflow
from workflows.calendar_imports import CalendarImportsWorkflow
from workflows.class_session import ClassSession
from workflows.contracts.booking_imports import ImportRef
from workflows.contracts.calendars import CalendarsInput
from workflows.contracts.cases import CaseRef
from workflows.contracts.common import SessionRef
from workflows.contracts.deliveries import DeliveryInput
from workflows.contracts.housekeeping import HousekeepingInput
from workflows.contracts.late_audio import LateAudioInput
from workflows.contracts.rooms import WatchInput
from workflows.contracts.series import SeriesRef
from workflows.contracts.substitutions import StartedSubstitution, SubstitutionRef
from workflows.contracts.term_plans import PlanRef
from workflows.exception_case import CaseInput, ExceptionCaseWorkflow
from workflows.housekeeping import HousekeepingWorkflow
from workflows.ids import (
    SESSION_PREFIX,
    booking_import_workflow_id,
    late_audio_workflow_id,
    series_workflow_id,
    substitution_workflow_id,
    term_plan_workflow_id,
)
from workflows.ids import session_workflow_id as session_workflow_id
from workflows.late_audio import LateAudio
from workflows.notice_delivery import NoticeDelivery
from workflows.queues import Queue, task_queue
from workflows.room_watch import RoomWatchWorkflow
from workflows.series import SeriesWorkflow
from workflows.session import search_attributes
from workflows.session.facts import SessionFacts
from workflows.session.messages import (
    AddPeople,
    Approve,
    Booked,
    Booking,
    Cancel,
    ClassSessionInput,
    ClassSessionResult,
    EndClass,
    Extend,
    InstructorChanged,
    LateRecord,
    PeopleChanged,
    PresenceSignal,
    RecordingSignal,
    RemovePeople,
    Reopen,
    RequestChanges,
    Reschedule,
    Substitute,
)
from workflows.substitution import Substitution
from workflows.term_plan import TermPlan

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
_TIMEOUT = timedelta(seconds=30)
# Housekeeping starts the deliveries that could not be started before. A third of the life of a sign-in link, so that a
# late mail still arrives in time.
_HOUSEKEEPING_EVERY = timedelta(minutes=5)
_CALENDARS_EVERY = timedelta(minutes=30)


def room_watch_workflow_id(region: str) -> str:
    return f"room-watch-{region}"


def delivery_workflow_id(notice_id: UUID) -> str:
    return f"notice-delivery-{notice_id}"


_CASE_PREFIX = "case-"


def case_workflow_id(case_id: UUID) -> str:
    return f"{_CASE_PREFIX}{case_id}"


def _case_of(workflow_id: str) -> UUID | None:
    """The case of a workflow; None: it was started by hand."""
    try:
        return UUID(workflow_id.removeprefix(_CASE_PREFIX))
    except ValueError:
        return None


def housekeeping_id(region: str) -> str:
    """The id of the schedule; Temporal appends the time to the ids of its runs."""
    return f"housekeeping-{region}"


def calendar_imports_id(region: str) -> str:
    """The id of the schedule; Temporal appends the time to the ids of its runs."""
    return f"calendar-imports-{region}"


def workflow_url(ui_url: str, namespace: str, workflow_id: str) -> str:
    """The page of a workflow in the Temporal UI."""
    return f"{ui_url.rstrip('/')}/namespaces/{namespace}/workflows/{workflow_id}"


class SessionClient:
    """Books sessions, which starts their workflows, and sends commands, signals and queries to them."""

    def __init__(self, temporal: Client, region: str, timeout: timedelta = _TIMEOUT) -> None:
        """`timeout` limits the wait for the answer to a command."""
        self._temporal = temporal
        self._region = region
        self._timeout = timeout

    async def book(
        self,
        organization_id: UUID,
        session_id: UUID,
        booking: Booking,
        fingerprint: str = "",
        *,
        after_refusal: bool = False,
    ) -> Booked:
        """Start the workflow and book in one call: no row without a workflow, no workflow without a row.

        Called again with the same `fingerprint`, a hash of what the caller asked for, it returns the first answer.
        With `after_refusal`, for a session without a row, a booking that was refused before is tried anew: the workflow
        of that attempt is over, and another one takes its id.

        Raises BookingInPast, UnknownReference, DoubleBooked, HoldEnded, InvalidInput, Unavailable, TransitionRefused
        for a session that was booked with another fingerprint.
        """
        update_id = f"book-{session_id}-{fingerprint}" if fingerprint else f"book-{session_id}"
        if after_refusal and (refused := await self._run_that_is_over(session_id)):
            update_id += f"-{refused}"  # else the answer would be that of the attempt before
        start = WithStartWorkflowOperation(
            ClassSession.run,
            ClassSessionInput(SessionRef(organization_id, session_id), self._region),
            id=session_workflow_id(session_id),
            task_queue=task_queue(self._region, Queue.SESSIONS),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=(
                WorkflowIDReusePolicy.ALLOW_DUPLICATE
                if after_refusal
                else WorkflowIDReusePolicy.REJECT_DUPLICATE
            ),
            search_attributes=self._search_attributes(organization_id, booking),
            static_summary=f"Class of {booking.starts_at:%Y-%m-%d %H:%M} UTC, {len(booking.student_ids)} students",
        )
        return await self._answer(
            self._temporal.execute_update_with_start_workflow(
                ClassSession.book,
                booking,
                start_workflow_operation=start,
                id=update_id,
                rpc_timeout=self._timeout,
            )
        )

    async def _run_that_is_over(self, session_id: UUID) -> str | None:
        """The id of the latest run of a session's workflow, unless it goes on or there is none. Raises Unavailable."""
        try:
            with _domain_errors():
                found = await self._handle(session_id).describe(rpc_timeout=self._timeout)
        except TransitionRefused:  # there is none
            return None
        return None if found.status == WorkflowExecutionStatus.RUNNING else found.run_id

    async def document_late(self, session: SessionRef, late: LateRecord) -> None:
        """Start the run that drafts and reviews a class that was closed without a draft.

        Raises Unavailable also where a run of the class goes on: the one that closes it, or an earlier attempt's.
        """
        start = self._temporal.start_workflow(
            ClassSession.run,
            ClassSessionInput(session, self._region, late),
            id=session_workflow_id(session.session_id),
            task_queue=task_queue(self._region, Queue.SESSIONS),
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=self._search_attributes(
                session.organization_id, late.booking, SessionState.CLOSED
            ),
            rpc_timeout=self._timeout,
            static_summary=f"Class of {late.booking.starts_at:%Y-%m-%d %H:%M} UTC, whose audio came late",
        )
        try:
            with _domain_errors():
                await start
        except TransitionRefused as error:
            raise Unavailable("a workflow of this class runs") from error

    async def reschedule(self, session_id: UUID, move: Reschedule, command_id: str | None = None) -> None:
        """Raises TransitionRefused, BookingInPast, InvalidInput, DoubleBooked, Unavailable."""
        await self._update(session_id, ClassSession.reschedule, move, command_id)

    async def extend(self, session_id: UUID, extension: Extend, command_id: str | None = None) -> None:
        """Raises TransitionRefused, InvalidInput, DoubleBooked, Unavailable."""
        await self._update(session_id, ClassSession.extend, extension, command_id)

    async def cancel(self, session_id: UUID, cancel: Cancel, command_id: str | None = None) -> None:
        """Raises TransitionRefused, Unavailable."""
        await self._update(session_id, ClassSession.cancel, cancel, command_id)

    async def end(self, session_id: UUID, end: EndClass, command_id: str | None = None) -> None:
        """Raises TransitionRefused, Unavailable."""
        await self._update(session_id, ClassSession.end, end, command_id)

    async def reopen(self, session_id: UUID, reopening: Reopen, command_id: str | None = None) -> None:
        """Raises TransitionRefused, InvalidInput, DoubleBooked, Unavailable."""
        await self._update(session_id, ClassSession.reopen, reopening, command_id)

    async def approve_documentation(
        self, session_id: UUID, approval: Approve, command_id: str | None = None
    ) -> None:
        """Raises TransitionRefused, StaleRevision, Unavailable."""
        await self._update(session_id, ClassSession.approve_documentation, approval, command_id)

    async def request_changes(
        self, session_id: UUID, changes: RequestChanges, command_id: str | None = None
    ) -> None:
        """Raises TransitionRefused, StaleRevision, Unavailable."""
        await self._update(session_id, ClassSession.request_changes, changes, command_id)

    async def substitute(
        self, session_id: UUID, substitute: Substitute, command_id: str | None = None
    ) -> StartedSubstitution:
        """Raises TransitionRefused, Unavailable."""
        started: StartedSubstitution | None = await self._update(
            session_id, ClassSession.substitute, substitute, command_id
        )
        if started is None:  # answered by a worker of the release before, which opens a case
            raise Unavailable("the request is in the exceptions queue", next_step="Look there.")
        return started

    async def add_people(
        self, session_id: UUID, added: AddPeople, command_id: str | None = None
    ) -> PeopleChanged:
        """Raises TransitionRefused, UnknownReference, DoubleBooked, Unavailable."""
        changed: PeopleChanged = await self._update(session_id, ClassSession.add_people, added, command_id)
        return changed

    async def remove_people(
        self, session_id: UUID, removed: RemovePeople, command_id: str | None = None
    ) -> PeopleChanged:
        """Raises TransitionRefused, Conflict, InvalidInput, Unavailable."""
        changed: PeopleChanged = await self._update(
            session_id, ClassSession.remove_people, removed, command_id
        )
        return changed

    async def report_presence(self, session_id: UUID, presence: PresenceSignal) -> None:
        """Raises TransitionRefused for a session that is over, Unavailable."""
        with _domain_errors():
            await self._handle(session_id).signal(ClassSession.presence, presence)

    async def report_recording(self, session_id: UUID, recording: RecordingSignal) -> None:
        """Raises TransitionRefused for a session that is over, Unavailable."""
        with _domain_errors():
            await self._handle(session_id).signal(ClassSession.recording, recording)

    async def report_instructor(self, session_id: UUID, change: InstructorChanged) -> None:
        """Raises TransitionRefused for a session that is over, Unavailable."""
        with _domain_errors():
            await self._handle(session_id).signal(ClassSession.instructor_changed, change)

    async def facts(self, session_id: UUID) -> SessionFacts:
        """The workflow's view of the session. Raises TransitionRefused where there is no workflow, Unavailable."""
        with _domain_errors():
            return await self._handle(session_id).query(ClassSession.facts)

    async def timeline(self, session_id: UUID) -> list[TimelineEntry]:
        """Every step with its planned and actual time and its outcome. Raises Unavailable."""
        with _domain_errors():
            return await self._handle(session_id).query(ClassSession.timeline)

    async def _update(self, session_id: UUID, update: Any, arg: Any, command_id: str | None) -> Any:
        """Send an update. A command id that was used before gets the first answer again and has no second effect."""
        handle = self._handle(session_id)
        return await self._answer(
            handle.execute_update(update, arg, id=command_id, rpc_timeout=self._timeout)
        )

    async def _answer(self, update: Awaitable[Answer]) -> Answer:
        """The answer to an update. Raises Unavailable when none comes in time, and what the update raises.

        An RPC's own time-out counts anew with each retry, so it alone could let the caller wait for minutes.
        """
        with _domain_errors():
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await update

    def _handle(self, session_id: UUID) -> WorkflowHandle[ClassSession, ClassSessionResult]:
        return self._temporal.get_workflow_handle_for(ClassSession.run, session_workflow_id(session_id))

    def _search_attributes(
        self, organization_id: UUID, booking: Booking, state: SessionState = SessionState.SCHEDULED
    ) -> TypedSearchAttributes:
        return TypedSearchAttributes(
            [
                SearchAttributePair(search_attributes.ORGANIZATION, str(organization_id)),
                SearchAttributePair(search_attributes.STATE, state.value),
                SearchAttributePair(search_attributes.INSTRUCTOR, str(booking.instructor_id)),
                SearchAttributePair(search_attributes.START, booking.starts_at),
                SearchAttributePair(search_attributes.REGION, self._region),
            ]
        )


@dataclass(frozen=True)
class RunningSession:
    """A running workflow of a class, as Temporal lists it."""

    session_id: UUID
    organization_id: UUID | None
    started_at: datetime


class RunningSessions:
    """What Temporal runs for the sessions of a region."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def running(self, most: int) -> dict[UUID, RunningSession]:
        """The running workflows by session, from Temporal's list, which is late by seconds. Raises Unavailable."""
        query = (
            "WorkflowType = 'ClassSession' and ExecutionStatus = 'Running' "
            f"and {search_attributes.REGION.name} = '{self._region}'"
        )
        with _domain_errors():
            listed = self._temporal.list_workflows(query, page_size=1000, limit=most, rpc_timeout=_TIMEOUT)
            return {one.session_id: one async for each in listed if (one := _running_session(each))}

    async def is_running(self, session_id: UUID) -> bool:
        """Raises Unavailable."""
        return await _is_running(self._temporal, session_workflow_id(session_id))


def _running_session(listed: WorkflowExecution) -> RunningSession | None:
    try:
        session_id = UUID(listed.id.removeprefix(SESSION_PREFIX))
    except ValueError:
        return None  # started by hand
    organization = listed.typed_search_attributes.get(search_attributes.ORGANIZATION)
    return RunningSession(session_id, UUID(organization) if organization else None, listed.start_time)


class RunningWorkflows:
    """What Temporal runs for the exception cases and substitutions of a region."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def cases(self, most: int) -> set[UUID]:
        """The cases whose workflow runs, from Temporal's list, which is late by seconds. Raises Unavailable."""
        query = (
            "WorkflowType = 'ExceptionCase' and ExecutionStatus = 'Running' "
            f"and {search_attributes.REGION.name} = '{self._region}'"
        )
        with _domain_errors():
            listed = self._temporal.list_workflows(query, page_size=1000, limit=most, rpc_timeout=_TIMEOUT)
            return {case_id async for each in listed if (case_id := _case_of(each.id))}

    async def is_search_running(self, session_id: UUID, number: int) -> bool:
        """Whether the workflow of a substitution runs. Raises Unavailable."""
        return await _is_running(self._temporal, substitution_workflow_id(session_id, number))


async def _is_running(temporal: Client, workflow_id: str) -> bool:
    try:
        described = await temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=_TIMEOUT)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False
        with _domain_errors():
            raise
    return described.status == WorkflowExecutionStatus.RUNNING


class DeliveryClient:
    """Starts the deliveries of notices that no session waits for."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def start(self, delivery: DeliveryInput, after: timedelta = timedelta()) -> None:
        """Start the delivery, unless it is running or waits to. Raises Unavailable.

        Its first step is taken `after` a while.
        """
        with _domain_errors():
            await self._temporal.start_workflow(
                NoticeDelivery.run,
                delivery,
                id=delivery_workflow_id(delivery.notice_id),
                task_queue=task_queue(self._region, Queue.NOTICES),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_delay=after if after > timedelta() else None,
                rpc_timeout=_TIMEOUT,
                static_summary="Delivery of a notice",
            )

    async def start_or_leave(self, delivery: DeliveryInput, after: timedelta = timedelta()) -> None:
        """Start a delivery after the commit of its message; if that fails, housekeeping starts it later."""
        try:
            await self.start(delivery, after)
        except HomeroomError as error:
            logger.warning("a message waits", extra={"reason": error.code})


class CaseClient:
    """Tells the workflows of exception cases of changes, and starts those that do not run."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def changed(self, organization_id: UUID, case_id: UUID, summary: str) -> None:
        """`summary` is shown in the Temporal UI. Raises Unavailable."""
        with _domain_errors():
            await self._temporal.start_workflow(
                ExceptionCaseWorkflow.run,
                CaseInput(CaseRef(organization_id, case_id)),
                id=case_workflow_id(case_id),
                task_queue=task_queue(self._region, Queue.SESSIONS),
                start_signal="changed",
                rpc_timeout=_TIMEOUT,
                static_summary=summary,
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(search_attributes.ORGANIZATION, str(organization_id)),
                        SearchAttributePair(search_attributes.REGION, self._region),
                    ]
                ),
            )


class SubstitutionClient:
    """Starts the workflows of substitutions, and tells them of answers."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def start(self, ref: SubstitutionRef, number: int) -> None:
        """Start the workflow of a search, or let one that goes on look at once. Raises Unavailable."""
        with _domain_errors():
            await self._temporal.start_workflow(
                Substitution.run,
                ref,
                id=substitution_workflow_id(ref.session_id, number),
                task_queue=task_queue(self._region, Queue.SESSIONS),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="answered",
                rpc_timeout=_TIMEOUT,
                static_summary="Search for another instructor",
            )

    async def answered(self, session_id: UUID, number: int) -> None:
        """Let the search look at its offers now; if that fails, it does so when they end."""
        handle = self._temporal.get_workflow_handle(substitution_workflow_id(session_id, number))
        try:
            with _domain_errors():
                await handle.signal(Substitution.answered, rpc_timeout=_TIMEOUT)
        except HomeroomError as error:
            logger.warning("a substitution looks later", extra={"reason": error.code})


class SeriesClient:
    """Starts the workflows of series, and tells them of changes."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def changed(self, ref: SeriesRef) -> None:
        """Start the workflow of a series, or let the one that runs look now. Raises Unavailable."""
        with _domain_errors():
            await self._temporal.start_workflow(
                SeriesWorkflow.run,
                ref,
                id=series_workflow_id(ref.series_id),
                task_queue=task_queue(self._region, Queue.SESSIONS),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="changed",
                rpc_timeout=_TIMEOUT,
                static_summary="Series of classes",
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(search_attributes.ORGANIZATION, str(ref.organization_id)),
                        SearchAttributePair(search_attributes.REGION, self._region),
                    ]
                ),
            )

    async def changed_or_later(self, ref: SeriesRef) -> None:
        """As `changed`, after a commit; if that fails, the workflow looks by itself within hours."""
        try:
            await self.changed(ref)
        except HomeroomError as error:
            logger.warning("a series looks later", extra={"reason": error.code})


class BookingImportClient:
    """Starts the workflows of imports of bookings."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def start(self, ref: ImportRef) -> None:
        """Start the workflow of an import, or let the one that runs look at its rows now. Raises Unavailable."""
        with _domain_errors():
            await self._temporal.start_workflow(
                BookingImportWorkflow.run,
                ref,
                id=booking_import_workflow_id(ref.import_id),
                task_queue=task_queue(self._region, Queue.SESSIONS),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="written",
                rpc_timeout=_TIMEOUT,
                static_summary="Import of bookings",
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(search_attributes.ORGANIZATION, str(ref.organization_id)),
                        SearchAttributePair(search_attributes.REGION, self._region),
                    ]
                ),
            )

    async def start_or_later(self, ref: ImportRef) -> None:
        """As `start`, after a commit; if that fails, the workflow looks by itself within a minute."""
        try:
            await self.start(ref)
        except HomeroomError as error:
            logger.warning("an import begins later", extra={"reason": error.code})


class TermPlanClient:
    """Starts the workflows of plans of a term, and tells them of decisions."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def start(self, ref: PlanRef) -> None:
        """Start the workflow of a plan, or let the one that runs see what was decided. Raises Unavailable."""
        with _domain_errors():
            await self._temporal.start_workflow(
                TermPlan.run,
                ref,
                id=term_plan_workflow_id(ref.plan_id),
                task_queue=task_queue(self._region, Queue.SESSIONS),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="decided",
                rpc_timeout=_TIMEOUT,
                static_summary="Plan of a term",
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(search_attributes.ORGANIZATION, str(ref.organization_id)),
                        SearchAttributePair(search_attributes.REGION, self._region),
                    ]
                ),
            )

    async def start_or_later(self, ref: PlanRef) -> None:
        """As `start`, after a commit; if that fails, the workflow looks by itself within hours."""
        try:
            await self.start(ref)
        except HomeroomError as error:
            logger.warning("a plan looks later", extra={"reason": error.code})


class LateAudioClient:
    """Starts the workflows of audio that came into the store after its class was documented."""

    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def came(self, session: SessionRef) -> None:
        """Start the workflow, or let the one that runs look once more. Raises Unavailable."""
        with _domain_errors():
            await self._temporal.start_workflow(
                LateAudio.run,
                LateAudioInput(session, self._region),
                id=late_audio_workflow_id(session.session_id),
                task_queue=task_queue(self._region, Queue.SESSIONS),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="came",
                rpc_timeout=_TIMEOUT,
                static_summary="Audio that came late",
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(search_attributes.ORGANIZATION, str(session.organization_id)),
                        SearchAttributePair(search_attributes.REGION, self._region),
                    ]
                ),
            )

    async def came_or_later(self, session: SessionRef) -> None:
        """As `came`; if that fails, housekeeping starts it."""
        try:
            await self.came(session)
        except HomeroomError as error:
            logger.warning("late audio is transcribed later", extra={"reason": error.code})


async def ensure_room_watch(temporal: Client, region: str) -> None:
    """Start the workflow that watches the rooms of a region, unless it is running."""
    await temporal.start_workflow(
        RoomWatchWorkflow.run,
        WatchInput(region),
        id=room_watch_workflow_id(region),
        task_queue=task_queue(region, Queue.SESSIONS),
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"Watch over the rooms of {region}",
    )


async def ensure_housekeeping(temporal: Client, region: str) -> None:
    """Create the schedule of the region's housekeeping, or update it to what is defined here."""
    action = ScheduleActionStartWorkflow(
        HousekeepingWorkflow.run,
        HousekeepingInput(region),
        id=housekeeping_id(region),
        task_queue=task_queue(region, Queue.SESSIONS),
        static_summary=f"Housekeeping of {region}",
    )
    await _ensure_schedule(temporal, action, _HOUSEKEEPING_EVERY)


async def ensure_calendar_imports(temporal: Client, region: str) -> None:
    """Create the schedule that reads the region's imported calendars, or update it to what is defined here."""
    action = ScheduleActionStartWorkflow(
        CalendarImportsWorkflow.run,
        CalendarsInput(region),
        id=calendar_imports_id(region),
        task_queue=task_queue(region, Queue.SESSIONS),
        static_summary=f"Imported calendars of {region}",
    )
    await _ensure_schedule(temporal, action, _CALENDARS_EVERY)


async def _ensure_schedule(temporal: Client, action: ScheduleActionStartWorkflow, every: timedelta) -> None:
    """One run at a time. A start that was missed is made up for until the next is due."""
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=every),
    )
    try:
        await temporal.create_schedule(action.id, schedule)
    except ScheduleAlreadyRunningError:
        await temporal.get_schedule_handle(action.id).update(lambda _: ScheduleUpdate(schedule))


@contextmanager
def _domain_errors() -> Iterator[None]:
    """Raise Temporal's errors as domain errors."""
    try:
        yield
    except (
        WorkflowUpdateFailedError,
        WorkflowUpdateRPCTimeoutOrCancelledError,
        RPCError,
        TimeoutError,
    ) as error:
        raise _as_domain_error(error) from error
    except WorkflowAlreadyStartedError as error:
        raise TransitionRefused(
            "this session is over", next_step="A closed session takes no commands."
        ) from error
    except RuntimeError as error:
        # A lazy client raises this until it has connected once.
        if "client connect" in str(error):
            raise Unavailable("Temporal does not answer") from error
        raise


def _as_domain_error(error: BaseException) -> HomeroomError:
    cause = error.cause if isinstance(error, WorkflowUpdateFailedError) else error
    if isinstance(cause, ApplicationError):
        details = list(cause.details)
        next_step = str(details[0]) if details else ""
        extra = details[1] if len(details) > 1 and isinstance(details[1], dict) else {}
        return by_code(cause.type)(cause.message, next_step=next_step, **extra)
    if isinstance(cause, RPCError) and cause.status == RPCStatusCode.NOT_FOUND:
        return TransitionRefused("this session is over", next_step="A closed session takes no commands.")
    return Unavailable(
        "the command was not answered in time", next_step="Look at the session, then try again."
    )
