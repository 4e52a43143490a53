"""A statement holds where what it cites was said, with every number and date."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.record.documentation import Citation, Section, Statement
from domain.record.transcript import Utterance
from drafting.verification import holds
from tests.drafting.talk import record

pytestmark = pytest.mark.unit

SAID = record("""
    T: For homework, please do page twelve, exercises one to four, until Thursday.
    T: The king called them in May seventeen eighty-nine, on the fourteenth.
    A: So twelve pages?
""").utterances
HOMEWORK, KING, STUDENT = SAID


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
def test_what_was_said_in_other_words_holds(text: str) -> None:
    assert holds(statement(text, HOMEWORK), SAID)


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
def test_changed_numbers_and_dates_do_not_hold(text: str) -> None:
    assert not holds(statement(text, HOMEWORK), SAID)


def test_a_year_said_in_two_parts_holds_and_another_does_not() -> None:
    assert holds(statement("They met in May 1789.", KING), SAID)
    assert not holds(statement("They met in May 1798.", KING), SAID)


def test_a_number_of_another_utterance_does_not_hold() -> None:
    assert not holds(statement("They met on page 12.", KING), SAID)
    assert holds(statement("They met on page 12.", KING, HOMEWORK), SAID)


def test_numbers_of_question_and_answer_count_as_well() -> None:
    asked = statement("Asked about pages.", STUDENT)

    assert holds(replace(asked, question="Twelve?", answer="12"), SAID)
    assert not holds(replace(asked, answer="13"), SAID)


@pytest.mark.parametrize(
    "quote", ["page thirteen", "exercises do", "", "  ", "…", "page twelve, exercises four"]
)
def test_a_quote_that_was_not_said_does_not_hold(quote: str) -> None:
    assert not holds(Statement(Section.HOMEWORK, "Homework.", (Citation(HOMEWORK.id, quote),)), SAID)


def test_a_quote_of_another_utterance_does_not_hold() -> None:
    assert not holds(statement("They met.", KING, quote="For homework"), SAID)


def test_one_bad_citation_among_good_ones_spoils_the_statement() -> None:
    good, bad = Citation(HOMEWORK.id, "For homework"), Citation(KING.id, "For homework")

    assert not holds(Statement(Section.HOMEWORK, "Homework.", (good, bad)), SAID)


def test_nothing_cited_or_nothing_said_does_not_hold() -> None:
    assert not holds(statement("Homework."), SAID)
    assert not holds(statement("Homework.", HOMEWORK), [])
    assert not holds(statement("  ", HOMEWORK), SAID)


@given(st.integers(0, 10_000), st.sampled_from(["page", "exercises", "until the", "in"]))
def test_any_other_number_is_refused(number: int, before: str) -> None:
    said = {"page": {12}, "exercises": {1, 4}}.get(before, {1, 4, 12})

    assert holds(statement(f"Homework: {before} {number}.", HOMEWORK), SAID) == (number in said)


@given(st.sampled_from("monday tuesday wednesday thursday friday saturday sunday".split()))
def test_any_other_day_is_refused(day: str) -> None:
    assert holds(statement(f"Homework until {day.title()}.", HOMEWORK), SAID) == (day == "thursday")
