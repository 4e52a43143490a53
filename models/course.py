"""Tables of courses, their topics and plans, and enrollments."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import (
    TenantRow,
    external_ids_are_unique,
    json_list,
    listed_by,
    listed_retired,
    listed_within,
    referred_within_tenant,
    searched_text,
    utc,
    within_tenant,
)


class Course(TenantRow, table=True):
    __table_args__ = (
        referred_within_tenant(),
        external_ids_are_unique("course"),
        listed_by("course", "created_at"),
        listed_by("course", "title"),
        listed_retired("course", "title"),
        listed_within("course", "subject", "title"),
        listed_within("course", "level", "title"),
        searched_text("course", "title"),
        searched_text("course", "subject"),
    )
    id: UUID = Field(primary_key=True)
    title: str
    subject: str
    level: str = ""
    # What its instructor must have beside the qualification; empty: nothing.
    teaching_language: str = ""
    required_region: str = ""
    required_consents: list[Any] = json_list()
    required_certificates: list[Any] = json_list()
    requires_background_check: bool = False
    external_id: str | None = None  # in the organization's own system
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class Topic(TenantRow, table=True):
    __table_args__ = (
        referred_within_tenant(),
        within_tenant("course"),
        external_ids_are_unique("topic"),
        listed_by("topic", "created_at"),
        listed_by("topic", "title"),
        listed_by("topic", "position"),
        listed_retired("topic", "title"),
        searched_text("topic", "title"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID = Field(index=True)
    title: str
    position: int
    external_id: str | None = None
    version: int = 1
    created_at: datetime | None = utc(server_default=sa.text("now()"))
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class Enrollment(TenantRow, table=True):
    __table_args__ = (
        within_tenant("course"),
        within_tenant("student"),
        external_ids_are_unique("enrollment"),
        listed_by("enrollment", "created_at"),
        listed_retired("enrollment", "created_at"),
        sa.Index(
            "uq_enrollment_course_id_student_id",
            "course_id",
            "student_id",
            unique=True,
            postgresql_where=sa.text("retired_at is null"),
        ),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID
    student_id: UUID = Field(index=True)
    external_id: str | None = None
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class CurriculumPlan(TenantRow, table=True):
    """The order in which a course's topics are taught, and in how many classes each."""

    __tablename__ = "curriculum_plan"
    __table_args__ = (
        within_tenant("course"),
        external_ids_are_unique("curriculum_plan"),
        listed_by("curriculum_plan", "created_at"),
        listed_by("curriculum_plan", "title"),
        listed_retired("curriculum_plan", "title"),
        searched_text("curriculum_plan", "title"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID = Field(index=True)
    title: str
    items: list[Any] = json_list()  # [{topic_id, sessions, note}]
    external_id: str | None = None
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)
