"""People, courses and what belongs to them: how each is made, changed and read."""

from datetime import time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, WithJsonSchema, model_validator

from api.schemas.common import Email, Ids, Language, Name, Schema, Text, TimeZone
from domain.access import AccessRole

LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Of a change: what is left out stays as it is, and null is refused where the field cannot be empty."""

ExternalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="Its id in the system it comes from; unique per kind.", examples=["crm-4711"]),
]
Level = Annotated[Text, Field(max_length=100)]
WallTime = Annotated[
    time,
    # JSON Schema's format `time` has an offset, which a wall time has not.
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$",
            "description": "Wall time in `time_zone`.",
            "examples": ["21:00:00"],
        }
    ),
]


class Living(Schema):
    """What everything that people change has."""

    id: UUID
    external_id: str | None
    version: int = Field(description="Counts the changes; the ETag.")
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None = Field(description="Since when it is out of use; null: it is in use.")


class NewGuardian(Schema):
    name: Name
    email: Email
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    quiet_from: WallTime | None = Field(
        None, description="Wall time in `time_zone`; what can wait is sent after `quiet_until`."
    )
    quiet_until: WallTime | None = None
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        check_quiet_hours(self.quiet_from, self.quiet_until)
        return self


def check_quiet_hours(start: time | None, end: time | None) -> None:
    if (start is None) != (end is None):
        raise ValueError("quiet hours need both quiet_from and quiet_until")
    if (start and start.tzinfo) or (end and end.tzinfo):
        raise ValueError("quiet hours are wall time in `time_zone`, without an offset of their own")


class GuardianChange(Schema):
    name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    language: Language = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    quiet_from: WallTime | None = None
    quiet_until: WallTime | None = None
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if ("quiet_from" in self.model_fields_set) != ("quiet_until" in self.model_fields_set):
            raise ValueError("quiet hours need both quiet_from and quiet_until")
        check_quiet_hours(self.quiet_from, self.quiet_until)
        return self


class GuardianOut(Living):
    name: str
    email: str
    language: str
    time_zone: str
    quiet_from: WallTime | None
    quiet_until: WallTime | None


class NewStudent(Schema):
    name: Name
    guardian_ids: Ids = Field(default_factory=list, max_length=10)
    time_zone: TimeZone = "UTC"
    external_id: ExternalId | None = None


class StudentChange(Schema):
    name: Name = LEFT_OUT
    guardian_ids: Annotated[Ids, Field(max_length=10)] = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    external_id: ExternalId | None = None


class StudentOut(Living):
    name: str
    time_zone: str
    guardian_ids: list[UUID]


class QualificationIn(Schema):
    subject: Name
    level: Level = Field("", description="Empty: every level.")


Qualifications = Annotated[list[QualificationIn], Field(max_length=100)]


class NewInstructor(Schema):
    name: Name
    email: Email
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    qualifications: Qualifications = Field(default_factory=list)
    external_id: ExternalId | None = None


class InstructorChange(Schema):
    name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    language: Language = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    qualifications: Qualifications = LEFT_OUT
    external_id: ExternalId | None = None


class InstructorOut(Living):
    name: str
    email: str
    language: str
    time_zone: str
    qualifications: list[QualificationIn]


class NewCourse(Schema):
    title: Name
    subject: Name
    level: Level = ""
    topics: list[Name] = Field(
        default_factory=list, max_length=500, description="Titles, in the order they are taught."
    )
    external_id: ExternalId | None = None


class CourseChange(Schema):
    title: Name = LEFT_OUT
    subject: Name = LEFT_OUT
    level: Level = LEFT_OUT
    external_id: ExternalId | None = None


class CourseOut(Living):
    title: str
    subject: str
    level: str
    topic_ids: list[UUID] = Field(description="In the order they are taught.")


class NewTopic(Schema):
    course_id: UUID
    title: Name
    position: int | None = Field(None, ge=0, le=10_000, description="Left out: behind the last.")
    external_id: ExternalId | None = None


class TopicChange(Schema):
    title: Name = LEFT_OUT
    position: Annotated[int, Field(ge=0, le=10_000)] = LEFT_OUT
    external_id: ExternalId | None = None


class TopicOut(Living):
    course_id: UUID
    title: str
    position: int


class PlanItem(Schema):
    topic_id: UUID
    sessions: int = Field(1, ge=1, le=100, description="How many classes it takes.")
    note: Text = Field("", max_length=1000)


PlanItems = Annotated[list[PlanItem], Field(max_length=500)]


class NewPlan(Schema):
    course_id: UUID
    title: Name
    items: PlanItems = Field(default_factory=list, description="In the order they are taught.")
    external_id: ExternalId | None = None


class PlanChange(Schema):
    title: Name = LEFT_OUT
    items: PlanItems = LEFT_OUT
    external_id: ExternalId | None = None


class PlanOut(Living):
    course_id: UUID
    title: str
    items: list[PlanItem]


class NewEnrollment(Schema):
    course_id: UUID
    student_id: UUID
    external_id: ExternalId | None = None


class EnrollmentChange(Schema):
    external_id: ExternalId | None = None


class EnrollmentOut(Living):
    course_id: UUID
    student_id: UUID


StaffRole = Annotated[AccessRole, Field(description="admin or ops", examples=["ops"])]


def staff_only(role: AccessRole) -> None:
    if role not in (AccessRole.ADMIN, AccessRole.OPS):
        raise ValueError("a member of staff is admin or ops")


class NewMember(Schema):
    name: Name
    email: Email
    role: StaffRole
    language: Language = "en"
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _staff(self) -> Self:
        staff_only(self.role)
        return self


class MemberChange(Schema):
    name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    role: StaffRole = LEFT_OUT
    language: Language = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT

    @model_validator(mode="after")
    def _staff(self) -> Self:
        if "role" in self.model_fields_set:
            staff_only(self.role)
        return self


class MemberOut(Schema):
    id: UUID
    name: str
    email: str
    role: AccessRole
    language: str
    time_zone: str
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None
