"""Who taught the class before, or knows its students."""

import pytest

from matching.rules.continuity import Continuity
from tests.matching.building import a_class, an_instructor, costs, instructor_id, knows, prepared, student_id

pytestmark = pytest.mark.unit


def test_the_instructor_before_costs_nothing_and_who_knows_students_less() -> None:
    wanted = a_class(students=(student_id(0), student_id(1)), previous_instructor_id=instructor_id(0))
    known = [knows(0, 1, classes_taught=3), knows(1, 1, classes_taught=1), knows(0, 2, classes_taught=1)]
    problem = prepared([wanted], [an_instructor(n) for n in range(4)], known)
    assert costs(Continuity, problem) == [0, 0.333333, 0.666667, 1]
