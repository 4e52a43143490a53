"""Random small schools for property tests, in which every kind of rule binds now and then."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from matching.problem import ClassToStaff, Instructor, Problem, Relationship, RuleSettings
from tests.matching.building import MONDAY, a_class, an_instructor, instructor_id, knows, span, student_id

SUBJECTS = ("Mathematics", "Physics")
ZONES = ("UTC", "Asia/Tokyo", "America/New_York")
HOUR = timedelta(hours=1)
_STUDENTS = 6


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def classes(draw: st.DrawFn, number: int, instructors: int, *, pins: bool) -> ClassToStaff:
    start = draw(st.integers(0, 2)) * 24 + draw(st.integers(16, 40)) / 2
    student = draw(st.integers(0, _STUDENTS - 1))
    someone = maybe(st.integers(0, instructors - 1).map(instructor_id))
    return a_class(
        number,
        start,
        start + draw(st.sampled_from((0.5, 0.75, 1.0, 1.5))),
        subject=draw(st.sampled_from(SUBJECTS)),
        certificates=draw(st.sampled_from((frozenset[str](), frozenset({"first aid"})))),
        background_check=draw(st.booleans()),
        region=draw(st.sampled_from(("", "eu"))),
        students=(student_id(student), student_id((student + 1) % _STUDENTS)),
        student_windows=draw(st.sampled_from((None, None, None, (), (span(0, 60),)))),
        unpopular=draw(st.sampled_from((0.0, 1.0))),
        previous_instructor_id=draw(someone),
        published_instructor_id=draw(someone),
        pinned_instructor_id=draw(someone) if pins and draw(st.integers(0, 4)) == 0 else None,
    )


@st.composite
def instructors(draw: st.DrawFn, number: int) -> Instructor:
    start, length = draw(st.integers(6, 12)), draw(st.integers(4, 14))
    hours = tuple(span(24 * day + start, 24 * day + start + length) for day in range(3))
    limit = maybe(st.integers(1, 6).map(lambda hours: hours * HOUR))
    return an_instructor(
        number,
        zone=draw(st.sampled_from(ZONES)),
        available=draw(st.sampled_from((None, hours))),
        qualifications=frozenset((one, "") for one in draw(st.sets(st.sampled_from(SUBJECTS), min_size=1))),
        certificates=draw(st.sampled_from(({}, {"first aid": None}, {"first aid": MONDAY + 40 * HOUR}))),
        background_check_until=draw(maybe(st.sampled_from((MONDAY + 30 * HOUR, MONDAY + 300 * HOUR)))),
        regions=draw(st.sampled_from((frozenset[str](), frozenset({"eu"})))),
        buffer=draw(st.sampled_from((0, 15, 60))) * timedelta(minutes=1),
        rest=draw(st.sampled_from((0, 11, 14))) * HOUR,
        most_per_day=draw(limit),
        most_per_week=draw(limit),
        target=draw(limit),
        hourly_cost=float(draw(st.integers(10, 40))),
        experience=draw(st.sampled_from((0.0, 0.5, 1.0))),
    )


@st.composite
def relationships(draw: st.DrawFn, instructors: int) -> Relationship:
    return knows(
        draw(st.integers(0, _STUDENTS - 1)),
        draw(st.integers(0, instructors - 1)),
        classes_taught=draw(st.integers(0, 2)),
        quality=draw(maybe(st.sampled_from((0.0, 0.5, 1.0)))),
        family_preference=draw(st.sampled_from((-1.0, 0.0, 1.0))),
        do_not_pair=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def schools(draw: st.DrawFn, *, pins: bool = True) -> Problem:
    count = draw(st.integers(1, 5))
    return Problem(
        [draw(classes(n, count, pins=pins)) for n in range(draw(st.integers(1, 12)))],
        [draw(instructors(n)) for n in range(count)],
        draw(st.lists(relationships(count), max_size=8)),
        RuleSettings(),
    )
