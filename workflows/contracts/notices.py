"""Activities that send a session's messages and open exception cases."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from temporalio import activity

from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import NoticeKind
from workflows.contracts.common import SessionRef, StepInput


@dataclass(frozen=True)
class NoticeInput(StepInput):
    kind: NoticeKind = NoticeKind.CONFIRMATION
    occasion: str = ""
    starts_at: datetime | None = (
        None  # the start that the notice is about; None: the present one of the class
    )
    student_ids: tuple[UUID, ...] = ()  # that it is about; empty: all students of the class
    # The act on many classes that it is a part of, of which each person gets one message; None: it is sent by itself.
    act_id: UUID | None = None


@dataclass(frozen=True)
class NoticeResult:
    prepared: int
    sent: int
    undeliverable: int
    held: int = 0  # not sent yet because of their recipients' quiet hours
    held_until: datetime | None = None  # when the first of them may be sent
    gathered: int = 0  # said in one message with other classes of the reader, which has a delivery of its own


@dataclass(frozen=True)
class CaseInput:
    session: SessionRef
    kind: ExceptionKind
    occasion: str = ""
    detail: dict[str, str] = field(default_factory=dict)  # codes, counts, ids
    # Of this report: the same for each attempt of it, another for the next one. Empty: the cause is reported only once.
    key: str = ""


class Notices:
    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        """Write the outbox rows of one kind for all its recipients, then send those that are not sent yet.

        Messages held in quiet hours are sent by the next call after `held_until`, or withdrawn if the class was moved
        or cancelled in the meantime.
        """
        raise NotImplementedError


class Cases:
    @activity.defn(name="open_case")
    async def open_case(self, case: CaseInput) -> None:
        """Put a case in its owner's queue. A case of the same cause that is open already counts the report instead."""
        raise NotImplementedError
