"""Messages to people, and cases in their queues."""

from dataclasses import dataclass, field
from datetime import datetime

from temporalio import activity

from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import NoticeKind
from workflows.contracts.common import SessionRef, StepInput


@dataclass(frozen=True)
class NoticeInput(StepInput):
    kind: NoticeKind = NoticeKind.CONFIRMATION
    occasion: str = ""


@dataclass(frozen=True)
class NoticeResult:
    prepared: int
    sent: int
    undeliverable: int
    held: int = 0  # wait for the end of their readers' quiet hours
    held_until: datetime | None = None  # when the first of them may go


@dataclass(frozen=True)
class CaseInput:
    session: SessionRef
    kind: ExceptionKind
    occasion: str = ""
    detail: dict[str, str] = field(default_factory=dict)  # codes, counts, ids


class Notices:
    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        """Write the outbox rows of one kind for all its recipients, then send those that are not sent.

        Those held in quiet hours are sent by the next call after `held_until`, or withdrawn where the class has been
        moved or called off meanwhile.
        """
        raise NotImplementedError


class Cases:
    @activity.defn(name="open_case")
    async def open_case(self, case: CaseInput) -> None:
        """Put a case in its owner's queue; the same case twice is one."""
        raise NotImplementedError
