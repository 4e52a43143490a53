"""Subject and level, in any case of letters; an empty level is every level."""

import pytest

from matching.rules.qualification import Qualification
from tests.matching.building import a_class, an_instructor, forbidden, prepared

pytestmark = pytest.mark.unit


def test_subject_and_level_are_needed() -> None:
    held = [("mathematics", "Advanced"), ("Mathematics", ""), ("Mathematics", "beginner"), ("Physics", "")]
    instructors = [an_instructor(n, qualifications=frozenset({one})) for n, one in enumerate(held)]
    problem = prepared([a_class(level="advanced")], instructors)
    assert forbidden(Qualification, problem) == [False, False, True, True]
