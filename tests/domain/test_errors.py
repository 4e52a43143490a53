"""The tree of errors."""

import pytest

import domain.errors
from domain.errors import HomeroomError, StaleRevision, by_code

pytestmark = pytest.mark.unit


def tree(base: type[HomeroomError] = HomeroomError) -> list[type[HomeroomError]]:
    return [base, *(below for child in base.__subclasses__() for below in tree(child))]


def test_codes_are_stable_names_of_one_class_each() -> None:
    codes = [error.code for error in tree()]

    assert len(codes) == len(set(codes))
    assert all(by_code(error.code) is error for error in tree())


def test_an_unknown_code_is_an_expected_error_still() -> None:
    assert by_code("of-a-later-version") is HomeroomError
    assert by_code(None) is HomeroomError


def test_the_drawing_names_every_class() -> None:
    drawing = domain.errors.__doc__ or ""

    assert all(error.__name__ in drawing for error in tree())


def test_an_error_says_what_to_do() -> None:
    error = StaleRevision("revision 3 is there", next_step="Read it again.", revision="3")

    assert (str(error), error.next_step, error.extra) == (
        "revision 3 is there",
        "Read it again.",
        {"revision": "3"},
    )
