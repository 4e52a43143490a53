"""Join codes can be read out and typed: no look-alikes, and those who type one are understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people.join_codes import ALPHABET, LENGTH, code_from, read_code, written

pytestmark = pytest.mark.unit


@given(st.integers(min_value=0, max_value=2**50 - 1))
def test_a_written_code_is_read_again(number: int) -> None:
    code = code_from(number)
    assert read_code(written(code)) == code
    assert read_code(f" {written(code).upper()} ") == code
    assert read_code(written(code).replace("0", "o").replace("1", "l")) == code


def test_codes_have_fifty_bits() -> None:
    assert len(set(ALPHABET)) ** LENGTH == 2**50
    assert not set(ALPHABET) & set("ilou")
    assert written("abcdefghjk") == "abc-defg-hjk"


@pytest.mark.parametrize("typed", ["", "abc", "abc-defg-hjkm", "abc-defg-hj!", "u" * 10, "é" * 10])
def test_what_is_no_code_is_not_read(typed: str) -> None:
    assert read_code(typed) is None
