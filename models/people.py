"""Guardians, students, instructors."""

from datetime import datetime, time
from uuid import UUID

from sqlmodel import Field

from models.base import TenantRow, utc


class Guardian(TenantRow, table=True):
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"
    quiet_from: time | None = None  # local wall time; notices that can wait are held between these
    quiet_until: time | None = None
    created_at: datetime = utc()


class Student(TenantRow, table=True):
    id: UUID = Field(primary_key=True)
    name: str
    time_zone: str = "UTC"
    created_at: datetime = utc()


class StudentGuardian(TenantRow, table=True):
    __tablename__ = "student_guardian"
    student_id: UUID = Field(primary_key=True, foreign_key="student.id")
    guardian_id: UUID = Field(primary_key=True, foreign_key="guardian.id")


class Instructor(TenantRow, table=True):
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"
    created_at: datetime = utc()
