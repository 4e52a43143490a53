"""The hard rules that a booking keeps, and the sentence that says why each refuses it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.scheduling.candidates import ABSOLUTE, Candidate, ClassToTeach, WhyNot, why_not
from domain.scheduling.closures import closing
from domain.scheduling.credentials import Requirement, unmet

# What a booking can set aside with a reason. Nobody teaches two classes at once, whatever the reason.
OVERRIDABLE = tuple(rule for rule in WhyNot if rule not in ABSOLUTE)
# What a booking is refused by: a reason doesn't make a person teach a student whom they must not teach.
_KEPT = frozenset({*OVERRIDABLE, WhyNot.DO_NOT_PAIR})
# What is entered for single days, often after a series began: the reason of a series does not foresee it.
OF_SINGLE_DAYS = frozenset({WhyNot.CLOSED, WhyNot.ON_LEAVE, WhyNot.BUSY_ELSEWHERE})
# What a class is refused by whoever teaches it: it looks at the time alone.
OF_THE_TIME = frozenset({WhyNot.STUDENT_WINDOW, WhyNot.CLOSED})
A_STUDENT = "a student of the class"  # in place of names that are not known
_REQUIREMENTS = {WhyNot(kind): kind for kind in Requirement}


def broken_rules(wanted: ClassToTeach, instructor: Candidate) -> tuple[WhyNot, ...]:
    """The rules that bind, in the order in which they are named. Clashes with other classes are not among them."""
    return tuple(rule for rule in why_not(wanted, instructor) if rule in _KEPT)


@dataclass(frozen=True)
class Override:
    """Why rules are set aside: for one class, or for all classes of a series."""

    reason: str
    of_series: bool = False


def can_be_set_aside(rules: Iterable[str], *, of_series: bool = False) -> bool:
    """Whether a reason sets all of these rules aside; `of_series`: one that is given once for all its classes."""
    kept = ABSOLUTE | OF_SINGLE_DAYS if of_series else ABSOLUTE
    return not kept.intersection(rules)


def sentence(
    rule: WhyNot,
    who: str,
    wanted: ClassToTeach,
    instructor: Candidate,
    students: Mapping[UUID, str] | None = None,
) -> str:
    """Why the rule refuses the class, in plain English.

    `who` is the instructor's name, or a word for them; `students` are the names of those of the class.
    """
    if kind := _REQUIREMENTS.get(rule):
        return f"{who} {unmet(wanted.requirements, instructor.credentials, wanted.ends_at)[kind]}."
    if rule == WhyNot.CLOSED and (closed := closing(wanted.closed, wanted.starts_at, wanted.ends_at)):
        return closed.refusal
    times = instructor.availability
    zone = ZoneInfo(times.zone)
    starts, ends = wanted.starts_at.astimezone(zone), wanted.ends_at.astimezone(zone)
    if rule == WhyNot.NOT_QUALIFIED:
        level = f", {wanted.level}" if wanted.level else ""
        return f"{who} isn't qualified to teach {wanted.subject}{level}."
    if rule == WhyNot.ON_LEAVE:
        return f"{who} is on leave at that time."
    if rule == WhyNot.NOT_AVAILABLE:
        return f"{who} doesn't teach on {starts:%A} from {starts:%H:%M} to {ends:%H:%M}, {times.zone} time."
    if rule == WhyNot.BUSY:
        return f"{who} has another class at that time, or is held for one."
    if rule == WhyNot.BUSY_ELSEWHERE:
        return f"{who} is busy at that time, as their own calendar says."
    if rule == WhyNot.NO_BUFFER:
        return f"{who} needs {_minutes(times.buffer)} min between two classes."
    if rule == WhyNot.STUDENT_WINDOW:
        return outside_hours_of(_named(wanted.closed_to, students))
    if rule == WhyNot.DO_NOT_PAIR:
        return must_not_teach(who, _named(instructor.kept_apart, students))
    if rule == WhyNot.REST:
        return f"{who} needs {_hours(times.rest)} h of rest between the classes of two days."
    if rule == WhyNot.HOURS_OF_DAY:
        return f"{who} would teach more than {_hours(times.most_per_day)} h on that day."
    return f"{who} would teach more than {_hours(times.most_per_week)} h in that week."


def outside_hours_of(students: str) -> str:
    """Why these students, named in a list, can't be in a class at its time."""
    return f"That is outside the hours at which {students} can have classes."


def must_not_teach(who: str, students: str) -> str:
    """Why an instructor can't have a class with these students, named in a list."""
    return f"{who} must not teach {students}."


def _named(keys: Sequence[UUID], students: Mapping[UUID, str] | None) -> str:
    """The names of these students, as a list in a sentence."""
    names = [students[key] for key in keys if key in students] if students else []
    if len(names) < len(keys):
        return A_STUDENT
    return listed(names)


def listed(names: Iterable[str]) -> str:
    """Names as a list in a sentence; empty without any."""
    *others, last = [*names] or [""]
    return " and ".join(part for part in (", ".join(others), last) if part)


def _minutes(length: timedelta) -> int:
    return round(length / timedelta(minutes=1))


def _hours(most: timedelta | None) -> str:
    return f"{(most or timedelta()) / timedelta(hours=1):g}"
