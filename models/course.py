"""What is taught, and who is enrolled in it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, referred_within_tenant, utc, within_tenant


class Course(TenantRow, table=True):
    __table_args__ = (referred_within_tenant(),)
    id: UUID = Field(primary_key=True)
    title: str
    subject: str
    level: str = ""
    created_at: datetime = utc()


class Topic(TenantRow, table=True):
    __table_args__ = (
        referred_within_tenant(),
        within_tenant("course"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID = Field(index=True)
    title: str
    position: int


class Enrollment(TenantRow, table=True):
    __table_args__ = (
        within_tenant("course"),
        within_tenant("student"),
        sa.UniqueConstraint("course_id", "student_id"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID
    student_id: UUID = Field(index=True)
    created_at: datetime = utc()
