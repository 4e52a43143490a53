"""Students who must be kept apart from an instructor."""

import pytest

from matching.rules.do_not_pair import DoNotPair
from tests.matching.building import a_class, an_instructor, forbidden, knows, prepared, student_id

pytestmark = pytest.mark.unit


def test_one_student_is_enough() -> None:
    wanted = a_class(students=(student_id(0), student_id(1)))
    known = [knows(1, 0, do_not_pair=True), knows(2, 1, do_not_pair=True), knows(0, 1)]
    problem = prepared([wanted], [an_instructor(0), an_instructor(1)], known)
    assert forbidden(DoNotPair, problem) == [True, False]
