"""What a plan is made from: classes, instructors, what is known of both, and how much each rule counts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.errors import InvalidInput
from domain.intervals import Interval


@dataclass(frozen=True)
class ClassToStaff:
    """A class at its time, and what it asks of its instructor. Times are aware; ids are the product's.

    The time is given: that students and rooms are not booked twice is for whoever chose it.
    """

    id: UUID
    starts_at: datetime
    ends_at: datetime
    subject: str
    level: str = ""
    language: str = ""  # empty: any
    certificates: frozenset[str] = frozenset()  # all are needed until the class ends
    background_check: bool = False
    region: str = ""  # empty: any
    consents: frozenset[str] = frozenset()  # what the instructor must have consented to, such as recording
    course_id: UUID | None = None
    students: tuple[UUID, ...] = ()
    new_students: int = 0  # of the students: their first classes
    student_windows: tuple[Interval, ...] | None = None  # when all students can; None: at any time
    unpopular: float = 0.0  # 0: a usual hour, 1: one that nobody wants
    previous_instructor_id: UUID | None = None  # who taught the class before in its series or course
    published_instructor_id: UUID | None = None  # in the plan that people have been told
    pinned_instructor_id: UUID | None = None  # kept whatever the rules say
    priority: float = 1.0  # multiplies the penalty of leaving the class without instructor


class TakenTime(NamedTuple):
    """Time of an instructor that is none of the plan's, such as a class of the week before, or a hold.

    It counts for overlaps, rests, hours and loads as a pinned class does, and costs nothing by itself.
    """

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Instructor:
    """What an instructor may and can teach. Days and weeks are those of `zone`."""

    id: UUID
    zone: str = "UTC"
    available: tuple[Interval, ...] | None = None  # in any zone; None: at any time
    qualifications: frozenset[tuple[str, str]] = (
        frozenset()
    )  # subject and level; an empty level is every level
    languages: frozenset[str] = frozenset()
    certificates: Mapping[str, datetime | None] = field(default_factory=dict)  # until when; None: for ever
    background_check_until: datetime | None = None  # None: there is no check
    regions: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    buffer: timedelta = timedelta()  # between two classes
    rest: timedelta = timedelta()  # between the last class of a day and the first of a later one
    most_per_day: timedelta | None = None
    most_per_week: timedelta | None = None
    target: timedelta | None = None  # of teaching within the plan; None: no target
    hourly_cost: float = 0.0
    preferred: tuple[Interval, ...] = ()  # when they like to teach; empty: no preference
    experience: float = 0.5  # with new students, from 0 to 1


@dataclass(frozen=True)
class Relationship:
    """What is known of a student with an instructor."""

    student_id: UUID
    instructor_id: UUID
    classes_taught: int = 0
    quality: float | None = None  # from 0 (bad) to 1 (good); None: unknown
    family_preference: float = 0.0  # from -1 (rather not) to 1 (wanted)
    do_not_pair: bool = False


@dataclass(frozen=True)
class RuleSettings:
    """How much each soft rule counts, by its key, and which hard rules are set aside.

    A weight multiplies what the rule's file calls its cost. `weights_by_course` holds for classes of that course, for
    all rules but those on an instructor's whole load. Raises InvalidInput for a weight below 0.
    """

    weights: Mapping[str, float] = field(default_factory=dict)  # of rules that are not named: their default
    weights_by_course: Mapping[UUID, Mapping[str, float]] = field(default_factory=dict)
    disabled: frozenset[str] = frozenset()
    unassigned: float = 10_000.0  # the penalty of a class of priority 1 without instructor

    def __post_init__(self) -> None:
        weights = (self.weights, *self.weights_by_course.values())
        for key, weight in (pair for own in weights for pair in own.items()):
            if not 0 <= weight < math.inf:
                raise InvalidInput(f"the weight of {key} is not a number from 0")
        if not 0 < self.unassigned < math.inf:
            raise InvalidInput("the penalty of a class without instructor is not a number above 0")

    @property
    def named(self) -> set[str]:
        """The keys of all rules that the settings speak of."""
        return {
            *self.weights,
            *self.disabled,
            *(key for own in self.weights_by_course.values() for key in own),
        }


@dataclass(frozen=True)
class Problem:
    """Raises InvalidInput where ids repeat, times are naive or end before they begin, or a pin names nobody."""

    classes: Sequence[ClassToStaff]
    instructors: Sequence[Instructor]
    relationships: Sequence[Relationship] = ()
    settings: RuleSettings = field(default_factory=RuleSettings)
    taken: Mapping[UUID, Sequence[TakenTime]] = field(default_factory=dict)  # by instructor

    @property
    def spans(self) -> Sequence[ClassToStaff | TakenTime]:
        """The classes, then the time that is taken."""
        return [*self.classes, *(one for own in self.taken.values() for one in own)]

    def __post_init__(self) -> None:
        instructors = {one.id for one in self.instructors}
        if len(instructors) < len(self.instructors):
            raise InvalidInput("an instructor is listed twice")
        if len({one.id for one in self.classes}) < len(self.classes):
            raise InvalidInput("a class is listed twice")
        for one in self.spans:
            if one.starts_at.tzinfo is None or one.ends_at.tzinfo is None:
                raise InvalidInput(f"class {one.id} has a time without a zone")
            if one.starts_at >= one.ends_at:
                raise InvalidInput(f"class {one.id} ends before it begins")
        pins = {one.pinned_instructor_id for one in self.classes} - {None}
        if not instructors.issuperset(pins | self.taken.keys()):
            raise InvalidInput("a class is pinned to an instructor who is not listed")
