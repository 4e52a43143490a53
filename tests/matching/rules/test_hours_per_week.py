"""Hours of a week from Monday."""

from datetime import timedelta

import pytest

from tests.matching.building import a_class, an_instructor, bindings, prepared

pytestmark = pytest.mark.unit


def test_a_week_holds_so_many_hours() -> None:
    classes = [a_class(0, 9), a_class(1, 6 * 24 + 9), a_class(2, 7 * 24 + 9)]
    problem = prepared(classes, [an_instructor(most_per_week=timedelta(hours=1))])
    assert bindings(problem, [0], 1) == {"hours_of_week": (0,)}
    assert bindings(problem, [0], 2) == {}, "the next Monday is another week"
