"""People of one name are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people.display_names import forenames, told_apart

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Ana Silva", "Leo Fischer"], ["Ana Silva", "Leo Fischer"]),
        (["Ana Silva", "Ana Silva", "Ana Silva"], ["Ana Silva", "Ana Silva (2)", "Ana Silva (3)"]),
        (["Ana Silva", "ana  silva"], ["Ana Silva", "ana  silva (2)"]),
        (["Ana Silva", "Ana Silva (2)", "Ana Silva"], ["Ana Silva", "Ana Silva (2)", "Ana Silva (3)"]),
    ],
)
def test_the_second_of_a_name_gets_a_number(names: list[str], shown: list[str]) -> None:
    assert told_apart(names) == shown


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert told_apart(["Ana Silva"], taken=["Ana Silva", "Ana Silva (2)"]) == ["Ana Silva (3)"]


@given(st.lists(st.sampled_from(["Ana", "ana", "Ana (2)", "Leo"]), max_size=12))
def test_names_are_unlike_each_other_and_keep_their_order(names: list[str]) -> None:
    shown = told_apart(names)
    assert len({name.casefold() for name in shown}) == len(names)
    assert all(one.startswith(name) for one, name in zip(shown, names, strict=True))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Ana Silva", "Leo Fischer"], ["Ana", "Leo"]),
        (["Ana Silva", "Ana María Moreno", "Leo"], ["Ana S.", "Ana M.", "Leo"]),
        (["Ana Silva", "Ana Silva (2)"], ["Ana S.", "Ana S. (2)"]),
        (["Ana", "ana silva"], ["Ana", "ana S."]),
        (["王小明", "نور حداد"], ["王小明", "نور"]),
    ],
)
def test_forenames_have_an_initial_where_two_are_the_same(names: list[str], shown: list[str]) -> None:
    assert forenames(names) == shown
