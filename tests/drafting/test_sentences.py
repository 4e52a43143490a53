"""Utterances cut into sentences, and sentences made readable."""

import pytest

from drafting.sentences import sentences, tidy
from tests.drafting.talk import record

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("He asked “why?” Because.", ["He asked “why?”", "Because."]),
        ("It costs 3.50 in all.", ["It costs 3.50 in all."]),
        ("Read to Mr. Brown, p. 12. Then stop.", ["Read to Mr. Brown, p. 12.", "Then stop."]),
        ("Wait... no, go on.", ["Wait... no, go on."]),
        ("¿Qué es? Éste es. Ñandú.", ["¿Qué es?", "Éste es.", "Ñandú."]),
        ("   ", []),
    ],
)
def test_a_sentence_ends_where_a_new_one_begins(said: str, cut: list[str]) -> None:
    assert [sentence.text for sentence in sentences(record(f"T: {said}"))] == cut


def test_a_long_utterance_without_full_stops_is_cut_where_something_new_is_said() -> None:
    said = " ".join(["this is a word about fractions that goes on"] * 4) + " for homework read page ten"

    assert [s.text for s in sentences(record(f"T: {said}"))][-1] == "for homework read page ten"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("so um the rule is uh simple", "The rule is simple."),
        ("Okay, well, now, let's add.", "Let's add."),
        ("Right, three quarters.", "Three quarters."),
        ("Right angles are square.", "Right angles are square."),
        ("Great Britain is an island.", "Great Britain is an island."),
        ("So far we have two.", "So far we have two."),
        ("You know what it means.", "You know what it means."),
        ("It is, you know, a fraction.", "It is, a fraction."),
        ("Okay.", "Okay."),
        ("ﬁ", "FI."),
    ],
)
def test_fillers_and_opening_words_go_and_content_stays(said: str, read: str) -> None:
    assert tidy(said) == read


def test_only_known_names_are_taken_out() -> None:
    assert tidy("Ella, what is x, Ravi?", {"Ella", "Ravi"}) == "What is x?"
    assert tidy("Carbon, what is it?", {"Ella"}) == "Carbon, what is it?"
