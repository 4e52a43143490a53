"""Experience counts for new students."""

import pytest

from matching.rules.experience import Experience
from tests.matching.building import a_class, an_instructor, costs, prepared, student_id

pytestmark = pytest.mark.unit


def test_what_is_lacking_costs_by_the_share_of_new_students() -> None:
    instructors = [an_instructor(0, experience=1.0), an_instructor(1, experience=0.2)]
    students = (student_id(0), student_id(1))
    assert costs(Experience, prepared([a_class(students=students, new_students=1)], instructors)) == [0, 0.4]
    assert costs(Experience, prepared([a_class(students=students)], instructors)) == [0, 0]
