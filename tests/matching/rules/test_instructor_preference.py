"""When instructors like to teach."""

import pytest

from matching.rules.instructor_preference import InstructorPreference
from tests.matching.building import a_class, an_instructor, costs, prepared, span

pytestmark = pytest.mark.unit


def test_hours_outside_the_preferred_ones_cost() -> None:
    preferred = [(span(8, 12),), (span(12, 18),), ()]
    instructors = [an_instructor(n, preferred=one) for n, one in enumerate(preferred)]
    assert costs(InstructorPreference, prepared([a_class()], instructors)) == [0, 1, 0]
