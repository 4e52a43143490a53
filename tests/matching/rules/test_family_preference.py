"""Whom families want."""

import pytest

from matching.rules.family_preference import FamilyPreference
from tests.matching.building import a_class, an_instructor, costs, knows, prepared, student_id

pytestmark = pytest.mark.unit


def test_wanted_costs_nothing_and_unwanted_most() -> None:
    known = [knows(0, 0, family_preference=1.0), knows(0, 1, family_preference=-1.0)]
    problem = prepared([a_class(students=(student_id(0),))], [an_instructor(n) for n in range(3)], known)
    assert costs(FamilyPreference, problem) == [0, 1, 0.5]
