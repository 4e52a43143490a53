"""Numbers that a second decoding reads differently are kept with what it wrote."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from domain.record.transcript import Utterance, Word
from transcription.audio import sound_between
from transcription.engine import RATE, DecodedWord
from transcription.second_decoding import with_alternatives

pytestmark = pytest.mark.unit
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def words(text: str) -> tuple[DecodedWord, ...]:
    return tuple(DecodedWord(n, n + 1, word, 0.9) for n, word in enumerate(text.split()))


def said(text: str) -> Utterance:
    heard = tuple(Word(n * 1000, n * 1000 + 1000, word, 0.9) for n, word in enumerate(text.split()))
    return Utterance(UUID(int=1), "ada", "TR_1", START, START, text, heard, "en", 0.9, "whisper:base")


def alternatives(first: str, second: str) -> dict[str, str]:
    compared = with_alternatives(said(first), words(second))
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


def test_without_a_second_text_the_numbers_count_as_compared() -> None:
    assert said("page 12").has_uncompared_numbers
    assert not said("page twelve").has_uncompared_numbers
    compared = with_alternatives(said("page 12"), ())
    assert [word.alternative for word in compared.words] == [None, ""]
    assert not compared.has_uncompared_numbers


def test_the_sound_of_an_utterance_is_cut_out_of_the_segments_around_it() -> None:
    def at(seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)

    pieces = [(at(0), np.full(10 * RATE, 0.25, np.float32)), (at(11), np.full(10 * RATE, 0.5, np.float32))]
    sound = sound_between(pieces, at(9), at(13))
    assert [sound[int(second * RATE)] for second in (0, 0.9, 1.5, 2.1, 3.9)] == [0.25, 0.25, 0, 0.5, 0.5]
    assert len(sound) == 4 * RATE
    assert not sound_between(pieces, at(30), at(31)).any()
