"""Hours of a day, in the instructor's zone."""

from datetime import timedelta

import pytest

from tests.matching.building import a_class, an_instructor, bindings, prepared

pytestmark = pytest.mark.unit


def test_a_day_holds_so_many_hours() -> None:
    classes = [a_class(0, 9, 11), a_class(1, 12, 13), a_class(2, 14, 14.5), a_class(3, 24 + 9)]
    problem = prepared(classes, [an_instructor(most_per_day=timedelta(hours=3))])
    assert bindings(problem, [0], 1) == {}
    assert bindings(problem, [0, 1], 2) == {"hours_of_day": (0, 1)}
    assert bindings(problem, [0, 1], 3) == {}


def test_a_class_belongs_to_the_day_of_its_start_in_the_zone() -> None:
    classes = [a_class(0, 14), a_class(1, 16)]  # 23:00 and 01:00 in Tokyo
    most = timedelta(hours=1)
    assert bindings(prepared(classes, [an_instructor(zone="Asia/Tokyo", most_per_day=most)]), [0], 1) == {}
    assert bindings(prepared(classes, [an_instructor(most_per_day=most)]), [0], 1) == {"hours_of_day": (0,)}
