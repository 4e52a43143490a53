"""Numbers that a second decoding reads differently are kept with what it wrote."""

import pytest

from transcription.engine import RATE, DecodedUtterance, DecodedWord, SpeechSpan
from transcription.second_decoding import has_numbers, with_alternatives

pytestmark = pytest.mark.unit


def decoded(text: str) -> DecodedUtterance:
    words = tuple(DecodedWord(n, n + 1, word, 0.9) for n, word in enumerate(text.split()))
    return DecodedUtterance(SpeechSpan(0, RATE), text, words, "en", 0.1)


def alternatives(first: str, second: str) -> dict[str, str]:
    compared = with_alternatives(decoded(first), decoded(second))
    return {word.text: word.alternative for word in compared.words if word.alternative}


def test_another_number_is_kept_at_each_word_it_replaces() -> None:
    found = alternatives("read pages 100 and 15 to 180.", "read pages 115 to 118.")
    assert found == {"100": "115", "15": "115", "180.": "118"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("exercises 7 to 12", "exercises 7-12"),
        ("exercises 7-12", "Exercises 7 to 12,"),
        ("3 quarters", "three quarters"),
        ("page 12", "page 12"),
        ("the rage on 12", "the page on 12"),
    ],
)
def test_the_same_number_written_differently_has_no_alternative(first: str, second: str) -> None:
    assert alternatives(first, second) == {}


def test_without_a_second_decoding_nothing_is_added() -> None:
    assert with_alternatives(decoded("page 12"), None) == decoded("page 12")
    assert has_numbers(decoded("page 12"))
    assert not has_numbers(decoded("page twelve"))
