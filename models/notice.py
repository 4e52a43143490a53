"""The outbox table: a row is one message to one person, written with the change that caused it, sent afterwards."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.notices.kinds import DeliveryState, holds_secret
from models.base import (
    SubjectRow,
    json_list,
    listed_by,
    listed_within,
    searched_text,
    session_of_subject,
    utc,
    within_tenant,
)

WITHDRAWN = "withdrawn"


class Notice(SubjectRow, table=True):
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_notice_session_id", "session_id"),
        sa.Index("ix_notice_subject_kind_subject_id", "subject_kind", "subject_id"),
        sa.Index(
            "ix_notice_undelivered",
            "deliver_by",
            postgresql_where=sa.text("deliver_by is not null and sent_at is null and failed_at is null"),
        ),
        listed_by("notice", "created_at"),
        listed_within("notice", "kind", "created_at"),
        listed_within("notice", "recipient_id", "created_at"),
        sa.Index(
            "ix_notice_waiting",
            "organization_id",
            "created_at",
            "id",
            postgresql_where=sa.text("sent_at is null and failed_at is null"),
        ),
        sa.Index(
            "ix_notice_failed",
            "organization_id",
            "created_at",
            "id",
            postgresql_where=sa.text("failed_at is not null"),
        ),
        sa.Index("ix_notice_digest_id", "digest_id", postgresql_where=sa.text("digest_id is not null")),
        sa.Index(
            "ix_notice_act_id",
            "act_id",
            "recipient_id",
            postgresql_where=sa.text("act_id is not null"),
        ),
        searched_text("notice", "subject"),
        searched_text("notice", "address"),
    )
    id: UUID = Field(primary_key=True)  # derived from `key`
    key: str = Field(unique=True)  # idempotency: subject, kind, recipient, occasion
    session_id: UUID | None = session_of_subject()
    kind: str
    recipient_kind: str  # guardian | student | instructor | member | organization
    recipient_id: UUID
    address: str
    subject: str
    html: str
    text: str
    calendar: str = ""  # iCalendar objects, each with its METHOD, one per class; empty: none
    unsubscribe_url: str = ""  # ends this kind of message; empty: of kinds that are always sent
    sealed: str = ""  # in place of `html` and `text` where they hold a secret; emptied with the delivery
    student_ids: list[Any] = json_list()  # whom a change of a class's people is about, of the reader's own
    class_starts_at: datetime | None = utc(None)  # when the notice was written; None: about no class
    send_after: datetime = utc()  # later than `created_at` in the recipient's quiet hours
    deliver_by: datetime | None = utc(None)  # only of notices outside sessions: the delivery's deadline
    act_id: UUID | None = None  # of a digest: the act on many classes whose messages to one person it gathers
    gathers_until: datetime | None = utc(
        None
    )  # of a digest: when it is complete; None: it takes no further message
    digest_id: UUID | None = None  # the digest that says this; None: it is sent by itself
    created_at: datetime = utc()
    sent_at: datetime | None = utc(None)
    failed_at: datetime | None = utc(None)
    attempts: int = 0
    error: str = ""  # code of the last failure, or WITHDRAWN

    @property
    def is_secret(self) -> bool:
        return holds_secret(self.kind)

    @property
    def waits(self) -> bool:
        return self.sent_at is None and self.failed_at is None

    @property
    def is_sent_by_itself(self) -> bool:
        """Whether it has a delivery of its own, or one of its class; else it is said in a digest."""
        return self.digest_id is None

    @property
    def state(self) -> DeliveryState:
        if self.sent_at:
            return DeliveryState.SENT
        if self.failed_at:
            return DeliveryState.WITHDRAWN if self.error == WITHDRAWN else DeliveryState.FAILED
        return DeliveryState.WAITING
