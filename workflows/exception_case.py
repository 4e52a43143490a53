"""The workflow of one exception case: it tells people, escalates, reminds, wakes, and ends when the case is over.

The rows hold the case; the workflow reads it, decides by `domain/cases/following.py`, and waits until a time or until
it is told of a change. A case that is resolved is followed a while longer, as its cause may come back.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.following import Act, CaseView, Next, Reason, next_act
    from workflows import options
    from workflows.contracts.cases import CaseFollowing, CaseRef, TellInput
    from workflows.local_first import execute_local_first


@dataclass(frozen=True)
class CaseInput:
    case: CaseRef
    reminders: int = 0
    reminded_at: datetime | None = None


@workflow.defn(name="ExceptionCase")
class ExceptionCaseWorkflow:
    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        self._case = start.case
        self._reminders = start.reminders
        self._reminded_at = start.reminded_at
        self._changed = False

    @workflow.run
    async def run(self, start: CaseInput) -> None:
        while True:
            self._changed = False
            view = await self._look()
            wanted = next_act(view, workflow.now(), self._reminders, self._reminded_at)
            self._describe(view, wanted)
            if wanted.act == Act.END:
                return
            await self._do(wanted, view)
            if workflow.info().is_continue_as_new_suggested() and not self._changed:
                workflow.continue_as_new(CaseInput(self._case, self._reminders, self._reminded_at))

    @workflow.signal
    def changed(self) -> None:
        """The case has changed: look at it again."""
        self._changed = True

    async def _do(self, wanted: Next, view: CaseView) -> None:
        if wanted.act == Act.WAIT:
            await self._wait(wanted.until)
        elif wanted.act == Act.WAKE:
            await execute_local_first(
                CaseFollowing.wake, self._case, summary="wake", fallback=options.DURABLE_RECORD
            )
        else:
            await self._tell(wanted.reason or Reason.OPENED, view.level)

    async def _look(self) -> CaseView:
        return await execute_local_first(
            CaseFollowing.look, self._case, summary="look", fallback=options.DURABLE_RECORD
        )

    async def _tell(self, reason: Reason, level: int) -> None:
        await execute_local_first(
            CaseFollowing.tell,
            TellInput(self._case, reason, level, self._reminders),
            summary=f"tell: {reason}",
            fallback=options.DURABLE_RECORD,
        )
        if reason == Reason.OVERDUE:
            self._reminders += 1
            self._reminded_at = workflow.now()

    async def _wait(self, until: datetime | None) -> None:
        limit = None if until is None else max(until - workflow.now(), timedelta())
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._changed, timeout=limit, timeout_summary="next look at the case"
            )

    def _describe(self, view: CaseView, wanted: Next) -> None:
        until = f" until {wanted.until:%Y-%m-%d %H:%M:%S} UTC" if wanted.until else ""
        workflow.set_current_details(
            f"{view.state}, told {view.level} of {view.levels}, next: {wanted.act}{until}"
        )
