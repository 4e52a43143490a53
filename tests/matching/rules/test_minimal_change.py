"""Who was announced stays."""

import pytest

from matching.rules.minimal_change import MinimalChange
from tests.matching.building import a_class, an_instructor, costs, instructor_id, prepared

pytestmark = pytest.mark.unit


def test_everybody_but_the_announced_instructor_costs() -> None:
    instructors = [an_instructor(0), an_instructor(1)]
    published = a_class(published_instructor_id=instructor_id(1))
    assert costs(MinimalChange, prepared([published], instructors)) == [1, 0]
    assert costs(MinimalChange, prepared([a_class()], instructors)) == [0, 0]
