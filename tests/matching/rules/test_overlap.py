"""No two classes at the same time."""

from datetime import timedelta

import pytest

from tests.matching.building import a_class, an_instructor, bindings, prepared

pytestmark = pytest.mark.unit


def test_classes_that_overlap_exclude_each_other() -> None:
    problem = prepared([a_class(0, 9), a_class(1, 9.5), a_class(2, 10)], [an_instructor()])
    assert bindings(problem, [0], 1) == {"busy": (0,)}
    assert bindings(problem, [0], 2) == {}, "ends that touch do not overlap"


def test_overlaps_are_named_alone() -> None:
    problem = prepared([a_class(0, 9), a_class(1, 9.5)], [an_instructor(buffer=timedelta(minutes=15))])
    assert bindings(problem, [0], 1) == {"busy": (0,)}
