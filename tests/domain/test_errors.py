"""The error tree: codes, texts and the drawing in the module's docstring."""

import pytest

import domain.errors
from domain.errors import HomeroomError, StaleRevision, by_code
from tests.domain.error_tree import tree

pytestmark = pytest.mark.unit


def test_every_code_belongs_to_one_error_class() -> None:
    codes = [error.code for error in tree()]

    assert len(codes) == len(set(codes))
    assert all(by_code(error.code) is error for error in tree())


def test_an_unknown_code_becomes_a_homeroom_error() -> None:
    assert by_code("of-a-later-version") is HomeroomError
    assert by_code(None) is HomeroomError


def test_the_drawn_tree_contains_every_error_class() -> None:
    drawing = domain.errors.__doc__ or ""

    assert all(error.__name__ in drawing for error in tree())


def test_every_error_has_a_next_step() -> None:
    error = StaleRevision("revision 3 is there", next_step="Read it again.", revision="3")

    assert (str(error), error.next_step, error.extra) == (
        "revision 3 is there",
        "Read it again.",
        {"revision": "3"},
    )
