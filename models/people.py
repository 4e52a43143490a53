"""Guardians, students, instructors."""

from datetime import datetime, time
from uuid import UUID

from sqlmodel import Field

from models.base import TenantRow, referred_within_tenant, utc, within_tenant


class Guardian(TenantRow, table=True):
    __table_args__ = (referred_within_tenant(),)
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"
    quiet_from: time | None = None  # local wall time; notices that can wait are held between these
    quiet_until: time | None = None
    created_at: datetime = utc()


class Student(TenantRow, table=True):
    __table_args__ = (referred_within_tenant(),)
    id: UUID = Field(primary_key=True)
    name: str
    time_zone: str = "UTC"
    created_at: datetime = utc()


class StudentGuardian(TenantRow, table=True):
    __tablename__ = "student_guardian"
    __table_args__ = (
        within_tenant("student"),
        within_tenant("guardian"),
    )
    student_id: UUID = Field(primary_key=True)
    guardian_id: UUID = Field(primary_key=True)


class Instructor(TenantRow, table=True):
    __table_args__ = (referred_within_tenant(),)
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"
    created_at: datetime = utc()
