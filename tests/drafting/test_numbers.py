"""Numbers and dates, spoken and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.numbers import counted, is_claim, normalised, years

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
def test_spoken_and_written_are_one(spoken: str, written: str) -> None:
    assert normalised(spoken) == normalised(written)


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
def test_other_numbers_stay_other(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    "text", ["First, we add.", "You may march on.", "The sun sat there.", "A second try."]
)
def test_words_that_only_look_like_numbers_or_dates_claim_nothing(text: str) -> None:
    assert not [token for token in normalised(text) if is_claim(token)]


@pytest.mark.parametrize(
    "text", ["on May 5", "5 May", "tomorrow", "at noon", "el martes", "x²", "٣ times", "the 2nd"]
)
def test_numbers_and_dates_claim(text: str) -> None:
    assert [token for token in normalised(text) if is_claim(token)]


def test_a_year_may_be_said_in_two_parts() -> None:
    assert years(normalised("in seventeen eighty-nine")) == {"1789"}
    assert years(normalised("exercises seven to twelve on page forty-one")) == set()


def test_numbers_are_known_by_what_they_count_off() -> None:
    assert counted("Please do page twelve, exercises one to four. Five of you know them.") == {
        ("page", "12"),
        ("exercise", "1"),
        ("exercise", "4"),
    }


@given(st.integers(0, 999_999))
def test_every_whole_number_in_words_is_the_number(number: int) -> None:
    assert normalised(in_words(number)) == [str(number)]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    counted(text)
    years(normalised(text))


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number: int) -> str:
    """As it is said in English."""
    for unit, name in ((1000, "thousand"), (100, "hundred")):
        if number >= unit:
            rest = f" and {in_words(number % unit)}" if number % unit else ""
            rest = rest if number % unit < 100 else rest.replace(" and", "", 1)
            return f"{in_words(number // unit)} {name}{rest}"
    if number < 20:
        return ONES[number]
    return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")
