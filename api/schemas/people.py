"""Response bodies of guardians, students and instructors, and the fields that all resources share."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.inputs.fields import Schema
from services.inputs.people import (
    QualificationIn,
    WallTime,
    WeeklyHoursIn,
)


class ResourceOut(Schema):
    """Fields of every resource."""

    id: UUID
    external_id: str | None
    version: int = Field(description="Incremented by every change; also the ETag.")
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None = Field(description="When it was retired; null if it is in use.")


class GuardianOut(ResourceOut):
    name: str
    email: str
    language: str
    time_zone: str
    quiet_from: WallTime | None
    quiet_until: WallTime | None
    unsubscribed: list[str] = Field(description="Kinds of messages that are not sent.")


class StudentOut(ResourceOut):
    name: str
    email: str | None = Field(description="The student's own address.")
    email_basis: str | None = Field(description="Why it may be written to: adult or guardian_consent.")
    language: str
    time_zone: str
    unsubscribed: list[str] = Field(description="Kinds of messages that are not sent.")
    class_hours: list[WeeklyHoursIn] = Field(
        description="When the student can have classes, in wall time of `time_zone`. Empty: at any hour."
    )
    guardian_ids: list[UUID]


class CertificateOut(Schema):
    name: str
    number: str
    issued_on: date | None
    expires_on: date | None = Field(description="Its last day; `null`: it does not expire.")


class BackgroundCheckOut(Schema):
    kind: str
    valid_until: date = Field(description="Its last day.")


class InstructorOut(ResourceOut):
    name: str
    email: str
    language: str
    time_zone: str
    qualifications: list[QualificationIn]
    teaching_languages: list[str] = Field(description="ISO 639-1.")
    regions: list[str]
    consents: list[str]
    certificates: list[CertificateOut]
    background_checks: list[BackgroundCheckOut]
