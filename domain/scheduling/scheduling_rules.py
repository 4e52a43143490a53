"""An organization's rules of who teaches which class: weights, rules that are set aside, and what they are read with.

The keys are those of the kinds of rules in `matching.rules`, which this module does not know: it is told them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

Weight = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
Weights = Annotated[
    dict[str, Weight],
    Field(
        max_length=100,
        description="By the key of a soft rule; rules that are left out have their own weight.",
    ),
]
Key = Annotated[str, Field(max_length=100)]
Weekday = Annotated[int, Field(ge=0, le=6)]
MOST_COURSES = 500


class CourseWeights(BaseModel):
    """Weights of the classes of one course, in place of the organization's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    course_id: UUID
    weights: Weights


class Parameters(BaseModel):
    """What the rules are read with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unassigned: float = Field(
        10_000.0,
        ge=1,
        le=1_000_000,
        allow_inf_nan=False,
        description="What a class without an instructor costs a plan. The higher, the more other rules give way to it.",
    )
    known_for_days: int = Field(
        365,
        ge=1,
        le=3_650,
        description="For how many days students and instructors count as known to each other.",
    )
    assume_qualified: bool = Field(
        True,
        description="Whether an instructor of whom no qualification is known may be given every course. It holds for "
        "bookings, slots, quotes, plans and substitutes alike.",
    )
    rest_hours: float = Field(
        0.0,
        ge=0,
        le=24,
        description="Between an instructor's last class of a day and the first of a later one.",
    )
    target_hours_per_week: float | None = Field(
        None, gt=0, le=168, description="What each instructor should teach; `null`: no target."
    )
    unpopular_before: time | None = Field(
        None, description="Classes that start before this wall time of the organization are unpopular."
    )
    unpopular_from: time | None = Field(None, description="And those that start at this wall time or later.")
    unpopular_days: tuple[Weekday, ...] = Field(
        (), max_length=7, description="And all classes on these days; 0 is Monday."
    )
    frozen_hours: int = Field(
        0,
        ge=0,
        le=24 * 90,
        description="Classes that start within these hours keep their instructor in a new plan.",
    )

    def is_unpopular(self, starts_at: datetime, zone: ZoneInfo) -> bool:
        local = starts_at.astimezone(zone)
        at = local.time()
        return (
            local.weekday() in self.unpopular_days
            or (self.unpopular_before is not None and at < self.unpopular_before)
            or (self.unpopular_from is not None and at >= self.unpopular_from)
        )


class SchedulingRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Weights = {}
    disabled: tuple[Key, ...] = Field(
        (), max_length=100, description="Keys of hard rules that are set aside."
    )
    by_course: tuple[CourseWeights, ...] = Field((), max_length=MOST_COURSES)
    parameters: Parameters = Parameters()


@dataclass(frozen=True)
class Known:
    """What rules can name."""

    weighable: Collection[str]  # soft rules
    weighable_by_course: Collection[str]  # those that look at single classes
    disablable: Collection[str]  # hard rules without which a plan can be carried out
    absolute: Collection[str]  # hard rules that always hold
    courses: Collection[UUID] = ()  # in use, of those that are named


@dataclass(frozen=True)
class Problem:
    """What is wrong with rules, at a field such as `weights.cost`."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def problems(rules: SchedulingRules, known: Known) -> list[Problem]:
    """Everything that is wrong with rules. Each message says what is allowed."""
    return list(_problems(rules, known))


def _problems(rules: SchedulingRules, known: Known) -> Iterator[Problem]:
    yield from _unknown("weights", rules.weights, known.weighable)
    for key in sorted(set(rules.disabled)):
        if key in known.absolute:
            yield Problem("disabled", f"{key} always holds; {_allowed('be set aside', known.disablable)}")
        elif key not in known.disablable:
            yield Problem(
                "disabled", f"there is no hard rule {key}; {_allowed('be set aside', known.disablable)}"
            )
    seen: set[UUID] = set()
    for place, own in enumerate(rules.by_course):
        at = f"by_course.{place}"
        if own.course_id in seen:
            yield Problem(f"{at}.course_id", f"course {own.course_id} is listed twice")
        elif own.course_id not in known.courses:
            yield Problem(f"{at}.course_id", f"there is no course {own.course_id} in use")
        seen.add(own.course_id)
        for key in own.weights.keys() & (set(known.weighable) - set(known.weighable_by_course)):
            yield Problem(
                f"{at}.weights.{key}",
                f"{key} looks at all classes of an instructor and has one weight for all courses",
            )
        yield from _unknown(
            f"{at}.weights",
            {key: weight for key, weight in own.weights.items() if key not in known.weighable},
            known.weighable_by_course,
        )
    before, since = rules.parameters.unpopular_before, rules.parameters.unpopular_from
    for name, at_time in (("unpopular_before", before), ("unpopular_from", since)):
        if at_time is not None and at_time.tzinfo is not None:
            yield Problem(f"parameters.{name}", "must be a wall time without an offset")
    if before is not None and since is not None and since.replace(tzinfo=None) <= before.replace(tzinfo=None):
        yield Problem("parameters.unpopular_from", "must be later than unpopular_before")


def _unknown(field: str, weights: Mapping[str, float], allowed: Collection[str]) -> Iterator[Problem]:
    for key in sorted(weights):
        if key not in allowed:
            yield Problem(
                f"{field}.{key}", f"there is no soft rule {key}; {_allowed('have a weight', allowed)}"
            )


def _allowed(what: str, keys: Collection[str]) -> str:
    return f"these can {what}: {', '.join(sorted(keys))}"
