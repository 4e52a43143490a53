"""The table of late cancellations: classes that families cancelled closer to the start than the policy allows free."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, utc, within_tenant


class LateCancellation(TenantRow, table=True):
    __tablename__ = "late_cancellation"
    __table_args__ = (
        within_tenant("session"),
        within_tenant("guardian"),
        sa.UniqueConstraint("session_id"),
        sa.Index("ix_late_cancellation_listed", "organization_id", "cancelled_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID
    guardian_id: UUID = Field(index=True)  # who cancelled
    starts_at: datetime = utc()  # of the class
    cancelled_at: datetime = utc()
