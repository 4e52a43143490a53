"""How a session takes a step: progress, the timeline, cases for what fails, words for the Temporal UI."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.errors import TransitionRefused
    from domain.notices.kinds import NoticeKind
    from domain.sessions.states import SessionState, Trigger, advance
    from domain.sessions.timeline import Outcome, Step, TimelineEntry
    from workflows import options
    from workflows.contracts.common import Progress, SessionRef, StepInput
    from workflows.contracts.notices import CaseInput, Cases, NoticeInput, NoticeResult, Notices
    from workflows.contracts.sessions import Sessions
    from workflows.failures import STEP_FAILURES, application_error, cause_code
    from workflows.quick_steps import execute_quickly
    from workflows.session import search_attributes
    from workflows.session.timeline import Timeline

T = TypeVar("T")
_MOMENT = timedelta(seconds=1)


class SessionSteps:
    """State that every part of the story shares, and the means to change it."""

    def __init__(self, session: SessionRef) -> None:
        self._ref = session
        self._state = SessionState.SCHEDULED
        self._state_changes = 0
        self._timeline = Timeline()
        self._changes = 0  # counts what the main story must look at again
        self._background: set[asyncio.Task[Any]] = set()
        self._alarm: tuple[datetime, asyncio.Task[None]] | None = None

    def _touch(self) -> None:
        self._changes += 1

    def _guard(self, trigger: Trigger) -> SessionState:
        """The state after `trigger`, or the refusal as the update's failure."""
        try:
            return advance(self._state, trigger)
        except TransitionRefused as error:
            raise application_error(error) from error

    def _advance(self, trigger: Trigger) -> None:
        self._state = self._guard(trigger)
        self._state_changes += 1
        workflow.upsert_search_attributes([search_attributes.STATE.value_set(self._state)])
        self._describe()

    def _describe(self) -> None:
        raise NotImplementedError

    def _progress(
        self, state_after: SessionState | None = None, ends: tuple[TimelineEntry, ...] = ()
    ) -> Progress:
        return Progress(self._state, self._state_changes, state_after, self._timeline.take_unwritten(), ends)

    async def _step(
        self,
        step: Step,
        execute: Callable[[Progress], Awaitable[T]],
        *,
        occasion: str = "",
        state_after: SessionState | None = None,
        along: tuple[Step, ...] = (),
        note: Callable[[T], str] = lambda _: "",
    ) -> T | None:
        """Run one step, with those that happen along in the same activity.

        Retries exhausted: a case is opened, the timeline says failed, the result is None.
        """
        begun = tuple(self._timeline.start(one, workflow.now(), occasion) for one in (step, *along))
        try:
            result = await execute(self._progress(state_after, begun))
        except STEP_FAILURES as error:
            if is_cancelled_exception(error):
                raise
            for one in (step, *along):
                self._timeline.finish(one, Outcome.FAILED, workflow.now(), occasion, cause_code(error))
            self._describe()
            await self._open_case(
                ExceptionKind.STEP_FAILED, f"{step} {occasion}".strip(), {"code": cause_code(error)}
            )
            return None
        for one in (step, *along):
            self._timeline.finish(one, Outcome.DONE, workflow.now(), occasion, note(result))
        return result

    async def _notify(self, step: Step, kind: NoticeKind, occasion: str = "") -> None:
        await self._step(
            step,
            lambda progress: self._send(kind, occasion, progress),
            occasion=occasion,
            note=_sent,
        )

    async def _send(
        self, kind: NoticeKind, occasion: str = "", progress: Progress | None = None
    ) -> NoticeResult:
        notice = NoticeInput(self._ref, progress or self._progress(), kind, occasion)
        while True:
            result = await workflow.execute_activity_method(
                Notices.send, notice, summary=f"{kind} {occasion}".strip(), **options.NOTICES
            )
            if result.held_until is None:
                return result
            quiet = result.held_until - workflow.now()
            await workflow.sleep(max(quiet, _MOMENT), summary=f"quiet hours: {kind} {occasion}".strip())
            notice = replace(notice, progress=replace(self._progress(), ends=notice.progress.ends))

    async def _send_or_case(self, kind: NoticeKind) -> None:
        """A message that is no step of its own."""
        try:
            await self._send(kind)
        except STEP_FAILURES as error:
            await self._open_case(ExceptionKind.STEP_FAILED, f"notice {kind}", {"code": cause_code(error)})

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside the story: a mail server that is down must not keep a room shut."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _asides_done(self) -> None:
        if self._background:
            await asyncio.gather(*self._background)

    async def _open_case(
        self, kind: ExceptionKind, occasion: str = "", detail: dict[str, str] | None = None
    ) -> None:
        await execute_quickly(
            Cases.open_case,
            CaseInput(self._ref, kind, occasion, detail or {}),
            summary=f"case: {kind} {occasion}".strip(),
            otherwise=options.DURABLE_RECORD,
        )

    async def _write_progress(self, summary: str) -> None:
        await execute_quickly(
            Sessions.record_progress,
            StepInput(self._ref, self._progress()),
            summary=summary,
            otherwise=options.DURABLE_RECORD,
        )

    async def _sleep_until(self, at: datetime, summary: str) -> bool:
        """True when the time has come, False when something changed before. The same moment keeps its timer."""
        seen, wait = self._changes, at - workflow.now()
        if wait.total_seconds() <= 0:
            return True
        if self._alarm is None or self._alarm[0] != at:
            if self._alarm:
                self._alarm[1].cancel()
            self._alarm = (at, asyncio.create_task(workflow.sleep(wait, summary=summary)))
        alarm = self._alarm[1]
        await workflow.wait_condition(lambda: alarm.done() or self._changes != seen)
        return alarm.done()


def _sent(result: NoticeResult) -> str:
    refused = f", {result.undeliverable} undeliverable" if result.undeliverable else ""
    return f"{result.sent} sent{refused}"
