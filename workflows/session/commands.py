"""What callers may ask of a session: updates that answer, signals for admins, and its timeline."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.errors import BookingInPast, InvalidInput, TransitionRefused
    from domain.sessions.schedule import DueStep, plan_before_class
    from domain.sessions.states import Trigger, allowed
    from domain.sessions.timeline import Outcome, Step, TimelineEntry
    from workflows import options
    from workflows.contracts.common import SessionRef
    from workflows.contracts.record import ApproveInput, ChangesInput, DocumentationSteps
    from workflows.contracts.sessions import BookInput, MoveInput, Sessions
    from workflows.failures import STEP_FAILURES, application_error, cause_of
    from workflows.quick_steps import execute_quickly
    from workflows.session import search_attributes
    from workflows.session.descriptions import describe
    from workflows.session.messages import (
        Approve,
        Booked,
        Booking,
        Cancel,
        EndClass,
        Extend,
        PresenceSignal,
        RecordingSignal,
        RequestChanges,
        Reschedule,
        Substitute,
    )
    from workflows.session.recording import RecordingSteps


T = TypeVar("T")


class SessionCommands(RecordingSteps):
    """Handlers check, act, then note what changed; the story in ClassSession looks at the notes."""

    def __init__(self, session: SessionRef, region: str) -> None:
        super().__init__(session, region)
        self._lock = asyncio.Lock()  # one command at a time, and none while the class goes live
        self._booking: Booking | None = None
        self._rejected = False
        self._done: set[tuple[Step, str]] = set()  # steps before the class that are behind us
        self._moves = 0
        self._moved = False
        self._cancelled: Cancel | None = None
        self._end_reason: str | None = None
        self._presence: PresenceSignal | None = None
        self._live_since: datetime | None = None
        self._approved_revision: int | None = None

    @workflow.update
    async def book(self, booking: Booking) -> Booked:
        async with self._lock:
            self._refuse_second_booking()
            try:
                result = await execute_quickly(
                    Sessions.book, self._book_input(booking), summary="book", otherwise=options.DATABASE
                )
            except STEP_FAILURES as error:
                self._rejected = True
                raise cause_of(error) from error
            self._booking = booking
            self._timeline.finish(Step.BOOKING, Outcome.DONE, workflow.now())
            self._plan()
            self._describe()
            return Booked(self._ref.session_id, result.participants)

    @workflow.update
    async def reschedule(self, move: Reschedule) -> None:
        async with self._lock:
            self._guard(Trigger.RESCHEDULE)
            await self._move(move.starts_at, move.ends_at)
            self._moves += 1
            self._moved = True
            self._done = {done for done in self._done if done[0] == Step.BRIEFING}
            self._plan()

    @reschedule.validator
    def _may_reschedule(self, move: Reschedule) -> None:
        self._guard(Trigger.RESCHEDULE)
        if move.starts_at <= workflow.now():
            raise application_error(BookingInPast())
        _end_after(move.starts_at, move.ends_at)

    @workflow.update
    async def extend(self, extension: Extend) -> None:
        async with self._lock:
            self._guard(Trigger.END)
            await self._move(self._planned.starts_at, extension.ends_at)

    @extend.validator
    def _may_extend(self, extension: Extend) -> None:
        self._guard(Trigger.END)
        _end_after(workflow.now(), extension.ends_at)

    @workflow.update
    async def cancel(self, cancel: Cancel) -> None:
        self._cancelled = self._cancelled or cancel
        self._touch()

    @cancel.validator
    def _may_cancel(self, cancel: Cancel) -> None:
        self._guard(Trigger.CANCEL)

    @workflow.update
    async def end(self, end: EndClass) -> None:
        self._end_reason = self._end_reason or "command"
        self._touch()

    @end.validator
    def _may_end(self, end: EndClass) -> None:
        self._guard(Trigger.END)

    @workflow.update
    async def approve_documentation(self, approval: Approve) -> None:
        async with self._lock:
            self._guard(Trigger.REVIEW_ENDED)
            arg = ApproveInput(
                self._ref, self._progress(), revision=approval.revision, approved_by=approval.by
            )
            await self._command(DocumentationSteps.approve, arg, "approve")
            self._approved_revision = approval.revision
            self._touch()

    @approve_documentation.validator
    def _may_approve(self, approval: Approve) -> None:
        self._guard(Trigger.REVIEW_ENDED)

    @workflow.update
    async def request_changes(self, changes: RequestChanges) -> None:
        async with self._lock:
            self._guard(Trigger.REVIEW_ENDED)
            arg = ChangesInput(
                self._ref, self._progress(), revision=changes.revision, requested_by=changes.by
            )
            await self._command(DocumentationSteps.request_changes, arg, "request changes")

    @request_changes.validator
    def _may_request_changes(self, changes: RequestChanges) -> None:
        self._guard(Trigger.REVIEW_ENDED)

    @workflow.signal(name="cancel")
    def cancel_by_signal(self, cancel: Cancel) -> None:
        """For admins in the Temporal UI and CLI. Ignored in a state that cannot be cancelled."""
        if allowed(self._state, Trigger.CANCEL):
            self._cancelled = self._cancelled or cancel
            self._touch()

    @workflow.signal
    async def substitute(self, substitute: Substitute) -> None:
        """For admins in the Temporal UI and CLI. Puts the request in the queue of ops."""
        await workflow.wait_condition(lambda: self._booking is not None or self._rejected)
        wanted = str(substitute.instructor_id) if substitute.instructor_id else "best_fit"
        if self._booking:
            await self._open_case(ExceptionKind.SUBSTITUTION_REQUESTED, wanted, {"by": substitute.by})

    @workflow.signal
    def presence(self, presence: PresenceSignal) -> None:
        known = self._presence
        if known is None or presence.at >= known.at:
            self._presence = presence
            if known is None or _moves_the_story(known, presence):
                self._touch()
            self._describe()

    @workflow.signal
    def recording(self, recording: RecordingSignal) -> None:
        self._recording = recording.recording
        self._describe()

    @workflow.query
    def timeline(self) -> list[TimelineEntry]:
        """Every step with planned and actual time and outcome."""
        return self._timeline.entries()

    @property
    def _planned(self) -> Booking:
        assert self._booking is not None, "the story begins with the booking"
        return self._booking

    @property
    def _empty_since(self) -> datetime | None:
        return self._presence.empty_since if self._presence else None

    def _refuse_second_booking(self) -> None:
        if self._booking is not None or self._rejected:
            raise application_error(TransitionRefused("this session is booked already"))

    def _book_input(self, booking: Booking) -> BookInput:
        return BookInput(
            self._ref,
            self._region,
            booking.course_id,
            booking.topic_ids,
            booking.instructor_id,
            booking.student_ids,
            booking.starts_at,
            booking.ends_at,
            booking.time_zone,
            booking.policy,
            workflow.now(),
            booking.external_id,
        )

    async def _move(self, starts_at: datetime, ends_at: datetime) -> None:
        arg = MoveInput(self._ref, self._progress(), starts_at=starts_at, ends_at=ends_at)
        await self._command(Sessions.move, arg, "move")
        self._booking = replace(self._planned, starts_at=starts_at, ends_at=ends_at)
        workflow.upsert_search_attributes([search_attributes.START.value_set(starts_at)])
        self._touch()
        self._describe()

    def _plan(self) -> None:
        """Put the plan on the timeline, past reminders as skipped."""
        self._timeline.forget_planned(Step.REMINDER)
        for due in self._due_steps():
            if due.past:
                self._done.add((due.step, due.occasion))
                self._timeline.finish(
                    due.step, Outcome.SKIPPED, workflow.now(), due.occasion, "its time was over"
                )
            else:
                self._timeline.plan(due.step, due.at, due.occasion)
        self._timeline.plan(Step.LIVE, self._planned.starts_at)
        self._timeline.plan(Step.END, self._planned.ends_at)

    def _due_steps(self) -> tuple[DueStep, ...]:
        return plan_before_class(self._planned.policy, self._planned.starts_at, workflow.now())

    def _next_due(self) -> DueStep:
        """The room is always due, so there is always a next step before the class."""
        return next(due for due in self._due_steps() if (due.step, due.occasion) not in self._done)

    async def _command(self, method: Callable[[Any, T], Awaitable[None]], arg: T, summary: str) -> None:
        """Run the activity behind an update; its failure is the update's answer."""
        try:
            await execute_quickly(method, arg, summary=summary, otherwise=options.DATABASE)
        except STEP_FAILURES as error:
            raise cause_of(error) from error

    def _describe(self) -> None:
        if not self._booking:
            return
        workflow.set_current_details(
            describe(
                self._state,
                starts_at=self._booking.starts_at,
                live_since=self._live_since,
                in_room=self._presence.in_room if self._presence else 0,
                empty_since=self._empty_since,
                recording=self._recording,
                failed_steps=self._timeline.failed,
            )
        )


def _moves_the_story(known: PresenceSignal, told: PresenceSignal) -> bool:
    """Who else is there is for the eyes of ops alone."""
    return (known.first_instructor_at, known.empty_since) != (told.first_instructor_at, told.empty_since)


def _end_after(start: datetime, end: datetime) -> None:
    if end <= start:
        raise application_error(
            InvalidInput("a class must end after it starts", next_step="Choose a later end.")
        )
