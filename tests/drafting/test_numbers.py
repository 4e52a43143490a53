"""Spoken and written numbers and dates are normalised to the same tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.numbers import labelled_numbers, must_be_cited, normalised_tokens, two_part_years

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("forty-one", "41"),
        ("ninety eight percent", "98 percent"),
        ("three hundred and five", "305"),
        ("one thousand two hundred and thirty-four", "1,234"),
        ("twenty-five thousand", "25000"),
        ("fourteen point five", "14.5"),
        ("the fourteenth of July", "the 14 July"),
        ("July the fourteenth", "July 14"),
        ("the third of May", "the 3rd of May"),
        ("the twenty-first", "the 21st"),
        ("page, um, twelve", "page 12"),
        ("by Thursday", "by Thurs"),
        ("on Sunday", "on Sun"),
        ("in September", "in Sept"),
        ("one two three", "1 2 3"),
        ("3,5 metres", "3.5 metres"),
    ],
)
def test_spoken_and_written_forms_are_equal(spoken: str, written: str) -> None:
    assert normalised_tokens(spoken) == normalised_tokens(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("forty-one", "forty, one"),
        ("page twenty. Four of you", "page twenty-four of you"),
        ("the sixth", "six"),
        ("1.5", "15"),
        ("May 5", "5"),
    ],
)
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert normalised_tokens(one) != normalised_tokens(other)


@pytest.mark.parametrize(
    "text", ["First, we add.", "You may march on.", "The sun sat there.", "A second try."]
)
def test_words_that_only_look_like_numbers_or_dates_need_no_citation(text: str) -> None:
    assert not [token for token in normalised_tokens(text) if must_be_cited(token)]


@pytest.mark.parametrize(
    "text", ["on May 5", "5 May", "tomorrow", "at noon", "el martes", "x²", "٣ times", "the 2nd"]
)
def test_numbers_and_dates_must_be_cited(text: str) -> None:
    assert [token for token in normalised_tokens(text) if must_be_cited(token)]


def test_a_year_may_be_spoken_in_two_parts() -> None:
    assert two_part_years(normalised_tokens("in seventeen eighty-nine")) == {"1789"}
    assert two_part_years(normalised_tokens("exercises seven to twelve on page forty-one")) == set()


def test_numbers_are_paired_with_their_labels() -> None:
    assert labelled_numbers("Please do page twelve, exercises one to four. Five of you know them.") == {
        ("page", "12"),
        ("exercise", "1"),
        ("exercise", "4"),
    }


@given(st.integers(0, 999_999))
def test_every_number_in_words_is_normalised_to_digits(number: int) -> None:
    assert normalised_tokens(in_words(number)) == [str(number)]


@given(st.text())
def test_any_text_is_accepted(text: str) -> None:
    labelled_numbers(text)
    two_part_years(normalised_tokens(text))


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number: int) -> str:
    """The number in English words."""
    for unit, name in ((1000, "thousand"), (100, "hundred")):
        if number >= unit:
            rest = f" and {in_words(number % unit)}" if number % unit else ""
            rest = rest if number % unit < 100 else rest.replace(" and", "", 1)
            return f"{in_words(number // unit)} {name}{rest}"
    if number < 20:
        return ONES[number]
    return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")
