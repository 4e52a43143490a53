"""What the class costs."""

import pytest

from matching.rules.cost import Cost
from tests.matching.building import a_class, an_instructor, costs, prepared

pytestmark = pytest.mark.unit


def test_cost_is_by_the_hour() -> None:
    instructors = [an_instructor(0, hourly_cost=20.0), an_instructor(1, hourly_cost=30.0)]
    assert costs(Cost, prepared([a_class(start=9, end=10.5)], instructors)) == [30, 45]
