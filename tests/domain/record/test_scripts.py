"""Words and sentences of scripts without spaces."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.record.scripts import count_words, full_stop, separator
from domain.record.transcript import Utterance, Word, spaced_words

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def utterance(text: str, *words: str) -> Utterance:
    timed = tuple(Word(n * 100, n * 100 + 90, word, 0.9) for n, word in enumerate(words))
    return Utterance(
        UUID(int=1), "i", "t", START, START + timedelta(seconds=2), text, timed, "zh", 0.9, "engine"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你好世界", ["你好", "世", "界"]),
        ("宇宙 洪荒", ["宇", "宙", "洪", "荒"]),
        ("我用Python写。", ["我", "用", "Python", "写。"]),
        ("three-sixths and more.", ["three-sixths", "and", "more."]),
        ("สวัสดี ครับ", ["สวัสดี", "ครับ"]),
    ],
)
def test_words_are_written_as_in_the_text(text: str, words: list[str]) -> None:
    written = "".join(space + word.text for space, word in spaced_words(utterance(text, *words)))
    assert written == text


def test_words_that_differ_from_the_text_are_separated_by_their_script() -> None:
    written = [space + word.text for space, word in spaced_words(utterance("other", "你", "好", "a", "b"))]
    assert written == ["你", "好", "a", " b"]


def test_the_number_of_words_is_estimated_without_spaces() -> None:
    assert count_words("Open your books, please") == 4
    assert count_words("今天学习分数") == 3
    assert count_words("我用Python写") == 3
    assert count_words("") == 0


def test_each_script_has_its_separator_and_full_stop() -> None:
    assert (separator("a", "b"), separator("你", "b"), separator("a", "ก")) == (" ", "", "")
    assert (full_stop("a"), full_stop("数"), full_stop("น")) == (".", "。", "")
