"""The buffer between two classes."""

from datetime import timedelta

import pytest

from tests.matching.building import a_class, an_instructor, bindings, prepared

pytestmark = pytest.mark.unit


def test_the_buffer_lies_before_and_after() -> None:
    classes = [a_class(0, 9), a_class(1, 10.125), a_class(2, 10.25), a_class(3, 8, 8.875)]
    problem = prepared(classes, [an_instructor(buffer=timedelta(minutes=15))])
    assert bindings(problem, [0], 1) == {"no_buffer": (0,)}
    assert bindings(problem, [0], 2) == {}
    assert bindings(problem, [0], 3) == {"no_buffer": (0,)}
