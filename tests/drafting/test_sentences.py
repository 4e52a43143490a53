"""Splitting utterances into sentences, and making sentences readable."""

import pytest

from drafting.sentences import readable, split_sentences
from tests.drafting.scripted_class import record

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
def test_utterances_are_split_at_sentence_ends(said: str, cut: list[str]) -> None:
    assert [sentence.text for sentence in split_sentences(record(f"T: {said}"))] == cut


def test_a_long_utterance_without_full_stops_is_split_at_connectives() -> None:
    said = " ".join(["this is a word about fractions that goes on"] * 4) + " for homework read page ten"

    assert [s.text for s in split_sentences(record(f"T: {said}"))][-1] == "for homework read page ten"


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
def test_fillers_and_opening_words_are_removed(said: str, read: str) -> None:
    assert readable(said) == read


def test_only_given_names_are_removed() -> None:
    assert readable("Ella, what is x, Ravi?", {"Ella", "Ravi"}) == "What is x?"
    assert readable("Carbon, what is it?", {"Ella"}) == "Carbon, what is it?"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("今天学分数。打开课本！谁知道？", ["今天学分数。", "打开课本！", "谁知道？"]),
        ("「行きます。」と言った。次です。", ["「行きます。」と言った。", "次です。"]),
        ("本当？！すごい。", ["本当？！", "すごい。"]),
        ("她说：“好。”我们走吧。", ["她说：“好。”", "我们走吧。"]),
        ("هل فهمتم؟ نعم. حسنا۔ تمام", ["هل فهمتم؟", "نعم.", "حسنا۔", "تمام"]),
        ("यह सही है। आगे चलो।", ["यह सही है।", "आगे चलो।"]),
        ("Version 3.5 is out. Go.", ["Version 3.5 is out.", "Go."]),
    ],
)
def test_sentences_end_as_their_script_writes_it(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in split_sentences(record(f"T: {text}"))] == sentences


def test_a_readable_sentence_ends_with_its_scripts_full_stop() -> None:
    assert [readable(text) for text in ("好好学习", "谁知道？", "go on", "เปิดหนังสือ")] == [
        "好好学习。",
        "谁知道？",
        "Go on.",
        "เปิดหนังสือ",
    ]
