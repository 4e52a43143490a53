"""Hints are few, and what an engine only repeats of them is no utterance."""

import pytest

from transcription.engine import RATE, DecodedUtterance, DecodedWord, SpeechSpan
from transcription.hints import echoes_hints, speech_hints

pytestmark = pytest.mark.unit

HINTS = speech_hints(["Noor Haddad", "Leo Brandt"], ["Adding fractions"])


def said(text: str, probability: float) -> DecodedUtterance:
    words = tuple(DecodedWord(n, n + 1, word, probability) for n, word in enumerate(text.split()))
    return DecodedUtterance(SpeechSpan(0, RATE), text, words, "en", 0.1)


def test_hints_are_names_then_terms_each_once() -> None:
    names, terms = ["Noor", " Leo  Brandt ", "Noor"], ["Sums", "", "Noor"]
    assert speech_hints(names, terms) == ("Noor", "Leo Brandt", "Sums")


def test_hints_are_no_more_than_an_engine_reads() -> None:
    hints = speech_hints([f"Person number {n}" for n in range(200)], ["Sums"])
    assert sum(len(hint) + 2 for hint in hints) <= 400
    assert hints[0] == "Person number 0"


@pytest.mark.parametrize(
    ("text", "probability", "echoes"),
    [
        ("Noor Haddad, Leo Brandt", 0.1, True),
        ("Adding fractions, Noor", 0.3, True),
        ("Noor Haddad, Leo Brandt", 0.8, False),  # a roll call
        ("Noor Haddad", 0.1, False),
        ("Noor and Leo are adding fractions", 0.1, False),
    ],
)
def test_hints_written_into_noise_are_recognised(text: str, probability: float, echoes: bool) -> None:
    assert echoes_hints(said(text, probability), HINTS) is echoes
    assert not echoes_hints(said(text, probability), ())
