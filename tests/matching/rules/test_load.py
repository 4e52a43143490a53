"""Hours against the target: free within 10 %, dearer the further away."""

from datetime import timedelta

import numpy as np
import pytest

from matching.rules.load import TargetHours
from tests.matching.building import a_class, an_instructor, prepared

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("hours", "expected"), [(10, 0), (9, 0), (11, 0), (12, 1), (14, 4), (8, 1), (7, 2), (6, 4), (0, 16)]
)
def test_deviation_costs_one_per_hour_beyond_ten_percent_and_two_beyond_thirty(
    hours: float, expected: float
) -> None:
    problem = prepared([a_class()], [an_instructor(target=timedelta(hours=10))], weights={"load": 1.0})
    assert TargetHours(problem.encoded).load().cost(np.array([float(hours)])) == pytest.approx([expected])


def test_without_a_target_hours_cost_nothing() -> None:
    load = TargetHours(prepared([a_class()], [an_instructor()]).encoded).load()
    assert load.cost(np.array([40.0])) == pytest.approx([0])
