"""Utterances that engines hallucinate into noise and silence are filtered out."""

import numpy as np
import pytest

from transcription.engine import RATE, DecodedUtterance, SpeechSpan
from transcription.hallucination_filter import above_noise_floor, is_plausible

pytestmark = pytest.mark.unit


def decoded_utterance(text: str, no_speech: float = 0.1, compression: float = 1.2) -> DecodedUtterance:
    return DecodedUtterance(SpeechSpan(0, RATE), text, (), "en", no_speech, compression)


@pytest.mark.parametrize("text", ["What is one half plus one quarter?", "no no no", "two plus two is four"])
def test_speech_is_plausible(text: str) -> None:
    assert is_plausible(decoded_utterance(text))


@pytest.mark.parametrize(
    "decoded",
    [
        decoded_utterance(" "),
        decoded_utterance("you", no_speech=0.97),
        decoded_utterance("word", compression=3.1),
        decoded_utterance("thank you thank you thank you thank you"),
        decoded_utterance("la la la la la"),
    ],
)
def test_hallucinations_are_not_plausible(decoded: DecodedUtterance) -> None:
    assert not is_plausible(decoded)


def test_a_span_below_the_noise_floor_is_dropped() -> None:
    sound = np.concatenate([np.full(RATE, 0.0003, np.float32), np.full(RATE, 0.05, np.float32)])
    quiet, loud = SpeechSpan(0, RATE), SpeechSpan(RATE, 2 * RATE)
    assert above_noise_floor(sound, [quiet, loud]) == [loud]
