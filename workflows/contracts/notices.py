"""Messages to people, and cases in their queues."""

from dataclasses import dataclass, field

from temporalio import activity

from domain.exceptions import ExceptionKind
from domain.notices import NoticeKind
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


@dataclass(frozen=True)
class CaseInput:
    session: SessionRef
    kind: ExceptionKind
    occasion: str = ""
    detail: dict[str, str] = field(default_factory=dict)  # codes, counts, ids


class Notices:
    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        """Write the outbox rows of one kind for all its recipients, then send those that are not sent."""
        raise NotImplementedError


class Cases:
    @activity.defn(name="open_case")
    async def open_case(self, case: CaseInput) -> None:
        """Put a case in its owner's queue; the same case twice is one."""
        raise NotImplementedError
