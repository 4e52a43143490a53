"""Available time: intervals that touch are one, None is any time."""

import pytest

from matching.rules.availability import Availability
from tests.matching.building import a_class, an_instructor, forbidden, prepared, span

pytestmark = pytest.mark.unit


def test_the_class_lies_within_available_time() -> None:
    available = [None, (span(9, 10),), (span(8, 9.5), span(9.5, 12)), (span(8, 9.5), span(9.75, 12)), ()]
    instructors = [an_instructor(n, available=one) for n, one in enumerate(available)]
    assert forbidden(Availability, prepared([a_class()], instructors)) == [False, False, False, True, True]
