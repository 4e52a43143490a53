"""The table of time holds: time of an instructor and of students that is kept for a booking, until it expires."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_list, referred_within_tenant, utc, within_tenant


class TimeHold(TenantRow, table=True):
    """What it keeps is in `booked_time`, under the same exclusion constraint as the time of classes."""

    __tablename__ = "time_hold"
    __table_args__ = (
        referred_within_tenant(),
        within_tenant("course"),
        within_tenant("instructor"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_time_hold_expires_at", "expires_at"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID | None = None  # None: only the subject is known so far
    subject: str
    level: str
    instructor_id: UUID
    student_ids: list[Any] = json_list()
    whole_course: bool = False  # held for everybody who was enrolled in the course
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    expires_at: datetime = utc()
    created_by: str  # an actor
    created_at: datetime = utc()
