"""The region of the class."""

import pytest

from matching.rules.region import Region
from tests.matching.building import a_class, an_instructor, forbidden, prepared

pytestmark = pytest.mark.unit


def test_the_region_is_needed_where_the_class_names_one() -> None:
    instructors = [an_instructor(0, regions=frozenset({"eu"})), an_instructor(1)]
    assert forbidden(Region, prepared([a_class(region="eu")], instructors)) == [False, True]
    assert forbidden(Region, prepared([a_class()], instructors)) == [False, False]
