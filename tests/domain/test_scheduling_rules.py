"""Scheduling rules are checked with errors that name the rule and say what is allowed; hours are read in wall time."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.intervals import Interval
from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours
from domain.scheduling.scheduling_rules import CourseWeights, Known, Parameters, SchedulingRules, problems

pytestmark = pytest.mark.unit

COURSE = uuid4()
KNOWN = Known(("cost", "load"), ("cost",), ("rest",), ("busy",), {COURSE})
MONDAY = datetime(2030, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def found(**rules: object) -> list[str]:
    return [str(one) for one in problems(SchedulingRules.model_validate(rules), KNOWN)]


def test_what_is_known_has_no_problem() -> None:
    own = CourseWeights(course_id=COURSE, weights={"cost": 0})
    assert found(weights={"cost": 3, "load": 1}, disabled=["rest"], by_course=[own]) == []


def test_each_problem_names_the_rule_and_what_is_allowed() -> None:
    other = uuid4()
    assert found(
        weights={"price": 1},
        disabled=["busy", "sleep"],
        by_course=[
            {"course_id": other, "weights": {"load": 1}},
            {"course_id": COURSE, "weights": {"price": 1}},
            {"course_id": COURSE, "weights": {}},
        ],
        parameters={"unpopular_before": "09:00", "unpopular_from": "08:00"},
    ) == [
        "weights.price: there is no soft rule price; these can have a weight: cost, load",
        "disabled: busy always holds; these can be set aside: rest",
        "disabled: there is no hard rule sleep; these can be set aside: rest",
        f"by_course.0.course_id: there is no course {other} in use",
        "by_course.0.weights.load: load looks at all classes of an instructor and has one weight for all courses",
        "by_course.1.weights.price: there is no soft rule price; these can have a weight: cost",
        f"by_course.2.course_id: course {COURSE} is listed twice",
        "parameters.unpopular_from: must be later than unpopular_before",
    ]


def test_a_weight_is_a_number_from_0() -> None:
    for weight in (-1, float("nan"), float("inf"), 10_001):
        with pytest.raises(ValidationError):
            SchedulingRules(weights={"cost": weight})


def test_unpopular_hours_are_wall_time_of_the_organization() -> None:
    parameters = Parameters(unpopular_before=time(8), unpopular_from=time(20), unpopular_days=(6,))
    zone = ZoneInfo("Europe/Madrid")
    unpopular = [hour for hour in range(24) if parameters.is_unpopular(MONDAY + hour * HOUR, zone)]
    assert unpopular == [0, 1, 2, 3, 4, 5, 6, 19, 20, 21, 22, 23], "an hour behind in UTC"
    assert parameters.is_unpopular(MONDAY + 6 * 24 * HOUR + 12 * HOUR, zone)


def test_open_times_are_the_hours_without_leave_and_other_calendars() -> None:
    times = Availability(
        "UTC",
        weekly=(WeeklyHours(0, Hours(time(9), time(17))),),
        days=(DayHours((MONDAY + 24 * HOUR).date(), (Hours(time(9), time(10)),)),),
        leave=((MONDAY + 12 * HOUR, MONDAY + 13 * HOUR),),
        busy_elsewhere=((MONDAY + 15 * HOUR, MONDAY + 16 * HOUR),),
    )
    assert times.open_between(MONDAY, MONDAY + 30 * HOUR) == tuple(
        Interval(MONDAY + a * HOUR, MONDAY + b * HOUR) for a, b in ((9, 12), (13, 15), (16, 17), (33, 34))
    )
    assert Availability().open_between(MONDAY, MONDAY + HOUR) is None
    away = Availability(leave=((MONDAY, MONDAY + HOUR),))
    assert away.open_between(MONDAY, MONDAY + 2 * HOUR) == (Interval(MONDAY + HOUR, MONDAY + 2 * HOUR),)
