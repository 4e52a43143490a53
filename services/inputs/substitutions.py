"""Inputs of substitutions, of an instructor's absence, and of when instructors can teach."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.scheduling.offers import SubstitutionReason
from services.inputs.fields import Day, Moment, Schema
from services.inputs.people import HoursIn, WeeklyHoursIn

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


class DayIn(Schema):
    day: Day
    hours: list[HoursIn] = Field(max_length=20, description="In place of the weekly ones; empty: none.")


Hours = Annotated[float | None, Field(gt=0, le=168, allow_inf_nan=False)]


class AvailabilityIn(Schema):
    """All of it: what is left out is removed."""

    weekly: list[WeeklyHoursIn] = Field(
        default_factory=list, max_length=MOST_RULES, description="None: every hour will do."
    )
    days: list[DayIn] = Field(default_factory=list, max_length=MOST_RULES)
    preferred: list[WeeklyHoursIn] = Field(
        default_factory=list,
        max_length=MOST_RULES,
        description="The hours at which they like best to teach. None: no preference.",
    )
    leave: list[AbsenceIn] = Field(default_factory=list, max_length=MOST_RULES)
    buffer_minutes: int = Field(0, ge=0, le=240, description="Between two classes.")
    most_hours_per_day: Hours = None
    most_hours_per_week: Hours = None
    target_hours_per_week: Hours = Field(
        None,
        description="What they are to teach; `null`: the target of the scheduling rules, if there is one.",
    )
    extra_hours_up_to: Hours = Field(
        None,
        description="Hours of teaching in a week up to which the instructor takes open classes. Null: none.",
    )
    hourly_cost: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    alert_channel_id: UUID | None = Field(
        None, description="Offers to teach are told to this alert channel as well, with the link to answer."
    )
