"""Join codes can be read out and typed: no look-alikes, and those who type one are understood."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people.join_codes import ALPHABET, LENGTH, code_from, read_code, written
from domain.people.sign_in import LIMITS, Attempt

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


def test_guessing_one_code_of_a_hundred_thousand_takes_a_network_a_thousand_years() -> None:
    limit = LIMITS[Attempt.BAD_JOIN_CODE_FROM_NETWORK]
    guesses = len(ALPHABET) ** LENGTH / 100_000
    assert limit.window * (guesses / limit.count) > timedelta(days=365) * 1000
