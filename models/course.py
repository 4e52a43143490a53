"""What is taught, and who is enrolled in it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, utc


class Course(TenantRow, table=True):
    id: UUID = Field(primary_key=True)
    title: str
    subject: str
    level: str = ""
    created_at: datetime = utc()


class Topic(TenantRow, table=True):
    id: UUID = Field(primary_key=True)
    course_id: UUID = Field(foreign_key="course.id", index=True)
    title: str
    position: int


class Enrollment(TenantRow, table=True):
    __table_args__ = (sa.UniqueConstraint("course_id", "student_id"),)
    id: UUID = Field(primary_key=True)
    course_id: UUID = Field(foreign_key="course.id")
    student_id: UUID = Field(foreign_key="student.id", index=True)
    created_at: datetime = utc()
