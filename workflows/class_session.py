"""One class, from booking to the next briefing.

    book -> confirmation -> reminders, briefing, room at their times -> live -> end
         -> transcript -> draft -> review -> summaries -> records -> next briefing -> closed

A step that fails for good becomes an exception case and the session goes on.
"""

import asyncio
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.notices.kinds import NoticeKind
    from domain.sessions.schedule import DueStep, class_end
    from domain.sessions.states import SessionState, Trigger, allowed
    from domain.sessions.timeline import Outcome, Step
    from workflows import options
    from workflows.contracts.common import StepInput
    from workflows.contracts.record import CloseInput, DocumentationSteps, Records
    from workflows.contracts.rooms import Rooms
    from workflows.contracts.sessions import CancelInput, Sessions
    from workflows.quick_steps import execute_quickly
    from workflows.session.commands import SessionCommands
    from workflows.session.messages import Cancel, ClassSessionInput, ClassSessionResult

S = SessionState


@workflow.defn(name="ClassSession")
class ClassSession(SessionCommands):
    @workflow.init
    def __init__(self, start: ClassSessionInput) -> None:
        super().__init__(start.session, start.region)

    @workflow.run
    async def run(self, start: ClassSessionInput) -> ClassSessionResult:
        await workflow.wait_condition(lambda: self._booking is not None or self._rejected)
        if self._rejected:
            return ClassSessionResult(self._state, "rejected", 0.0)
        try:
            return await self._booked_class()
        except asyncio.CancelledError:
            # "Request cancellation" in the Temporal UI means the class, not only its workflow.
            if not allowed(self._state, Trigger.CANCEL):
                raise
            return await self._call_off(Cancel("workflow_cancelled"))

    async def _booked_class(self) -> ClassSessionResult:
        self._aside(self._notify(Step.CONFIRMATION, NoticeKind.CONFIRMATION))
        while self._state in (S.SCHEDULED, S.OPEN):
            await self._before_class()
            if self._cancelled:
                return await self._call_off(self._cancelled)
            await self._in_class()
        await self._end_class()
        if self._live_since:
            await self._document()
            await self._review()
        else:
            await self._nobody_taught()
        return await self._file()

    async def _before_class(self) -> None:
        """Sleep from step to step; a reschedule makes a new plan, a cancellation ends it."""
        while self._state == S.SCHEDULED and not self._cancelled:
            if self._moved:
                self._moved = False
                self._aside(self._notify(Step.CONFIRMATION, NoticeKind.RESCHEDULED, f"move-{self._moves}"))
            due = self._next_due()
            if await self._sleep_until(due.at, f"{due.step} {due.occasion}".strip()):
                await self._when_due(due)

    async def _when_due(self, due: DueStep) -> None:
        self._done.add((due.step, due.occasion))
        if due.step == Step.REMINDER:
            self._aside(self._notify(Step.REMINDER, NoticeKind.REMINDER, due.occasion))
        elif due.step == Step.BRIEFING:
            self._aside(self._notify(Step.BRIEFING, NoticeKind.BRIEFING))
        else:
            await self._open_room()

    async def _open_room(self) -> None:
        async with self._lock:
            await self._step(
                Step.ROOM,
                lambda progress: execute_quickly(
                    Rooms.open_room,
                    StepInput(self._ref, progress),
                    summary="room and credentials",
                    otherwise=options.ROOM,
                ),
                state_after=S.OPEN,
                along=(Step.CREDENTIALS,),
                note=lambda opened: f"{opened.credentialed} may come in",
            )
            self._advance(Trigger.OPEN)

    async def _in_class(self) -> None:
        """From the open door to the end, or back to before the class when it is moved."""
        self._start_capture(self._planned.policy.segment_seconds)
        while not self._end_reason and not self._cancelled and not self._moved:
            await self._go_live_when_taught()
            end = class_end(
                self._planned.policy,
                self._planned.ends_at,
                live=bool(self._live_since),
                empty_since=self._empty_since,
            )
            if await self._sleep_until(end.at, f"end: {end.reason}"):
                self._end_reason = self._end_reason or end.reason
        if self._end_reason:
            await self._go_live_when_taught()  # who came as the class was ended has taught it all the same
            self._advance(Trigger.END)
        elif self._moved and not self._cancelled:
            await self._leave_room("moved")
            self._advance(Trigger.RESCHEDULE)

    async def _go_live_when_taught(self) -> None:
        async with self._lock:
            since = self._presence.first_instructor_at if self._presence else None
            if since is None or self._state != S.OPEN or self._moved or self._cancelled:
                return
            self._live_since = since
            self._timeline.start(Step.LIVE, since)
            self._advance(Trigger.INSTRUCTOR_JOINED)
            self._start_transcription(self._planned.policy.languages)
            await self._write_progress("live")

    async def _end_class(self) -> None:
        self._timeline.settle(Outcome.DONE, workflow.now(), Step.LIVE)
        await self._close_room(self._end_reason or "")
        await self._finish_capture()
        self._advance(Trigger.ROOM_CLOSED)
        await self._write_progress("recording ended")

    async def _document(self) -> None:
        result = await self._finish_transcription()
        if not result or not result.utterances:
            await self._open_case(ExceptionKind.TRANSCRIPT_INCOMPLETE)
            self._timeline.finish(Step.DOCUMENTATION, Outcome.SKIPPED, workflow.now(), note="no speech")
            return
        draft = await self._step(
            Step.DOCUMENTATION,
            lambda progress: workflow.execute_activity_method(
                DocumentationSteps.draft, StepInput(self._ref, progress), summary="draft", **options.DRAFTING
            ),
            state_after=S.REVIEW,
            note=lambda drafted: f"{drafted.statements} statements",
        )
        if draft:
            self._advance(Trigger.DRAFTED)

    async def _review(self) -> None:
        """Wait for the instructor; a draft that waits too long becomes a case, and in the end is filed unapproved."""
        if self._state != S.REVIEW:
            self._timeline.finish(Step.REVIEW, Outcome.SKIPPED, workflow.now())
            self._advance(Trigger.NOTHING_TO_REVIEW)
            return
        policy, since = self._planned.policy, workflow.now()
        self._timeline.start(Step.REVIEW, since)
        self._aside(self._send_or_case(NoticeKind.REVIEW_REQUEST))
        if not await self._approved_before(since + policy.review_within, "review due"):
            await self._open_case(ExceptionKind.DOCUMENTATION_OVERDUE)
            await self._approved_before(since + policy.review_abandoned_after, "review abandoned")
        approved = self._approved_revision
        outcome = Outcome.DONE if approved else Outcome.SKIPPED
        note = f"revision {approved} approved" if approved else "not approved"
        self._timeline.finish(Step.REVIEW, outcome, workflow.now(), note=note)
        self._advance(Trigger.REVIEW_ENDED)

    async def _approved_before(self, at: datetime, summary: str) -> bool:
        while self._approved_revision is None:
            if await self._sleep_until(at, summary):
                break
        return self._approved_revision is not None

    async def _nobody_taught(self) -> None:
        """There is nothing to document, and somebody has to look at it."""
        for step in (Step.LIVE, Step.TRANSCRIPT, Step.DOCUMENTATION, Step.REVIEW):
            self._timeline.finish(step, Outcome.SKIPPED, workflow.now(), note="not held")
        await self._open_case(ExceptionKind.INSTRUCTOR_ABSENT)
        self._advance(Trigger.NOTHING_TO_REVIEW)

    async def _file(self) -> ClassSessionResult:
        if self._approved_revision:
            self._aside(self._notify(Step.SUMMARY, NoticeKind.SUMMARY))
        else:
            self._timeline.finish(Step.SUMMARY, Outcome.SKIPPED, workflow.now(), note="nothing approved")
        await self._step(
            Step.RECORDS,
            lambda progress: execute_quickly(
                Records.file,
                StepInput(self._ref, progress),
                summary="records",
                otherwise=options.DURABLE_RECORD,
            ),
        )
        await self._step(
            Step.NEXT_BRIEFING,
            lambda progress: execute_quickly(
                Records.prepare_next_briefing,
                StepInput(self._ref, progress),
                summary="next briefing",
                otherwise=options.DURABLE_RECORD,
            ),
        )
        return await self._close()

    async def _close(self) -> ClassSessionResult:
        outcome = "held" if self._live_since else "not_held"
        await self._asides_done()
        self._advance(Trigger.CLOSE)
        closed = await execute_quickly(
            Records.close,
            CloseInput(self._ref, self._progress(), outcome=outcome),
            summary="measure completeness, close",
            otherwise=options.DURABLE_RECORD,
        )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ClassSessionResult(self._state, outcome, closed.complete)

    async def _call_off(self, cancel: Cancel) -> ClassSessionResult:
        self._timeline.settle(Outcome.CANCELLED, workflow.now())
        if self._state == S.OPEN:
            await self._leave_room("cancelled")
        self._advance(Trigger.CANCEL)
        await execute_quickly(
            Sessions.cancel,
            CancelInput(self._ref, self._progress(), reason=cancel.reason),
            summary="give back the time",
            otherwise=options.DURABLE_RECORD,
        )
        await self._send_or_case(NoticeKind.CANCELLED)
        await self._asides_done()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ClassSessionResult(self._state, "cancelled", 0.0)
