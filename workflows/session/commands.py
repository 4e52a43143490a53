"""Carries out the commands to a class: checks each, runs its activity and records the change in the facts.

Commands have their effect in the order in which they were accepted. One is refused where those before it lead to a
state that does not allow it, even if the class has not reached that state yet. A refusal, or the failure of the
activity, is the answer to the caller of the update.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.errors import BookingInPast, InvalidInput, TransitionRefused
    from domain.sessions.states import ROOM_STATES, SessionState, Trigger
    from domain.sessions.timeline import Outcome, Step
    from workflows import options, patches
    from workflows.contracts.record import ApproveInput, ChangesInput, DocumentationSteps
    from workflows.contracts.sessions import (
        AddPeopleInput,
        BookInput,
        BookResult,
        MoveInput,
        PeopleResult,
        RemovePeopleInput,
        Sessions,
    )
    from workflows.contracts.substitutions import StartedSubstitution, StartSubstitutionInput, Substitutions
    from workflows.failures import STEP_FAILURES, application_error, cause_of
    from workflows.local_first import execute_local_first
    from workflows.patches import patched
    from workflows.session import search_attributes
    from workflows.session.facts import SessionFacts
    from workflows.session.lifecycle import Lifecycle
    from workflows.session.messages import (
        AddPeople,
        Approve,
        Booked,
        Booking,
        Cancel,
        EndClass,
        Extend,
        InstructorChanged,
        PresenceSignal,
        RemovePeople,
        Reopen,
        RequestChanges,
        Reschedule,
        Substitute,
    )
    from workflows.session.plan import ClassPlan
    from workflows.session.steps import Steps
    from workflows.session.timeline import Timeline
    from workflows.session.updatable_timer import UpdatableTimer

Arg = TypeVar("Arg")
Result = TypeVar("Result")

_BEFORE_END = frozenset({SessionState.SCHEDULED, SessionState.OPEN, SessionState.LIVE})


class Commands:
    """Callers hold the session's lock around every method that awaits."""

    def __init__(
        self,
        facts: SessionFacts,
        timeline: Timeline,
        lifecycle: Lifecycle,
        steps: Steps,
        plan: ClassPlan,
        timer: UpdatableTimer,
    ) -> None:
        self._facts = facts
        self._timeline = timeline
        self._lifecycle = lifecycle
        self._steps = steps
        self._plan = plan
        self._timer = timer

    async def book(self, booking: Booking) -> Booked:
        if self._facts.booking_answered:
            raise application_error(TransitionRefused("this session is booked already"))
        result = await self._execute_booking(booking)
        self._facts.booking = booking
        self._timeline.finish(Step.BOOKING, Outcome.DONE, workflow.now())
        self._plan.make()
        self._lifecycle.describe()
        return Booked(self._facts.session.session_id, result.participants)

    def check_reschedule(self, move: Reschedule) -> None:
        self._lifecycle.check_command(Trigger.RESCHEDULE)
        if move.starts_at <= workflow.now():
            raise application_error(BookingInPast())
        _check_order(move.starts_at, move.ends_at)

    async def reschedule(self, move: Reschedule) -> None:
        self._check(Trigger.RESCHEDULE)
        if move.moves is not None and move.moves != self._facts.moves:
            raise application_error(
                TransitionRefused(
                    "the class was moved meanwhile", next_step="Look at its present time first."
                )
            )
        moves = self._facts.moves + 1
        await self._change_times(
            move.starts_at, move.ends_at, move.by, moves, move.override, move.instructor_id
        )
        if move.instructor_id:
            self.change_instructor(InstructorChanged(move.instructor_id))
        self._facts.moves = moves
        self._facts.move_pending, self._facts.move_act = True, move.act
        in_turn = patched(patches.COMMANDS_IN_TURN)
        if in_turn and self._facts.presence and self._facts.presence.moves != moves:
            self._facts.presence = None  # in the room that the class leaves
        self._plan.make_again(renew_briefing=in_turn)

    def check_extend(self, extension: Extend) -> None:
        self._lifecycle.check_command(Trigger.END)
        _check_order(workflow.now(), extension.ends_at)

    async def extend(self, extension: Extend) -> None:
        self._check(Trigger.END)
        await self._change_times(self._facts.booked.starts_at, extension.ends_at, extension.by)

    def check_cancel(self) -> None:
        self._lifecycle.check_command(Trigger.CANCEL)

    def cancel(self, cancel: Cancel) -> None:
        """Record the cancellation; a later one does not replace it."""
        self._facts.cancellation = self._facts.cancellation or cancel
        self._timer.wake()

    def check_end(self) -> None:
        self._lifecycle.check_command(Trigger.END)
        if workflow.now() < self._facts.booked.starts_at:
            raise application_error(
                TransitionRefused(
                    "a class cannot be ended before its planned start", next_step="Move or cancel it instead."
                )
            )

    def end(self, end: EndClass) -> None:
        self._check(Trigger.END)
        if self._facts.end_reason is None:
            self._facts.end_reason, self._facts.ended_by = "command", end.by
        self._timer.wake()

    def check_reopen(self, reopening: Reopen) -> None:
        self._lifecycle.check_command(Trigger.REOPEN)
        if self._facts.live_since is None:
            raise application_error(
                TransitionRefused(
                    "a class that was not held cannot be reopened", next_step="Book a new one instead."
                )
            )
        if self._facts.documented_late:
            raise application_error(
                TransitionRefused(
                    "a class that was closed cannot be reopened", next_step="Book a new one instead."
                )
            )
        _check_order(workflow.now(), reopening.ends_at)

    async def reopen(self, reopening: Reopen) -> None:
        """A class that is ending goes on as soon as it has ended: its recording is stored first."""
        if self._facts.next_state != SessionState.ENDING:
            self._check(Trigger.REOPEN)
        await self._change_times(self._facts.booked.starts_at, reopening.ends_at, reopening.by)
        self._facts.reopenings += 1
        self._facts.reopen_pending = True

    def check_documentation(self) -> None:
        self._lifecycle.check_command(Trigger.REVIEW_ENDED)

    async def approve_documentation(self, approval: Approve) -> None:
        self._check(Trigger.REVIEW_ENDED)
        await self._execute(
            DocumentationSteps.approve,
            ApproveInput(
                self._facts.session,
                self._steps.progress(),
                revision=approval.revision,
                approved_by=approval.by,
            ),
            "approve documentation",
        )
        self._facts.approved_revision = approval.revision
        self._timer.wake()

    async def request_changes(self, changes: RequestChanges) -> None:
        self._check(Trigger.REVIEW_ENDED)
        await self._execute(
            DocumentationSteps.request_changes,
            ChangesInput(
                self._facts.session,
                self._steps.progress(),
                revision=changes.revision,
                requested_by=changes.by,
            ),
            "request changes",
        )

    @property
    def may_substitute(self) -> bool:
        """Whether the class can still get another instructor."""
        return self._before_end

    def check_substitute(self) -> None:
        if not self._before_end:
            raise application_error(
                TransitionRefused(
                    f"a session that is {self._facts.next_state} needs no substitute",
                    next_step="Request one before the class ends.",
                )
            )

    def check_people(self) -> None:
        if not self._before_end:
            raise application_error(
                TransitionRefused(
                    f"the people of a session that is {self._facts.next_state} stay as they are",
                    next_step="Change them before the class ends.",
                )
            )

    async def add_people(self, added: AddPeople) -> PeopleResult:
        self.check_people()
        result = await self._execute(
            Sessions.add_people,
            AddPeopleInput(
                self._facts.session,
                self._steps.progress(),
                student_ids=added.student_ids,
                has_room=self._facts.state in ROOM_STATES,
                by=added.by,
                override=added.override,
                update_id=_update_id(),
            ),
            "add people",
        )
        self._change_students((*self._facts.booked.student_ids, *result.student_ids), result)
        return result

    async def remove_people(self, removed: RemovePeople) -> PeopleResult:
        self.check_people()
        result = await self._execute(
            Sessions.remove_people,
            RemovePeopleInput(
                self._facts.session,
                self._steps.progress(),
                participant_ids=removed.participant_ids,
                has_room=self._facts.state in ROOM_STATES,
                by=removed.by,
                update_id=_update_id(),
            ),
            "remove people",
        )
        gone = set(result.student_ids)
        self._change_students(tuple(key for key in self._facts.booked.student_ids if key not in gone), result)
        return result

    def _change_students(self, student_ids: tuple[UUID, ...], result: PeopleResult) -> None:
        if result.participant_ids:
            self._facts.people_changes += 1
            self._facts.booking = replace(self._facts.booked, student_ids=student_ids)

    async def substitute(self, substitute: Substitute) -> StartedSubstitution | None:
        """Start the search for another instructor. The answer comes when it is stored and goes on by itself."""
        if patched(patches.SUBSTITUTION):
            self._facts.substitutions += 1
            request = StartSubstitutionInput(
                self._facts.session,
                self._facts.region,
                self._facts.substitutions,
                substitute.reason,
                substitute.by,
                substitute.instructor_id,
                substitute.broadcast,
            )
            try:
                return await execute_local_first(
                    Substitutions.start,
                    request,
                    summary="start substitution",
                    fallback=options.DURABLE_RECORD,
                )
            except STEP_FAILURES as error:
                raise cause_of(error) from error
        requested = str(substitute.instructor_id) if substitute.instructor_id else "best_fit"
        kind = ExceptionKind.SUBSTITUTION_REQUESTED
        await self._steps.open_case(kind, requested, {"by": substitute.by})
        return None

    def change_instructor(self, change: InstructorChanged) -> None:
        """Show who teaches the class in the Temporal UI."""
        self._facts.booking = replace(self._facts.booked, instructor_id=change.instructor_id)
        instructor = search_attributes.INSTRUCTOR.value_set(str(change.instructor_id))
        workflow.upsert_search_attributes([instructor])
        self._lifecycle.describe()

    def note_presence(self, presence: PresenceSignal) -> None:
        """Record who is in the room. Signals that are older than the last one or about an earlier room are ignored.

        A change of the head count alone only updates the description in the Temporal UI.
        """
        previous = self._facts.presence
        if presence.moves is not None and presence.moves < self._facts.moves:
            return
        if previous is not None and presence.moves == previous.moves and presence.at < previous.at:
            return
        self._facts.presence = presence
        if previous is None or _milestones(previous) != _milestones(presence):
            self._timer.wake()
        self._lifecycle.describe()

    async def _execute_booking(self, booking: Booking) -> BookResult:
        try:
            return await self._execute(Sessions.book, self._book_input(booking), "book")
        except STEP_FAILURES:
            self._facts.booking_refused = True
            raise

    def _book_input(self, booking: Booking) -> BookInput:
        return BookInput(
            session=self._facts.session,
            region=self._facts.region,
            course_id=booking.course_id,
            topic_ids=booking.topic_ids,
            instructor_id=booking.instructor_id,
            student_ids=booking.student_ids,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            time_zone=booking.time_zone,
            policy=booking.policy,
            now=workflow.now(),
            external_id=booking.external_id,
            whole_course=booking.whole_course,
            by=booking.by,
            override=booking.override,
            hold=booking.hold,
        )

    @property
    def _before_end(self) -> bool:
        return self._facts.booking is not None and self._facts.next_state in _BEFORE_END

    def _check(self, trigger: Trigger) -> None:
        """Check a command when its turn comes: the commands before it may have left nothing for it to do."""
        self._lifecycle.check(trigger)
        if not self._lifecycle.allows_command(trigger) and patched(patches.COMMANDS_IN_TURN):
            self._lifecycle.check_command(trigger)

    async def _change_times(
        self,
        starts_at: datetime,
        ends_at: datetime,
        by: str,
        moves: int | None = None,
        override: UUID | None = None,
        instructor_id: UUID | None = None,
    ) -> None:
        await self._execute(
            Sessions.move,
            MoveInput(
                self._facts.session,
                self._steps.progress(),
                starts_at=starts_at,
                ends_at=ends_at,
                moves=moves,
                by=by,
                override=override,
                instructor_id=instructor_id,
            ),
            "move",
        )
        self._facts.booking = replace(self._facts.booked, starts_at=starts_at, ends_at=ends_at)
        workflow.upsert_search_attributes([search_attributes.START.value_set(starts_at)])
        self._timer.wake()
        self._lifecycle.describe()

    async def _execute(
        self, method: Callable[[Any, Arg], Awaitable[Result]], arg: Arg, summary: str
    ) -> Result:
        """Run the activity of an update. Raises ApplicationError, which is the answer to the caller."""
        try:
            return await execute_local_first(method, arg, summary=summary, fallback=options.DATABASE)
        except STEP_FAILURES as error:
            raise cause_of(error) from error


def _milestones(presence: PresenceSignal) -> tuple[datetime | None, datetime | None]:
    """The times that the workflow acts on: the instructor's arrival, and when the room became empty."""
    return presence.first_instructor_at, presence.empty_since


def _check_order(start: datetime, end: datetime) -> None:
    if end <= start:
        raise application_error(
            InvalidInput("a class must end after it starts", next_step="Choose a later end.")
        )


def _update_id() -> str:
    """Of the update that is handled."""
    update = workflow.current_update_info()
    return update.id if update else ""
