"""Tables of guardians, students and instructors."""

from datetime import datetime, time
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


class Guardian(TenantRow, table=True):
    __table_args__ = (
        referred_within_tenant(),
        external_ids_are_unique("guardian"),
        listed_by("guardian", "created_at"),
        listed_by("guardian", "name"),
        listed_retired("guardian", "name"),
        listed_within("guardian", "email"),
        searched_text("guardian", "name"),
        searched_text("guardian", "email"),
    )
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"
    quiet_from: time | None = None  # local wall time; notices that can wait are held between these
    quiet_until: time | None = None
    unsubscribed: list[Any] = json_list()  # kinds of notices that are not sent
    external_id: str | None = None
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class Student(TenantRow, table=True):
    __table_args__ = (
        referred_within_tenant(),
        external_ids_are_unique("student"),
        listed_by("student", "created_at"),
        listed_by("student", "name"),
        listed_retired("student", "name"),
        listed_within("student", "email"),
        searched_text("student", "name"),
    )
    id: UUID = Field(primary_key=True)
    name: str
    email: str | None = None  # the student's own address
    email_basis: str | None = None  # why it may be written to: adult | guardian_consent
    language: str = "en"
    time_zone: str = "UTC"
    unsubscribed: list[Any] = json_list()  # kinds of notices that are not sent
    class_hours: list[Any] = (
        json_list()
    )  # {weekday, start, end}: when they can have classes; empty: at any hour
    external_id: str | None = None
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class StudentGuardian(TenantRow, table=True):
    __tablename__ = "student_guardian"
    __table_args__ = (
        within_tenant("student"),
        within_tenant("guardian"),
    )
    student_id: UUID = Field(primary_key=True)
    guardian_id: UUID = Field(primary_key=True)


class Instructor(TenantRow, table=True):
    __table_args__ = (
        referred_within_tenant(),
        external_ids_are_unique("instructor"),
        listed_by("instructor", "created_at"),
        listed_by("instructor", "name"),
        listed_retired("instructor", "name"),
        listed_within("instructor", "email"),
        searched_text("instructor", "name"),
        searched_text("instructor", "email"),
    )
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"
    teaching_languages: list[Any] = json_list()
    regions: list[Any] = json_list()  # in which they work
    consents: list[Any] = json_list()  # that they have given
    certificates: list[Any] = json_list()  # {name, number, issued_on, expires_on}
    background_checks: list[Any] = json_list()  # {kind, valid_until}
    external_id: str | None = None
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class Qualification(TenantRow, table=True):
    """What an instructor may teach."""

    __table_args__ = (
        within_tenant("instructor"),
        sa.UniqueConstraint("instructor_id", "subject", "level"),
    )
    id: UUID = Field(primary_key=True)
    instructor_id: UUID
    subject: str
    level: str = ""  # empty: every level
    created_at: datetime = utc()
