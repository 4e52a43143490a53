"""Organizations, people, courses."""

from datetime import time, timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.common import Email, Ids, Language, Name, Schema, Text, TimeZone


class NewOrganization(Schema):
    name: Name
    time_zone: TimeZone = "UTC"
    language: Language = "en"


class OrganizationMade(Schema):
    id: UUID
    api_key: str = Field(description="Shown this once; only its hash is kept.")


class NewGuardian(Schema):
    name: Name
    email: Email
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    quiet_from: time | None = Field(
        None, description="Wall time in `time_zone`; what can wait is sent after `quiet_until`."
    )
    quiet_until: time | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need both quiet_from and quiet_until")
        if (self.quiet_from and self.quiet_from.tzinfo) or (self.quiet_until and self.quiet_until.tzinfo):
            raise ValueError("quiet hours are wall time in `time_zone`, without an offset of their own")
        return self


class NewStudent(Schema):
    name: Name
    guardian_ids: Ids = Field(default_factory=list, max_length=10)
    time_zone: TimeZone = "UTC"


class NewInstructor(Schema):
    name: Name
    email: Email
    language: Language = "en"
    time_zone: TimeZone = "UTC"


class NewCourse(Schema):
    title: Name
    subject: Name
    level: Text = Field("", max_length=100)
    topics: list[Name] = Field(default_factory=list, max_length=500)


class CourseMade(Schema):
    id: UUID
    topic_ids: list[UUID]


class NewEnrollment(Schema):
    course_id: UUID
    student_id: UUID


class PolicyChange(Schema):
    """Only what is given changes. Durations are ISO 8601 (`PT15M`) or seconds."""

    reminders_before: list[timedelta] | None = Field(None, max_length=4)
    briefing_before: timedelta | None = None
    room_before: timedelta | None = None
    grace_after_end: timedelta | None = None
    empty_room_for: timedelta | None = None
    review_within: timedelta | None = None
    review_abandoned_after: timedelta | None = None
    segment_seconds: int | None = None
    languages: list[Language] | None = None
