"""The outbox: one row is one message to one person, written with the fact that caused it, sent afterwards."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.notices.kinds import DeliveryState
from models.base import TenantRow, listed_by, utc, within_tenant

WITHDRAWN = "withdrawn"


class Notice(TenantRow, table=True):
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_notice_session_id", "session_id"),
        listed_by("notice", "created_at"),
    )
    id: UUID = Field(primary_key=True)  # derived from `key`
    key: str = Field(unique=True)  # idempotency: session, kind, recipient, occasion
    session_id: UUID
    kind: str
    recipient_kind: str  # guardian | instructor
    recipient_id: UUID
    address: str
    subject: str
    html: str
    text: str
    class_starts_at: datetime = utc()  # as it was when the notice was written
    send_after: datetime = utc()  # later than `created_at` in the reader's quiet hours
    created_at: datetime = utc()
    sent_at: datetime | None = utc(None)
    failed_at: datetime | None = utc(None)
    attempts: int = 0
    error: str = ""  # code of the last failure, or WITHDRAWN

    @property
    def state(self) -> DeliveryState:
        if self.sent_at:
            return DeliveryState.SENT
        if self.failed_at:
            return DeliveryState.WITHDRAWN if self.error == WITHDRAWN else DeliveryState.FAILED
        return DeliveryState.WAITING
