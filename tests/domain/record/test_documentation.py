"""The text of a comprehension check follows its question and answer."""

from dataclasses import replace

import pytest

from domain.record.documentation import (
    CheckOutcome,
    Section,
    Statement,
    check_sentence,
    says_its_check,
    with_check_sentences,
)

pytestmark = pytest.mark.unit

CHECK = Statement(
    Section.COMPREHENSION,
    check_sentence("What is a half of nine?", "four"),
    (),
    "What is a half of nine?",
    "four",
    CheckOutcome.PARTLY,
)
OWN_WORDS = replace(CHECK, text="Knew roughly what a half of nine is.")


def saved(after: Statement, before: Statement = CHECK) -> str:
    (statement,) = with_check_sentences([after], [before])
    return statement.text


def test_a_corrected_answer_or_question_changes_the_sentence() -> None:
    assert saved(replace(CHECK, answer="four and a half")) == (
        "Asked “What is a half of nine?”, the answer was “four and a half”"
    )
    assert saved(replace(CHECK, answer=None)) == "Asked “What is a half of nine?”, nobody answered"
    assert saved(replace(CHECK, question="What is half of nine?")).startswith("Asked “What is half of nine?”")
    assert saved(replace(OWN_WORDS, answer="four and a half"), OWN_WORDS).endswith("“four and a half”")


def test_words_of_a_person_stay_unless_only_the_answer_changed() -> None:
    assert saved(OWN_WORDS) == OWN_WORDS.text
    assert saved(OWN_WORDS, OWN_WORDS) == OWN_WORDS.text
    assert saved(replace(OWN_WORDS, answer="five")) == OWN_WORDS.text
    assert saved(replace(CHECK, question=None, answer=None, text="Halves are known.")) == "Halves are known."


def test_a_sentence_that_was_written_for_other_words_is_written_again() -> None:
    assert saved(replace(CHECK, answer="five"), OWN_WORDS).endswith("“five”")


def test_a_check_says_its_question_and_answer_or_something_else() -> None:
    assert says_its_check(CHECK)
    assert says_its_check(replace(CHECK, text=CHECK.text.replace("Asked", "Asked to answer")))
    assert not says_its_check(OWN_WORDS)
    assert not says_its_check(replace(CHECK, question=None))
