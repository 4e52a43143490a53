"""An organization's rules for what families and instructors may change themselves: what, until when, how far ahead."""

from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from domain.scheduling.availability import Hours, WeeklyHours

Notice = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=30))]


def _without_offset(at: time) -> time:
    if at.tzinfo:
        raise ValueError("must be wall time of the student, without an offset")
    return at


WallTime = Annotated[
    time,
    AfterValidator(_without_offset),
    # JSON Schema's format `time` requires an offset, which a wall time lacks.
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}),
]
# Between the page that says what a cancellation counts as, and the cancellation.
_GRACE = timedelta(minutes=5)


class SelfServicePolicy(BaseModel):
    """Families change classes in which all students are their own; instructors change who teaches their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    families_move: bool = Field(False, description="Whether families may move a class.")
    families_cancel: bool = Field(False, description="Whether families may cancel a class.")
    move_until: Notice = Field(
        timedelta(hours=24),
        description="How long before its start a class can last be moved, and is moved to.",
    )
    free_until: Notice = Field(
        timedelta(hours=24), description="A class cancelled closer to its start counts as cancelled late."
    )
    ahead: Annotated[timedelta, Field(ge=timedelta(days=1), le=timedelta(days=60))] = Field(
        timedelta(days=14), description="How far ahead a class can be moved to."
    )
    most_moves: Annotated[int, Field(ge=1, le=20)] = Field(
        2, description="A class that was moved this often can't be moved by its family again."
    )
    offered_from: WallTime = Field(
        time(7),
        description="Families are offered times from this hour on, in wall time of the student. Students with "
        "`class_hours` of their own are offered those.",
    )
    offered_until: WallTime = Field(
        time(21), description="And classes that end by this hour; 00:00 is the end of the day."
    )
    other_instructors: bool = Field(
        False, description="Whether families may move a class to a time at which only others can teach it."
    )
    instructors_swap: bool = Field(
        True, description="Whether instructors may swap classes, and give one to a colleague who agrees."
    )
    swap_until: Notice = Field(
        timedelta(hours=2),
        description="How long before the first of the classes a swap can last be accepted.",
    )
    instructors_take: bool = Field(
        True,
        description="Whether instructors who accept extra hours may take classes that look for somebody.",
    )

    @field_validator("offered_until")
    @classmethod
    def _after_the_start(cls, until: time, info: ValidationInfo) -> time:
        start = info.data.get("offered_from")
        if start is not None and until <= start and until != time():
            raise ValueError("must be after offered_from")
        return until

    @property
    def offered_hours(self) -> tuple[WeeklyHours, ...]:
        """In wall time of a student, the hours of each day at which families are offered times."""
        return tuple(WeeklyHours(day, Hours(self.offered_from, self.offered_until)) for day in range(7))

    @property
    def leaves_no_time(self) -> bool:
        """Whether families may move classes, but to no time: they can be moved less far ahead than is too late."""
        return self.families_move and self.move_until >= self.ahead

    def may_move(self, starts_at: datetime, moves: int, now: datetime) -> bool:
        """`moves` is how often the class was moved so far, by whomever."""
        return self.families_move and moves < self.most_moves and now <= starts_at - self.move_until

    def may_cancel(self, starts_at: datetime, now: datetime) -> bool:
        return self.families_cancel and now < starts_at

    def is_late(self, starts_at: datetime, now: datetime) -> bool:
        """Whether a cancellation at this time is late."""
        return now > starts_at - self.free_until

    def counts_as_late(self, starts_at: datetime, now: datetime) -> bool:
        """As `is_late`, for a cancellation whose family saw the answer a moment before."""
        return self.is_late(starts_at, now - _GRACE)

    def may_swap(self, starts_at: datetime, now: datetime) -> bool:
        """`starts_at` is the start of the first class that would change hands."""
        return self.instructors_swap and now < starts_at - self.swap_until
