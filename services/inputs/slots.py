"""Inputs of slots and quotes: what could be booked, when, and by whom it could be taught."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.inputs.fields import Ids, Level, Moment, Schema, Text

MOST_DAYS = 31
MOST_EXPLAINED = 50
_MOST, _WEEK = timedelta(days=MOST_DAYS), timedelta(days=7)
Length = Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(hours=12), examples=["PT1H"])]


class SlotQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    course_id: UUID | None = Field(None, description="Left out: the class is of `subject`.")
    subject: Text | None = Field(None, min_length=1, max_length=200)
    level: Level | None = None
    student_ids: Ids = Field(
        default_factory=list, max_length=50, description="Left out: everybody enrolled in the course."
    )
    instructor_id: UUID | None = Field(None, description="The only instructor to look at.")
    start: Moment | None = Field(
        None, validation_alias="from", description="The first start; now by default."
    )
    end: Moment | None = Field(
        None,
        validation_alias="to",
        description=f"By when classes end; at most {MOST_DAYS} days after `from`, a week by default.",
    )
    length: Length = timedelta(hours=1)
    step: Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(days=7))] = Field(
        timedelta(minutes=15), description="Between two starts; the first is `from`."
    )
    for_families: bool = Field(
        False,
        description="Only times that families are offered: students without `class_hours` have those of the "
        "self-service policy (`offered_from`, `offered_until`).",
    )
    explain: bool = Field(
        False, description="List each start, also those that can't be booked, and say why others can't teach."
    )
    limit: int = Field(
        50, ge=1, le=200, description=f"Slots; with `explain` at most {MOST_EXPLAINED} are listed."
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if (self.course_id is None) == (self.subject is None):
            raise ValueError("give either course_id or subject")
        if self.start and self.end and not self.start < self.end <= self.start + _MOST:
            raise ValueError(f"to must be after from, by at most {MOST_DAYS} days")
        return self

    @property
    def most(self) -> int:
        return min(self.limit, MOST_EXPLAINED) if self.explain else self.limit

    def first_start(self, now: datetime) -> datetime:
        """`from`, or where that is over the next start after now; by default the next full quarter of an hour."""
        if self.start is None:
            return datetime.fromtimestamp(-(-now.timestamp() // 900) * 900, now.tzinfo)
        if self.start > now:
            return self.start
        return self.start + ((now - self.start) // self.step + 1) * self.step

    def last_end(self, first: datetime) -> datetime:
        """By when classes end, if the first starts then."""
        return min(self.end or first + _WEEK, first + _MOST)


class QuoteIn(Schema):
    course_id: UUID
    student_ids: Ids | None = Field(
        None, max_length=50, description="Left out: everybody enrolled in the course."
    )
    starts_at: Moment
    ends_at: Moment
