"""Who has come to a class: the problem and the reminder of a missing instructor by time, and the missing students."""

from datetime import timedelta

import pytest

from domain.cases.kinds import ExceptionKind as K
from domain.notices.kinds import NoticeKind as N
from domain.people.roles import Role
from domain.presence.arrivals import (
    SIGHTING_DELAY,
    Arrival,
    ArrivalRules,
    InstructorArrival,
    instructor_arrival,
    student_arrivals,
)
from domain.presence.attendance import fold_attendance
from domain.presence.events import SessionEvent
from tests.domain.session_events import at, joined, left

pytestmark = pytest.mark.unit

MINUTE = timedelta(minutes=1)
RULES = ArrivalRules(
    check_in_before=10 * MINUTE,
    instructor_late_after=2 * MINUTE,
    instructor_absent_after=5 * MINUTE,
    absent_after=5 * MINUTE,
)
START = at(0)


def instructor(now: timedelta, *events: SessionEvent, checked_in: bool = False) -> InstructorArrival:
    attended = fold_attendance(events, until=None)
    return instructor_arrival(
        attended.values(), starts_at=START, checked_in=checked_in, rules=RULES, now=START + now
    )


@pytest.mark.parametrize(
    ("now", "problem", "reminder"),
    [
        (-11 * MINUTE, None, None),
        (-10 * MINUTE, K.INSTRUCTOR_NOT_CHECKED_IN, N.CHECK_IN),
        (timedelta(), K.INSTRUCTOR_NOT_CHECKED_IN, None),
        (SIGHTING_DELAY, K.INSTRUCTOR_NOT_CHECKED_IN, N.CLASS_WAITS),
        (2 * MINUTE, K.INSTRUCTOR_LATE, N.CLASS_WAITS),
        (5 * MINUTE, K.INSTRUCTOR_ABSENT, N.CLASS_WAITS),
        (50 * MINUTE, K.INSTRUCTOR_ABSENT, N.CLASS_WAITS),
    ],
)
def test_a_missing_instructor_is_a_stronger_problem_as_time_goes(
    now: timedelta, problem: K | None, reminder: N | None
) -> None:
    found = instructor(now)
    assert (found.problem, found.reminder) == (problem, reminder)


@pytest.mark.parametrize(
    ("now", "problem", "reminder"),
    [
        (-10 * MINUTE, None, None),
        (SIGHTING_DELAY, None, N.CLASS_WAITS),
        (2 * MINUTE, K.INSTRUCTOR_LATE, N.CLASS_WAITS),
        (5 * MINUTE, K.INSTRUCTOR_ABSENT, N.CLASS_WAITS),
    ],
)
def test_who_has_checked_in_is_missed_from_the_start_on(
    now: timedelta, problem: K | None, reminder: N | None
) -> None:
    found = instructor(now, checked_in=True)
    assert (found.problem, found.reminder) == (problem, reminder)


def test_who_waits_in_the_room_needs_no_check_in() -> None:
    found = instructor(-10 * MINUTE, joined("iris", "PA_1", -700))
    assert found == InstructorArrival(Arrival.HERE, checked_in=False)


def test_lateness_is_measured_from_the_planned_start() -> None:
    found = instructor(10 * MINUTE, joined("iris", "PA_1", 250), left("iris", "PA_1", 300))
    assert (found.arrival, found.late_by) == (Arrival.HERE, timedelta(seconds=250))
    early = instructor(10 * MINUTE, joined("iris", "PA_1", -60), left("iris", "PA_1", 300))
    assert (early.arrival, early.late_by) == (Arrival.HERE, timedelta())


def test_who_left_before_the_start_is_missing() -> None:
    found = instructor(3 * MINUTE, joined("iris", "PA_1", -60), left("iris", "PA_1", -10))
    assert found.problem == K.INSTRUCTOR_LATE


def test_a_class_that_nobody_is_booked_to_teach_misses_its_instructor() -> None:
    assert instructor(5 * MINUTE).problem == K.INSTRUCTOR_ABSENT


def test_students_are_judged_after_their_own_time() -> None:
    roles = {"iris": Role.INSTRUCTOR, "ana": Role.STUDENT, "ben": Role.STUDENT, "olga": Role.OBSERVER}
    attended = fold_attendance([joined("ana", "PA_1", 20)], until=None)
    early, due = START + 4 * MINUTE, START + 5 * MINUTE
    assert student_arrivals(roles, attended, starts_at=START, rules=RULES, now=early) == {}
    assert student_arrivals(roles, attended, starts_at=START, rules=RULES, now=due) == {
        "ana": True,
        "ben": False,
    }
