"""The table of leave requests: an instructor asks not to teach for a while, and staff approve or decline."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.scheduling.leave import LeaveState
from domain.scheduling.offers import SubstitutionReason
from models.base import TenantRow, enum_column, utc, within_tenant


class LeaveRequest(TenantRow, table=True):
    __tablename__ = "leave_request"
    __table_args__ = (
        within_tenant("instructor"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_leave_request_listed", "organization_id", "created_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    instructor_id: UUID = Field(index=True)
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    reason: SubstitutionReason = enum_column(SubstitutionReason)
    note: str = ""  # of the instructor
    state: LeaveState = enum_column(LeaveState, LeaveState.ASKED)
    decided_by: str | None = None  # an actor; None: nobody has decided
    decided_at: datetime | None = utc(None)
    answer: str = ""  # of whoever decided
    created_at: datetime = utc()
