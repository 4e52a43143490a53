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
        within_tenant("plan_run"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("(plan_run_id is null) = (class_id is null)", name="class_of_plan"),
        sa.Index("ix_time_hold_expires_at", "expires_at"),
        sa.Index(
            "ix_time_hold_plan_run_id", "plan_run_id", postgresql_where=sa.text("plan_run_id is not null")
        ),
        sa.Index("ix_time_hold_class_id", "class_id", postgresql_where=sa.text("class_id is not null")),
    )
    id: UUID = Field(primary_key=True)
    plan_run_id: UUID | None = None  # of the plan that holds the time until it is published or discarded
    class_id: UUID | None = None  # of that plan: the occurrence or session that takes the hold over
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
