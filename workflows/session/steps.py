"""Runs the steps of a class: each is recorded on the timeline, and one that fails for good opens an exception case."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.sessions.states import SessionState
    from domain.sessions.timeline import Outcome, Step, TimelineEntry
    from workflows import options
    from workflows.contracts.common import Progress, StepInput
    from workflows.contracts.notices import CaseInput, Cases
    from workflows.contracts.sessions import Sessions
    from workflows.failures import STEP_FAILURES, cause_code
    from workflows.local_first import execute_local_first
    from workflows.session.facts import SessionFacts
    from workflows.session.lifecycle import Lifecycle
    from workflows.session.timeline import Timeline

T = TypeVar("T")


class Steps:
    def __init__(self, facts: SessionFacts, timeline: Timeline, lifecycle: Lifecycle) -> None:
        self._facts = facts
        self._timeline = timeline
        self._lifecycle = lifecycle

    async def run(
        self,
        step: Step,
        execute: Callable[[Progress], Awaitable[T]],
        *,
        occasion: str = "",
        state_after: SessionState | None = None,
        together_with: tuple[Step, ...] = (),
        note: Callable[[T], str] = lambda _: "",
        failure: ExceptionKind = ExceptionKind.STEP_FAILED,
    ) -> T | None:
        """Run a step's activity, which also performs the steps in `together_with`, and return its result.

        When it fails for good, the steps are marked as failed, a case of the kind `failure` is opened and the result is
        None.
        """
        performed = (step, *together_with)
        running = tuple(self._timeline.start(each, workflow.now(), occasion) for each in performed)
        try:
            result = await execute(self.progress(state_after, running))
        except STEP_FAILURES as error:
            if is_cancelled_exception(error):
                raise
            code = cause_code(error)
            for entry in running:
                self._timeline.finish_started(entry, Outcome.FAILED, workflow.now(), code)
            self._lifecycle.describe()
            about = f"{step} {occasion}".strip() if failure == ExceptionKind.STEP_FAILED else occasion
            await self.open_case(failure, about, {"code": code})
            return None
        for entry in running:
            self._timeline.finish_started(entry, Outcome.DONE, workflow.now(), note(result))
        return result

    async def run_unlisted(self, name: str, execute: Callable[[Progress], Awaitable[object]]) -> None:
        """Run an activity that is no step of the class. A failure opens a case."""
        try:
            await execute(self.progress())
        except STEP_FAILURES as error:
            await self.open_case(ExceptionKind.STEP_FAILED, name, {"code": cause_code(error)})

    def progress(
        self, state_after: SessionState | None = None, ends: tuple[TimelineEntry, ...] = ()
    ) -> Progress:
        """What an activity writes for pages and the API: the state, and the timeline entries not written before."""
        facts = self._facts
        unwritten = self._timeline.take_unwritten()
        return Progress(facts.state, facts.state_changes, state_after, unwritten, ends)

    async def write_progress(self, summary: str) -> None:
        await execute_local_first(
            Sessions.record_progress,
            StepInput(self._facts.session, self.progress()),
            summary=summary,
            fallback=options.DURABLE_RECORD,
        )

    async def open_case(
        self, kind: ExceptionKind, occasion: str = "", detail: dict[str, str] | None = None
    ) -> None:
        self._facts.reports += 1
        await execute_local_first(
            Cases.open_case,
            CaseInput(self._facts.session, kind, occasion, detail or {}, key=str(self._facts.reports)),
            summary=f"case: {kind} {occasion}".strip(),
            fallback=options.DURABLE_RECORD,
        )
