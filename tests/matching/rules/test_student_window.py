"""The time at which the students can."""

import pytest

from matching.rules.student_window import StudentWindow
from tests.matching.building import a_class, an_instructor, forbidden, prepared, span

pytestmark = pytest.mark.unit


def test_a_class_outside_the_window_has_no_instructor() -> None:
    instructors = [an_instructor(0), an_instructor(1)]
    inside = prepared([a_class(student_windows=(span(8, 9.5), span(9.5, 11)))], instructors)
    outside = prepared([a_class(student_windows=(span(9.5, 11),))], instructors)
    assert forbidden(StudentWindow, inside) == [False, False]
    assert forbidden(StudentWindow, outside) == [True, True]
