"""A statement is supported if its quotes are verbatim and the cited utterances have its numbers and dates."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.record.documentation import Citation, Section, Statement
from domain.record.transcript import Utterance
from drafting.verification import is_supported
from tests.drafting.scripted_class import record

pytestmark = pytest.mark.unit

UTTERANCES = record("""
    T: For homework, please do page twelve, exercises one to four, until Thursday.
    T: The king called them in May seventeen eighty-nine, on the fourteenth.
    A: So twelve pages?
""").utterances
HOMEWORK, KING, STUDENT = UTTERANCES


def statement(text: str, *cited: Utterance, quote: str | None = None) -> Statement:
    return Statement(Section.HOMEWORK, text, tuple(Citation(u.id, quote or u.text) for u in cited))


@pytest.mark.parametrize(
    "text",
    [
        "Page twelve is homework.",
        "Homework: page 12, exercises 1 to 4, by Thursday.",
        "Exercises 1 and 4 on page 12 are homework.",
        "There is homework.",
    ],
)
def test_other_wording_with_the_same_numbers_is_supported(text: str) -> None:
    assert is_supported(statement(text, HOMEWORK), UTTERANCES)


@pytest.mark.parametrize(
    "text",
    [
        "Page 13 is homework.",
        "Page 12 is homework for Friday.",
        "Page 12 is homework for tomorrow.",
        "Exercise 12 on page 4 is homework.",
        "Exercises 1 to 5 are homework.",
        "Page 12, by Thursday noon.",
        "Page 12, by 4 May.",
        "Page 120 is homework.",
        "Page 1.2 is homework.",
    ],
)
def test_changed_numbers_and_dates_are_not_supported(text: str) -> None:
    assert not is_supported(statement(text, HOMEWORK), UTTERANCES)


def test_a_year_spoken_in_two_parts_is_supported_but_not_another_year() -> None:
    assert is_supported(statement("They met in May 1789.", KING), UTTERANCES)
    assert not is_supported(statement("They met in May 1798.", KING), UTTERANCES)


def test_a_number_from_an_uncited_utterance_is_not_supported() -> None:
    assert not is_supported(statement("They met on page 12.", KING), UTTERANCES)
    assert is_supported(statement("They met on page 12.", KING, HOMEWORK), UTTERANCES)


def test_numbers_in_question_and_answer_are_verified_too() -> None:
    asked = statement("Asked about pages.", STUDENT)

    assert is_supported(replace(asked, question="Twelve?", answer="12"), UTTERANCES)
    assert not is_supported(replace(asked, answer="13"), UTTERANCES)


@pytest.mark.parametrize(
    "quote", ["page thirteen", "exercises do", "", "  ", "…", "page twelve, exercises four"]
)
def test_an_invented_quote_is_not_supported(quote: str) -> None:
    assert not is_supported(
        Statement(Section.HOMEWORK, "Homework.", (Citation(HOMEWORK.id, quote),)), UTTERANCES
    )


def test_a_quote_from_another_utterance_is_not_supported() -> None:
    assert not is_supported(statement("They met.", KING, quote="For homework"), UTTERANCES)


def test_one_wrong_citation_makes_the_statement_unsupported() -> None:
    good, bad = Citation(HOMEWORK.id, "For homework"), Citation(KING.id, "For homework")

    assert not is_supported(Statement(Section.HOMEWORK, "Homework.", (good, bad)), UTTERANCES)


def test_a_statement_without_citations_or_text_is_not_supported() -> None:
    assert not is_supported(statement("Homework."), UTTERANCES)
    assert not is_supported(statement("Homework.", HOMEWORK), [])
    assert not is_supported(statement("  ", HOMEWORK), UTTERANCES)


@given(st.integers(0, 10_000), st.sampled_from(["page", "exercises", "until the", "in"]))
def test_any_other_number_is_not_supported(number: int, before: str) -> None:
    said = {"page": {12}, "exercises": {1, 4}}.get(before, {1, 4, 12})

    assert is_supported(statement(f"Homework: {before} {number}.", HOMEWORK), UTTERANCES) == (number in said)


@given(st.sampled_from("monday tuesday wednesday thursday friday saturday sunday".split()))
def test_any_other_day_is_not_supported(day: str) -> None:
    assert is_supported(statement(f"Homework until {day.title()}.", HOMEWORK), UTTERANCES) == (
        day == "thursday"
    )
