"""Who comes to a class: whether its instructor and its students are there, and what their absence calls for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import NoticeKind
from domain.people.roles import Role
from domain.presence.attendance import Attendance

SIGHTING_DELAY = timedelta(seconds=20)
"""How long it may take until somebody who comes at the last moment is on record. Nobody is reminded before that."""

# From the weakest to the strongest: one that holds replaces those before it.
INSTRUCTOR_PROBLEMS = (
    ExceptionKind.INSTRUCTOR_NOT_CHECKED_IN,
    ExceptionKind.INSTRUCTOR_LATE,
    ExceptionKind.INSTRUCTOR_ABSENT,
)


@dataclass(frozen=True)
class ArrivalRules:
    """The part of a class's policy that says until when its people are expected."""

    check_in_before: timedelta
    instructor_late_after: timedelta
    instructor_absent_after: timedelta
    absent_after: timedelta


class Arrival(StrEnum):
    EXPECTED = "expected"  # not there, and it is too early to miss them, or they have checked in
    HERE = "here"  # has come to the class, or waits for it in the room
    MISSING = "missing"


@dataclass(frozen=True)
class InstructorArrival:
    """`problem` is the case to have open, `reminder` the mail to send, both only while the instructor is missing."""

    arrival: Arrival
    checked_in: bool
    late_by: timedelta = timedelta()  # of who has come
    problem: ExceptionKind | None = None
    reminder: NoticeKind | None = None


def instructor_arrival(
    attended: Iterable[Attendance],
    *,
    starts_at: datetime,
    checked_in: bool,
    rules: ArrivalRules,
    now: datetime,
) -> InstructorArrival:
    """Whether the instructor has come, by the attendance of everybody who teaches the class."""
    came_at = min(
        (at for attendance in attended if (at := came_to_class(attendance, starts_at)) is not None),
        default=None,
    )
    if came_at is not None:
        return InstructorArrival(Arrival.HERE, checked_in, max(came_at - starts_at, timedelta()))
    since_start = now - starts_at
    if since_start < timedelta() and (checked_in or since_start < -rules.check_in_before):
        return InstructorArrival(Arrival.EXPECTED, checked_in)
    return InstructorArrival(
        Arrival.MISSING,
        checked_in,
        problem=_problem(since_start, checked_in, rules),
        reminder=_reminder(since_start),
    )


def _problem(since_start: timedelta, checked_in: bool, rules: ArrivalRules) -> ExceptionKind | None:
    if since_start >= rules.instructor_absent_after:
        return ExceptionKind.INSTRUCTOR_ABSENT
    if since_start >= rules.instructor_late_after:
        return ExceptionKind.INSTRUCTOR_LATE
    return None if checked_in else ExceptionKind.INSTRUCTOR_NOT_CHECKED_IN


def _reminder(since_start: timedelta) -> NoticeKind | None:
    if since_start < timedelta():
        return NoticeKind.CHECK_IN
    return NoticeKind.CLASS_WAITS if since_start >= SIGHTING_DELAY else None


def student_arrivals(
    roles: Mapping[str, Role],
    attendance: Mapping[str, Attendance],
    *,
    starts_at: datetime,
    rules: ArrivalRules,
    now: datetime,
) -> dict[str, bool]:
    """For each student, by identity, whether they have come; empty before it is time to judge."""
    if now < starts_at + rules.absent_after:
        return {}
    return {
        identity: (own := attendance.get(identity)) is not None and came_to_class(own, starts_at) is not None
        for identity, role in roles.items()
        if role == Role.STUDENT
    }


def case_of_all(arrivals: Mapping[str, bool], instructor: InstructorArrival) -> ExceptionKind | None:
    """The kind of the case that stands for all students of a class to which none has come; None: each has their own.

    An instructor who waits alone, or who has not come either, is one cause with one case.
    """
    if not arrivals or any(arrivals.values()):
        return None
    return ExceptionKind.NOBODY_CAME if instructor.arrival == Arrival.HERE else instructor.problem


def came_to_class(attendance: Attendance, starts_at: datetime) -> datetime | None:
    """When the person came to the class that starts then, or to its room if they wait there; None: they have not.

    Who left before the planned start and did not come back has not come.
    """
    times = [span.start for span in attendance.intervals if span.end > starts_at]
    times += [connection.joined_at for connection in attendance.connections if connection.left_at is None]
    return min(times, default=None)
