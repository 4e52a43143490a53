"""The rest between two days of the instructor's zone."""

from datetime import timedelta

import pytest

from tests.matching.building import a_class, an_instructor, bindings, prepared

pytestmark = pytest.mark.unit


def test_rest_holds_between_days_and_not_within_one() -> None:
    classes = [a_class(0, 20, 21), a_class(1, 24 + 7), a_class(2, 24 + 8), a_class(3, 12)]
    problem = prepared(classes, [an_instructor(rest=timedelta(hours=11))])
    assert bindings(problem, [0], 1) == {"rest": (0,)}
    assert bindings(problem, [1], 0) == {"rest": (1,)}
    assert bindings(problem, [0], 2) == {}
    assert bindings(problem, [0], 3) == {}


def test_days_are_those_of_the_instructors_zone() -> None:
    classes = [a_class(0, 14), a_class(1, 16)]  # 23:00 and 01:00 in Tokyo
    rest = timedelta(hours=11)
    assert bindings(prepared(classes, [an_instructor(zone="Asia/Tokyo", rest=rest)]), [0], 1) == {
        "rest": (0,)
    }
    assert bindings(prepared(classes, [an_instructor(rest=rest)]), [0], 1) == {}
