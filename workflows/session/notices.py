"""Sends the messages of a class; those to people in their quiet hours wait until these end."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.notices.kinds import NoticeKind
    from domain.sessions.timeline import Step
    from workflows import options
    from workflows.contracts.common import Progress
    from workflows.contracts.notices import NoticeInput, NoticeResult, Notices
    from workflows.queues import Queue, task_queue
    from workflows.session.facts import SessionFacts
    from workflows.session.steps import Steps

_SHORTEST_PAUSE = timedelta(seconds=1)


class NoticeSender:
    def __init__(self, facts: SessionFacts, steps: Steps) -> None:
        self._facts = facts
        self._steps = steps

    async def run_step(
        self, step: Step, kind: NoticeKind, occasion: str = "", act_id: UUID | None = None
    ) -> None:
        """Send a message that is a step of the class; of an act on many classes it is gathered with those of others."""
        await self._steps.run(
            step,
            lambda progress: self._send(kind, occasion, progress, act_id=act_id),
            occasion=occasion,
            note=_note,
        )

    async def send(
        self,
        kind: NoticeKind,
        occasion: str = "",
        student_ids: tuple[UUID, ...] = (),
        act_id: UUID | None = None,
    ) -> None:
        """Send a message that is not a step. A failure opens a case."""
        await self._steps.run_unlisted(
            f"notice {kind}", lambda progress: self._send(kind, occasion, progress, student_ids, act_id)
        )

    async def _send(
        self,
        kind: NoticeKind,
        occasion: str,
        progress: Progress,
        student_ids: tuple[UUID, ...] = (),
        act_id: UUID | None = None,
    ) -> NoticeResult:
        notice = NoticeInput(
            self._facts.session,
            progress,
            kind,
            occasion,
            starts_at=self._facts.booked.starts_at,
            student_ids=student_ids,
            act_id=act_id,
        )
        name = f"{kind} {occasion}".strip()
        while True:
            result = await workflow.execute_activity_method(
                Notices.send,
                notice,
                task_queue=task_queue(self._facts.region, Queue.NOTICES),
                summary=name,
                **options.NOTICES,
            )
            if result.held_until is None:
                return result
            pause = max(result.held_until - workflow.now(), _SHORTEST_PAUSE)
            await workflow.sleep(pause, summary=f"quiet hours: {name}")
            notice = replace(notice, progress=replace(self._steps.progress(), ends=notice.progress.ends))


def _note(result: NoticeResult) -> str:
    undeliverable = f", {result.undeliverable} undeliverable" if result.undeliverable else ""
    gathered = f", {result.gathered} with other classes" if result.gathered else ""
    return f"{result.sent} sent{gathered}{undeliverable}"
