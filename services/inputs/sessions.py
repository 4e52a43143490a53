"""Inputs that book a class, and those of the commands to it."""

from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from domain.sessions.cancellations import CancelReason
from services.inputs import patterns
from services.inputs.fields import ExternalId, Ids, Level, Moment, Name, Schema, Text, TimeZone

OverrideReason = Annotated[
    Text | None,
    Field(
        min_length=1,
        max_length=500,
        description="Why hard rules are set aside: the instructor's qualifications, hours, leave, rest or limits, and "
        "the students' hours. It is in the audit log. Left out: a class that breaks one is refused with "
        "`instructor-unavailable`. No reason makes an instructor teach a student whom they must not teach.",
    ),
]


class NewSession(Schema):
    course_id: UUID
    instructor_id: UUID
    starts_at: Moment
    ends_at: Moment
    student_ids: Ids | None = Field(
        None,
        max_length=500,
        description="Left out: those of the hold, or without one everybody enrolled in the course.",
    )
    hold_id: UUID | None = Field(
        None, description="A hold of this time, which the booking takes over: `POST /v1/holds`."
    )
    topic_ids: Ids = Field(default_factory=list, max_length=50)
    time_zone: TimeZone | None = Field(
        None, description="Zone the class is planned in; the organization's by default."
    )
    external_id: ExternalId | None = None
    override_reason: OverrideReason = None


class NewHold(Schema):
    course_id: UUID | None = Field(None, description="Left out: the class is of `subject`.")
    subject: Text | None = Field(None, min_length=1, max_length=200, description="Without a course.")
    level: Level | None = Field(None, description="Of the subject.")
    instructor_id: UUID
    student_ids: Ids | None = Field(
        None,
        max_length=500,
        description="Left out: everybody enrolled in the course; without a course, the instructor's time alone.",
    )
    starts_at: Moment
    ends_at: Moment
    ttl: timedelta = Field(
        timedelta(minutes=10),
        ge=timedelta(seconds=30),
        le=timedelta(hours=24),
        description="How long the time is held; ISO 8601.",
        examples=["PT10M"],
    )

    @model_validator(mode="after")
    def _of_course_or_subject(self) -> Self:
        if (self.course_id is None) == (self.subject is None):
            raise ValueError("give either course_id or subject")
        if self.course_id and self.level is not None:
            raise ValueError("level goes with subject: a course has its own")
        return self


class AddedStudents(Schema):
    student_ids: Ids = Field(min_length=1, max_length=500)
    override_reason: OverrideReason = None


class Move(Schema):
    starts_at: Moment
    ends_at: Moment
    override_reason: OverrideReason = None


class NewEnd(Schema):
    ends_at: Moment


class Reason(Schema):
    reason: CancelReason = Field(
        CancelReason.UNSPECIFIED, description="Named to families and instructors, unless it is `unspecified`."
    )


class SubstituteIn(Schema):
    instructor_id: UUID | None = Field(None, description="The only person to ask. Left out: by the ranking.")


class RenewalIn(Schema):
    keep_in_room: bool = Field(
        False, description="Leave the person in the room if they joined with the earlier link."
    )


class NewGuest(Schema):
    name: Name


class RoomMessage(Schema):
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=patterns.TEXT),
    ]
