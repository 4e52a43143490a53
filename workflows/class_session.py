"""The workflow of one class, from booking to the next briefing.

    book -> confirmation -> reminders, briefing, room at their times -> live -> end
         -> transcript -> draft -> review -> summaries -> records -> next briefing -> closed

`run` goes through these stages in order. The handlers of updates and signals below it record what has happened in the
session's facts and wake `run`, which acts on it. A step that fails for good becomes an exception case and the session
goes on. An edit that changes the order of commands needs a patch: workflows/patches.py.

A class that was closed without a draft because all its audio came late is documented by a second run, from "draft" on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.notices.kinds import NoticeKind
    from domain.sessions.schedule import ClassEnd, DueStep, class_end, empty_room_may_end_class_at
    from domain.sessions.states import ROOM_STATES, SessionState, Trigger
    from domain.sessions.timeline import Outcome, Step, TimelineEntry
    from workflows import options, patches
    from workflows.contracts.common import Progress, StepInput
    from workflows.contracts.record import CloseInput, DocumentationSteps, DraftInput, Records
    from workflows.contracts.rooms import (
        Arrivals,
        CloseRoomInput,
        DisconnectInput,
        InstructorDue,
        RoomOpened,
        Rooms,
    )
    from workflows.contracts.sessions import CancelInput, Sessions
    from workflows.contracts.substitutions import StartedSubstitution
    from workflows.failures import STEP_FAILURES, cause_code
    from workflows.local_first import execute_local_first
    from workflows.patches import patched
    from workflows.session.background_tasks import BackgroundTasks
    from workflows.session.commands import Commands
    from workflows.session.facts import SessionFacts
    from workflows.session.lifecycle import Lifecycle
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
        PeopleChanged,
        PresenceSignal,
        RecordingSignal,
        RemovePeople,
        Reopen,
        RequestChanges,
        Reschedule,
        Substitute,
    )
    from workflows.session.notices import NoticeSender
    from workflows.session.plan import ClassPlan
    from workflows.session.recording import ClassRecording
    from workflows.session.steps import Steps
    from workflows.session.timeline import Timeline
    from workflows.session.updatable_timer import UpdatableTimer

S = SessionState


@workflow.defn(name="ClassSession")
class ClassSession:
    @workflow.init
    def __init__(self, start: ClassSessionInput) -> None:
        facts = self._facts = SessionFacts.of_start(start)
        timeline = self._timeline = Timeline(start.late.timeline_revision if start.late else 0)
        self._lifecycle = Lifecycle(facts, timeline)
        self._steps = Steps(facts, timeline, self._lifecycle)
        self._notices = NoticeSender(facts, self._steps)
        self._recording = ClassRecording(facts, timeline, self._steps)
        self._plan = ClassPlan(facts, timeline)
        self._timer = UpdatableTimer()
        self._background = BackgroundTasks()
        self._commands = Commands(facts, timeline, self._lifecycle, self._steps, self._plan, self._timer)
        # One command at a time, and none while the room opens or the class goes live. A cancellation does not wait.
        self._lock = asyncio.Lock()
        self._whole_slot = False  # whether this run takes the edited branch of that patch

    @workflow.run
    async def run(self, start: ClassSessionInput) -> ClassSessionResult:
        story = asyncio.create_task(self._story())
        while not story.done():
            try:
                await asyncio.shield(story)
            except asyncio.CancelledError:
                self._cancellation_requested()
        return story.result()

    def _cancellation_requested(self) -> None:
        """Take "Request cancellation" in the Temporal UI as the signal `cancel`: it cancels the class.

        It never ends the workflow under a class that goes on, whose record nobody would complete.
        """
        if self._facts.booking_answered and not self._lifecycle.allows_command(Trigger.CANCEL):
            workflow.logger.warning("the request to cancel is ignored: the class is %s", self._facts.state)
            return
        self._commands.cancel(Cancel("workflow_cancelled"))

    async def _story(self) -> ClassSessionResult:
        if self._facts.documented_late:
            return await self._document_late()
        await workflow.wait_condition(lambda: self._facts.booking_answered)
        if self._facts.booking_refused:
            return ClassSessionResult(self._facts.state, "rejected", 0.0)
        self._background.start(
            self._notices.run_step(Step.CONFIRMATION, NoticeKind.CONFIRMATION, act_id=self._facts.booked.act)
        )
        while self._facts.state in (S.SCHEDULED, S.OPEN):
            await self._before_class()
            if self._facts.cancellation:
                return await self._cancel_class(self._facts.cancellation)
            await self._in_class()
        await self._end_class()
        if self._facts.live_since:
            while not await self._documented():
                await self._teach_again()
        else:
            await self._not_taught()
        return await self._file()

    # Before the class

    async def _before_class(self) -> None:
        """Run the planned steps when they are due. A reschedule makes a new plan; a cancellation ends the wait."""
        while self._facts.state == S.SCHEDULED and not self._facts.cancellation:
            if self._facts.move_pending:
                self._facts.move_pending = False
                self._background.start(
                    self._notices.run_step(
                        Step.CONFIRMATION,
                        NoticeKind.RESCHEDULED,
                        f"move-{self._facts.moves}",
                        self._facts.move_act,
                    )
                )
            due = self._plan.next_due()
            if await self._timer.sleep_until(due.at, f"{due.step} {due.occasion}".strip()):
                await self._run_due_step(due)

    async def _run_due_step(self, due: DueStep) -> None:
        self._plan.pass_step(due)
        if due.step == Step.REMINDER:
            self._background.start(self._notices.run_step(Step.REMINDER, NoticeKind.REMINDER, due.occasion))
        elif due.step == Step.BRIEFING:
            self._background.start(self._notices.run_step(Step.BRIEFING, NoticeKind.BRIEFING))
        else:
            await self._open_room()

    async def _open_room(self) -> None:
        async with self._lock:
            if self._facts.move_pending and patched(patches.WHOLE_SLOT):
                return  # moved while this waited for its turn
            opening = asyncio.create_task(self._run_opening())
            await workflow.wait_condition(lambda: opening.done() or self._facts.cancellation is not None)
            if opening.done():
                await opening
                self._lifecycle.advance(Trigger.OPEN)
            else:
                # The class is called off while the media server does not answer. The room watch closes a room
                # that was made after all, and a late "open" must not overwrite "cancelled".
                opening.cancel()
                self._facts.state_changes += 1

    async def _run_opening(
        self,
        method: Callable[[Rooms, StepInput], Awaitable[RoomOpened]] = Rooms.open_room,
        state_after: SessionState = S.OPEN,
    ) -> None:
        await self._steps.run(
            Step.ROOM,
            lambda progress: execute_local_first(
                method,
                StepInput(self._facts.session, progress),
                summary="open room",
                fallback=options.ROOM,
            ),
            state_after=state_after,
            together_with=(Step.CREDENTIALS,),
            note=lambda opened: f"credentials given to {opened.credentialed} people",
        )

    # The class

    async def _in_class(self) -> None:
        """Run the class from the opening of its room to its end, or until it is moved or cancelled."""
        facts = self._facts
        self._whole_slot = patched(patches.WHOLE_SLOT)
        self._recording.start_capture()
        while not self._leaves_room():
            await self._go_live_when_taught()
            if self._whole_slot:
                await self._wait_in_slot()
            elif await self._timer.sleep_until((end := self._end()).at, f"end: {end.reason}"):
                facts.end_reason = facts.end_reason or end.reason
        if facts.end_reason:
            await self._go_live_when_taught()  # an instructor who joined as the class was ended has taught it
            self._lifecycle.advance(Trigger.END)
        elif facts.move_pending and not facts.cancellation:
            await self._return_to_scheduled()

    async def _wait_in_slot(self) -> None:
        """Wait for the planned start, then for the end. The end is decided when the command in progress is done."""
        facts = self._facts
        if self._leaves_room():
            return  # a command had its turn before the class could go live
        if workflow.now() < facts.booked.starts_at:
            await self._timer.sleep_until(facts.booked.starts_at, "planned start")
            return
        end = self._end()
        if (due := self._instructor_due()) and due < end.at and patched(patches.AWAITED_INSTRUCTOR):
            if await self._timer.sleep_until(due, "instructor due"):
                facts.instructor_sought_at = facts.booked.starts_at
                self._background.start(self._look_for_instructor(facts.booked.starts_at))
            return
        if not await self._timer.sleep_until(end.at, f"end: {end.reason}"):
            return
        async with self._lock:
            end = self._end()
            if end.at > workflow.now() or facts.cancellation or facts.move_pending:
                return
            if end.reason == "empty" and not facts.end_reason and await self._is_occupied():
                facts.forget_empty_room()
            else:
                facts.end_reason = facts.end_reason or end.reason

    def _instructor_due(self) -> datetime | None:
        """When the class looks for its instructor, of whom no signal has come; None once it has, or they are there."""
        facts, starts_at = self._facts, self._facts.booked.starts_at
        if facts.live_since or facts.first_instructor_at or facts.instructor_sought_at == starts_at:
            return None
        return starts_at + facts.booked.policy.instructor_absent_after

    async def _look_for_instructor(self, starts_at: datetime) -> None:
        """Report an absent instructor. The watch does so too, but it may be down: then it signals nobody who comes."""
        what = "look for the instructor"
        try:
            await execute_local_first(
                Arrivals.look_for_instructor,
                InstructorDue(self._facts.session, starts_at),
                summary=what,
                fallback=options.DATABASE,
            )
        except STEP_FAILURES as error:
            await self._steps.open_case(ExceptionKind.STEP_FAILED, what, {"code": cause_code(error)})

    async def _is_occupied(self) -> bool:
        """Whether people are in the room of whom no signal has come: the watch may have been away. In doubt, yes."""
        try:
            return await workflow.execute_local_activity_method(
                Rooms.is_occupied, self._facts.session, summary="look into the room", **options.LOCAL_ATTEMPT
            )
        except STEP_FAILURES:
            return True

    def _leaves_room(self) -> bool:
        facts = self._facts
        return bool(facts.end_reason or facts.cancellation or facts.move_pending)

    def _end(self) -> ClassEnd:
        booking = self._facts.booked
        # An instructor whose client died just before the start is listed for a while. It is taken back when that shows.
        taken_back = self._whole_slot and self._facts.first_instructor_at is None
        return class_end(
            booking.policy,
            booking.ends_at,
            live=bool(self._facts.live_since) and not taken_back,
            empty_since=self._facts.empty_since,
            not_empty_before=(
                empty_room_may_end_class_at(booking.policy, booking.starts_at, booking.ends_at)
                if self._whole_slot
                else None
            ),
        )

    async def _go_live_when_taught(self) -> None:
        """The class is live once an instructor is in the room, from its planned start on."""
        async with self._lock:
            facts, since = self._facts, self._facts.first_instructor_at
            if since is None or facts.state != S.OPEN or facts.move_pending or facts.cancellation:
                return
            if self._whole_slot:
                if workflow.now() < facts.booked.starts_at:
                    return
                since = max(since, facts.booked.starts_at)
            facts.live_since = since
            self._timeline.start(Step.LIVE, since)
            self._lifecycle.advance(Trigger.INSTRUCTOR_JOINED)
            self._recording.start_transcription()
            await self._steps.write_progress("class is live")

    async def _return_to_scheduled(self) -> None:
        """Leave the room of a class that was moved. The new state is written before the room is closed."""
        if self._whole_slot:
            self._lifecycle.advance(Trigger.RESCHEDULE)
            await self._leave_room("moved")
            self._plan.plan_room_again()
        else:
            await self._leave_room("moved")
            self._lifecycle.advance(Trigger.RESCHEDULE)

    async def _leave_room(self, reason: str) -> None:
        """Close the room of a class that is moved or cancelled before it was taught. This is not the class's end."""
        self._recording.cancel_capture()
        if self._whole_slot:
            await self._steps.run_unlisted(
                f"close room: {reason}", lambda progress: self._close_room(reason, progress)
            )
        else:
            await self._close_room_at_end(reason)
        await self._recording.finish_capture()

    async def _close_room_at_end(self, reason: str) -> None:
        await self._steps.run(
            Step.END, lambda progress: self._close_room(reason, progress), note=lambda _: reason
        )

    async def _close_room(self, reason: str, progress: Progress) -> None:
        """Write the progress, which refuses further joins, and close the room."""
        await execute_local_first(
            Rooms.close_room,
            CloseRoomInput(self._facts.session, progress, reason, workflow.now(), by=self._facts.ended_by),
            summary=f"close room: {reason}",
            fallback=options.ROOM,
        )

    async def _end_class(self) -> None:
        self._timeline.settle(Outcome.DONE, workflow.now(), Step.LIVE)
        await self._close_room_at_end(self._facts.end_reason or "")
        await self._recording.finish_capture()
        self._lifecycle.advance(Trigger.ROOM_CLOSED)
        await self._steps.write_progress("recording ended")

    # After the class

    async def _documented(self) -> bool:
        """Document the class up to the decision on its draft; False if it is reopened before."""
        facts = self._facts
        if facts.reopen_pending:
            return False
        work = asyncio.create_task(self._document_and_review())
        await workflow.wait_condition(lambda: work.done() or facts.reopen_pending)
        if not facts.reopen_pending:
            await work
            return True
        work.cancel()
        try:
            await work
        except (asyncio.CancelledError, ActivityError) as error:
            if not is_cancelled_exception(error):
                raise
        return False

    async def _document_late(self) -> ClassSessionResult:
        """Draft and review a class that was closed without a draft, and file it again."""
        self._lifecycle.advance(Trigger.DOCUMENT_LATE)
        await self._draft()
        await self._review()
        return await self._file()

    async def _document_and_review(self) -> None:
        await self._document()
        await self._review()

    async def _teach_again(self) -> None:
        """Run a class that was reopened from the opening of its room to its new end."""
        facts = self._facts
        async with self._lock:
            await self._recording.cancel_transcription()
            self._plan.plan_rest_again()
            facts.end_reason, facts.ended_by = None, ""
            await self._run_opening(Rooms.reopen_room, S.LIVE)
            self._lifecycle.advance(Trigger.REOPEN)
            facts.reopen_pending = False
            self._timeline.start(Step.LIVE, workflow.now())
            self._recording.start_transcription()
        await self._in_class()
        await self._end_class()

    async def _may_be_filed(self) -> bool:
        """Whether the class can be filed: a command in progress may reopen it."""
        if self._lock.locked() and patched(patches.COMMANDS_IN_TURN):
            async with self._lock:
                pass
        return not self._facts.reopen_pending

    async def _document(self) -> None:
        result = await self._recording.finish_transcription()
        if not result or not result.utterances:
            if result is None or not patched(patches.CHECKED_TRANSCRIPT):
                await self._steps.open_case(ExceptionKind.TRANSCRIPT_INCOMPLETE)
            self._timeline.finish(Step.DOCUMENTATION, Outcome.SKIPPED, workflow.now(), note="no speech")
            return
        await self._draft()

    async def _draft(self) -> None:
        draft = await self._steps.run(
            Step.DOCUMENTATION,
            lambda progress: workflow.execute_activity_method(
                DocumentationSteps.draft,
                DraftInput(self._facts.session, progress, reopenings=self._facts.reopenings),
                summary="draft documentation",
                **options.DRAFTING,
            ),
            state_after=S.REVIEW,
            note=lambda drafted: f"{drafted.statements} statements",
            failure=ExceptionKind.DRAFT_FAILED,
        )
        if draft:
            self._lifecycle.advance(Trigger.DRAFTED)

    async def _review(self) -> None:
        """Wait for the instructor's approval. An overdue review opens a case; an abandoned one is filed unapproved."""
        if self._facts.state != S.REVIEW:
            await self._planned_end()
            if not await self._may_be_filed():
                return
            self._timeline.finish(Step.REVIEW, Outcome.SKIPPED, workflow.now())
            self._lifecycle.advance(Trigger.NOTHING_TO_REVIEW)
            return
        policy, since = self._facts.booked.policy, workflow.now()
        self._timeline.start(Step.REVIEW, since)
        occasion = f"reopened-{self._facts.reopenings}" if self._facts.reopenings else ""
        self._background.start(self._notices.send(NoticeKind.REVIEW_REQUEST, occasion))
        if not await self._approved_before(since + policy.review_within, "review due"):
            await self._steps.open_case(ExceptionKind.DOCUMENTATION_OVERDUE)
            await self._approved_before(since + policy.review_abandoned_after, "review abandoned")
        if not await self._may_be_filed():
            return
        approved = self._facts.approved_revision
        outcome = Outcome.DONE if approved else Outcome.SKIPPED
        note = f"revision {approved} approved" if approved else "not approved"
        self._timeline.finish(Step.REVIEW, outcome, workflow.now(), note=note)
        self._lifecycle.advance(Trigger.REVIEW_ENDED)

    async def _planned_end(self) -> None:
        """Wait for the planned end of a class without a draft: ended by mistake, it can be reopened until then."""
        if workflow.now() >= self._facts.booked.ends_at or not patched(patches.SILENT_TO_ITS_END):
            return
        while not await self._timer.sleep_until(self._facts.booked.ends_at, "planned end"):
            pass

    async def _approved_before(self, at: datetime, summary: str) -> bool:
        while self._facts.approved_revision is None:
            if await self._timer.sleep_until(at, summary):
                if self._lock.locked() and patched(patches.COMMANDS_IN_TURN):
                    async with self._lock:
                        pass  # an approval in progress counts
                break
        return self._facts.approved_revision is not None

    async def _not_taught(self) -> None:
        """Skip the steps that need a taught class, and open a case: no instructor came."""
        for step in (Step.LIVE, Step.TRANSCRIPT, Step.DOCUMENTATION, Step.REVIEW):
            self._timeline.finish(step, Outcome.SKIPPED, workflow.now(), note="not held")
        await self._steps.open_case(ExceptionKind.INSTRUCTOR_ABSENT)
        self._lifecycle.advance(Trigger.NOTHING_TO_REVIEW)

    async def _file(self) -> ClassSessionResult:
        if self._facts.approved_revision:
            self._background.start(self._notices.run_step(Step.SUMMARY, NoticeKind.SUMMARY))
        else:
            self._timeline.finish(
                Step.SUMMARY, Outcome.SKIPPED, workflow.now(), note="no approved documentation"
            )
        await self._steps.run(
            Step.RECORDS,
            lambda progress: execute_local_first(
                Records.file,
                StepInput(self._facts.session, progress),
                summary="file records",
                fallback=options.DURABLE_RECORD,
            ),
        )
        await self._steps.run(
            Step.NEXT_BRIEFING,
            lambda progress: execute_local_first(
                Records.prepare_next_briefing,
                StepInput(self._facts.session, progress),
                summary="prepare next briefing",
                fallback=options.DURABLE_RECORD,
            ),
        )
        return await self._close()

    async def _close(self) -> ClassSessionResult:
        outcome = "held" if self._facts.live_since else "not_held"
        await self._background.finish()
        self._lifecycle.advance(Trigger.CLOSE)
        closed = await execute_local_first(
            Records.close,
            CloseInput(self._facts.session, self._steps.progress(), outcome=outcome),
            summary="measure completeness and close",
            fallback=options.DURABLE_RECORD,
        )
        cases = self._facts.reports if closed.cases is None else closed.cases
        self._lifecycle.describe_closed(outcome, closed.complete, cases)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ClassSessionResult(self._facts.state, outcome, closed.complete)

    async def _cancel_class(self, cancel: Cancel) -> ClassSessionResult:
        if self._lock.locked() and patched(patches.COMMANDS_IN_TURN):
            async with self._lock:
                pass  # a move in progress must not reserve the time again
        has_room, writes_first = self._facts.state == S.OPEN, self._whole_slot
        self._timeline.settle(Outcome.CANCELLED, workflow.now())
        if has_room and not writes_first:
            await self._leave_room("cancelled")
        self._lifecycle.advance(Trigger.CANCEL)
        await execute_local_first(
            Sessions.cancel,
            CancelInput(self._facts.session, self._steps.progress(), reason=cancel.reason, by=cancel.by),
            summary="cancel session",
            fallback=options.DURABLE_RECORD,
        )
        if has_room and writes_first:
            await self._leave_room("cancelled")
        await self._notices.send(NoticeKind.CANCELLED, act_id=cancel.act)
        await self._background.finish()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ClassSessionResult(self._facts.state, "cancelled", 0.0)

    def _tell_of_people(
        self, kind: NoticeKind, student_ids: tuple[UUID, ...], change: AddPeople | RemovePeople
    ) -> None:
        """Tell the guardians, and the instructor by a new briefing where the class has had one."""
        occasion = f"people-{self._facts.people_changes}"
        if change.tell:
            self._background.start(self._notices.send(kind, occasion, student_ids, change.act))
        if (Step.BRIEFING, "") in self._facts.passed_steps and workflow.now() < self._facts.booked.starts_at:
            self._background.start(self._notices.send(NoticeKind.BRIEFING, occasion))

    async def _disconnect(self, participant_ids: tuple[UUID, ...]) -> None:
        """Put people who were taken out of the class out of its room. No new credentials are given to them."""
        await self._steps.run_unlisted(
            "disconnect people",
            lambda progress: execute_local_first(
                Rooms.disconnect,
                DisconnectInput(self._facts.session, progress, participant_ids),
                summary="disconnect people",
                fallback=options.ROOM,
            ),
        )

    # Updates: commands that are validated and answered

    @workflow.update
    async def book(self, booking: Booking) -> Booked:
        async with self._lock:
            return await self._commands.book(booking)

    @workflow.update
    async def reschedule(self, move: Reschedule) -> None:
        async with self._lock:
            await self._commands.reschedule(move)

    @reschedule.validator
    def _may_reschedule(self, move: Reschedule) -> None:
        self._commands.check_reschedule(move)

    @workflow.update
    async def extend(self, extension: Extend) -> None:
        async with self._lock:
            await self._commands.extend(extension)

    @extend.validator
    def _may_extend(self, extension: Extend) -> None:
        self._commands.check_extend(extension)

    @workflow.update
    async def cancel(self, cancel: Cancel) -> None:
        self._commands.cancel(cancel)

    @cancel.validator
    def _may_cancel(self, cancel: Cancel) -> None:
        self._commands.check_cancel()

    @workflow.update
    async def end(self, end: EndClass) -> None:
        if self._lock.locked() and patched(patches.COMMANDS_IN_TURN):
            async with self._lock:
                self._commands.end(end)
        else:
            self._commands.end(end)

    @end.validator
    def _may_end(self, end: EndClass) -> None:
        self._commands.check_end()

    @workflow.update
    async def reopen(self, reopening: Reopen) -> None:
        async with self._lock:
            await self._commands.reopen(reopening)

    @reopen.validator
    def _may_reopen(self, reopening: Reopen) -> None:
        self._commands.check_reopen(reopening)

    @workflow.update
    async def substitute(self, substitute: Substitute) -> StartedSubstitution | None:
        return await self._commands.substitute(substitute)

    @substitute.validator
    def _may_substitute(self, substitute: Substitute) -> None:
        self._commands.check_substitute()

    @workflow.update
    async def add_people(self, added: AddPeople) -> PeopleChanged:
        async with self._lock:
            result = await self._commands.add_people(added)
        if result.student_ids:
            self._tell_of_people(NoticeKind.ADDED, result.student_ids, added)
        return PeopleChanged(result.participant_ids)

    @add_people.validator
    def _may_add_people(self, added: AddPeople) -> None:
        self._commands.check_people()

    @workflow.update
    async def remove_people(self, removed: RemovePeople) -> PeopleChanged:
        async with self._lock:
            result = await self._commands.remove_people(removed)
        if result.participant_ids and self._facts.state in ROOM_STATES:
            self._background.start(self._disconnect(result.participant_ids))
        if result.student_ids:
            self._tell_of_people(NoticeKind.REMOVED, result.student_ids, removed)
        return PeopleChanged(result.participant_ids)

    @remove_people.validator
    def _may_remove_people(self, removed: RemovePeople) -> None:
        self._commands.check_people()

    @workflow.update
    async def approve_documentation(self, approval: Approve) -> None:
        async with self._lock:
            await self._commands.approve_documentation(approval)

    @approve_documentation.validator
    def _may_approve(self, approval: Approve) -> None:
        self._commands.check_documentation()

    @workflow.update
    async def request_changes(self, changes: RequestChanges) -> None:
        async with self._lock:
            await self._commands.request_changes(changes)

    @request_changes.validator
    def _may_request_changes(self, changes: RequestChanges) -> None:
        self._commands.check_documentation()

    # Signals: from the room watch and the recorder, and from admins in the Temporal UI and CLI

    @workflow.signal(name="cancel")
    def cancel_by_signal(self, cancel: Cancel) -> None:
        """Cancel the class, for admins. Ignored in a state in which it cannot be cancelled."""
        if self._lifecycle.allows_command(Trigger.CANCEL):
            self._commands.cancel(cancel)

    @workflow.signal(name="substitute")
    async def substitute_by_signal(self, substitute: Substitute) -> None:
        """Find another instructor, for admins. Ignored where the booking was refused, and in a class that is over."""
        await workflow.wait_condition(lambda: self._facts.booking_answered)
        if self._facts.booking and (self._commands.may_substitute or not patched(patches.SUBSTITUTION)):
            try:
                await self._commands.substitute(substitute)
            except ApplicationError as error:
                workflow.logger.warning("no search for another instructor was started: %s", error.type)

    @workflow.signal
    def instructor_changed(self, change: InstructorChanged) -> None:
        self._commands.change_instructor(change)

    @workflow.signal
    def presence(self, presence: PresenceSignal) -> None:
        self._commands.note_presence(presence)

    @workflow.signal
    def recording(self, recording: RecordingSignal) -> None:
        self._facts.recording = recording.recording
        self._lifecycle.describe()

    # Queries

    @workflow.query
    def facts(self) -> SessionFacts:
        """The workflow's view of the session: its state, booking, presence and the commands it has taken."""
        return self._facts

    @workflow.query
    def timeline(self) -> list[TimelineEntry]:
        """Every step with its planned and actual time and its outcome."""
        return self._timeline.entries()
