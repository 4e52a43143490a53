"""Unpopular hours are shared in proportion to targets."""

from datetime import timedelta

import numpy as np
import pytest

from matching.rules.unpopular_hours import UnpopularHours
from tests.matching.building import a_class, an_instructor, prepared

pytestmark = pytest.mark.unit


def test_more_than_the_own_share_costs() -> None:
    classes = [a_class(n, 8 + n, unpopular=1.0) for n in range(3)]
    targets = [timedelta(hours=20), timedelta(hours=10)]
    instructors = [an_instructor(n, target=one) for n, one in enumerate(targets)]
    load = UnpopularHours(prepared(classes, instructors, weights={"unpopular_hours": 1.0}).encoded).load()
    assert load.cost(np.array([2.0, 1.0])) == pytest.approx([0, 0])
    assert load.cost(np.array([3.0, 3.0])) == pytest.approx([1, 1 + 2])


def test_usual_hours_are_not_counted() -> None:
    problem = prepared([a_class(0), a_class(1, 12, 14, unpopular=0.5)], [an_instructor()])
    assert UnpopularHours(problem.encoded).load().amount.tolist() == [0, 1]
