"""How well instructor and students get on."""

import pytest

from matching.rules.relationship import RelationshipQuality
from tests.matching.building import a_class, an_instructor, costs, knows, prepared, student_id

pytestmark = pytest.mark.unit


def test_the_mean_over_students_counts_and_the_unknown_is_in_the_middle() -> None:
    wanted = a_class(students=(student_id(0), student_id(1)))
    known = [knows(0, 0, quality=1.0), knows(1, 0, quality=1.0), knows(0, 1, quality=0.0)]
    problem = prepared([wanted], [an_instructor(n) for n in range(3)], known)
    assert costs(RelationshipQuality, problem) == [0, 0.75, 0.5]
