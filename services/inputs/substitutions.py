"""Inputs of substitutions, of an instructor's absence, and of when instructors can teach."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.scheduling.offers import SubstitutionReason
from services.inputs.fields import Moment, Schema
from services.inputs.people import WallTime

MOST_RULES = 100


class NewSubstitution(Schema):
    instructor_id: UUID | None = Field(
        None, description="The only person to ask. Left out: by the ranking, one after the other."
    )
    broadcast: bool = Field(False, description="Ask everybody who could teach the class at the same time.")
    reason: SubstitutionReason = SubstitutionReason.UNSPECIFIED


class AbsenceIn(Schema):
    """A time in which an instructor cannot teach."""

    starts_at: Moment
    ends_at: Moment
    reason: SubstitutionReason = SubstitutionReason.UNAVAILABLE

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("an absence must end after it starts")
        return self


class HoursIn(Schema):
    start: WallTime
    end: WallTime = Field(description="00:00 is the end of the day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("hours must be wall time in the instructor's time zone, without an offset")
        if self.end <= self.start and self.end.isoformat() != "00:00:00":
            raise ValueError("hours must end after they start")
        return self


class WeeklyHoursIn(HoursIn):
    weekday: Annotated[int, Field(ge=0, le=6, description="0 is Monday.")]


class DayIn(Schema):
    day: date
    hours: list[HoursIn] = Field(max_length=20, description="In place of the weekly ones; empty: none.")


Hours = Annotated[float | None, Field(gt=0, le=168, allow_inf_nan=False)]


class AvailabilityIn(Schema):
    """All of it: what is left out is removed."""

    weekly: list[WeeklyHoursIn] = Field(
        default_factory=list, max_length=MOST_RULES, description="None: every hour will do."
    )
    days: list[DayIn] = Field(default_factory=list, max_length=MOST_RULES)
    leave: list[AbsenceIn] = Field(default_factory=list, max_length=MOST_RULES)
    buffer_minutes: int = Field(0, ge=0, le=240, description="Between two classes.")
    most_hours_per_day: Hours = None
    most_hours_per_week: Hours = None
    extra_hours_up_to: Hours = Field(
        None,
        description="Hours of teaching in a week up to which the instructor takes open classes. Null: none.",
    )
    hourly_cost: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    alert_channel_id: UUID | None = Field(
        None, description="Offers to teach are told to this alert channel as well, with the link to answer."
    )
