"""Background checks, which must be valid until the class ends."""

import pytest

from matching.rules.background_check import BackgroundCheck
from tests.matching.building import a_class, an_instructor, at, forbidden, prepared

pytestmark = pytest.mark.unit


def test_the_check_is_valid_until_the_end_of_the_class() -> None:
    instructors = [
        an_instructor(n, background_check_until=one) for n, one in enumerate([at(10), at(9.5), None])
    ]
    assert forbidden(BackgroundCheck, prepared([a_class(background_check=True)], instructors)) == [
        False,
        True,
        True,
    ]
    assert forbidden(BackgroundCheck, prepared([a_class()], instructors)) == [False, False, False]
