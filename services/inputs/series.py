"""Inputs that create and change series of classes."""

from datetime import time
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from domain.scheduling.recurrence import MAX_TEXT
from domain.sessions.cancellations import CancelReason
from services.inputs import patterns
from services.inputs.fields import LEFT_OUT, Day, Ids, Name, Schema, TimeZone, WallTime
from services.inputs.sessions import OverrideReason

Recurrence = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT, pattern=patterns.LINE),
    Field(
        description="A recurrence rule of iCalendar: daily, weekly or monthly, such as `FREQ=WEEKLY;BYDAY=TU,TH`. "
        "Without COUNT and UNTIL the series goes on until it is ended.",
        examples=["FREQ=WEEKLY;BYDAY=TU,TH;COUNT=24"],
    ),
]
TimeOfDay = Annotated[
    time,
    AfterValidator(lambda value: value.replace(microsecond=0, tzinfo=None)),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": patterns.TIME_OF_DAY,
            "description": "Wall time at which classes start.",
            "examples": ["17:00:00"],
        }
    ),
]
Minutes = Annotated[int, Field(ge=1, le=12 * 60)]


class NewSeries(Schema):
    course_id: UUID
    instructor_id: UUID | None = Field(
        None, description="Left out: an instructor is found for each class when the term is planned."
    )
    title: Name | None = Field(None, description="Left out: the course's title.")
    starts_at: WallTime = Field(description="Start of the first class, on clocks in `time_zone`.")
    minutes: Minutes = 60
    recurrence: Recurrence
    time_zone: TimeZone | None = Field(None, description="Left out: the organization's.")
    student_ids: Ids | None = Field(
        None,
        max_length=500,
        description="Left out: everybody enrolled in the course when each class is booked.",
    )
    left_out: list[Day] = Field(
        default_factory=list, max_length=200, description="Days without a class, such as holidays."
    )
    override_reason: OverrideReason = None


class SeriesChange(Schema):
    """What is left out stays as it is."""

    from_day: Day = Field(description="Classes that are planned for this day or later change.")
    starts: TimeOfDay = LEFT_OUT
    minutes: Minutes = LEFT_OUT
    recurrence: Recurrence = LEFT_OUT
    instructor_id: UUID | None = Field(None, description="Null: an instructor is to be found for each class.")
    add_student_ids: Ids = Field(
        default_factory=list, max_length=100, description="Of a series that names its students."
    )
    remove_student_ids: Ids = Field(
        default_factory=list, max_length=100, description="Of a series that names its students."
    )


class SeriesEnd(Schema):
    last_day: Day = Field(description="Classes after this day are cancelled.")
    reason: CancelReason = Field(
        CancelReason.UNSPECIFIED, description="Named to families and instructors, unless it is `unspecified`."
    )


class OccurrenceMove(Schema):
    starts_at: WallTime = Field(description="The new start, on clocks in the time zone of the series.")
    minutes: Minutes = LEFT_OUT


class OccurrenceCancellation(Schema):
    reason: CancelReason = Field(
        CancelReason.UNSPECIFIED, description="Named to families and instructors, unless it is `unspecified`."
    )
