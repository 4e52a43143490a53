"""What engines write into noise is not believed."""

import numpy as np
import pytest

from transcription.engine import RATE, DecodedUtterance, SpeechSpan
from transcription.gates import believable, loud_enough

pytestmark = pytest.mark.unit


def said(text: str, no_speech: float = 0.1, compression: float = 1.2) -> DecodedUtterance:
    return DecodedUtterance(SpeechSpan(0, RATE), text, (), "en", no_speech, compression)


@pytest.mark.parametrize("text", ["What is one half plus one quarter?", "no no no", "two plus two is four"])
def test_speech_is_believed(text: str) -> None:
    assert believable(said(text))


@pytest.mark.parametrize(
    "decoded",
    [
        said(" "),
        said("you", no_speech=0.97),
        said("word", compression=3.1),
        said("thank you thank you thank you thank you"),
        said("la la la la la"),
    ],
)
def test_noise_is_not(decoded: DecodedUtterance) -> None:
    assert not believable(decoded)


def test_a_span_below_the_floor_is_not_decoded() -> None:
    sound = np.concatenate([np.full(RATE, 0.0003, np.float32), np.full(RATE, 0.05, np.float32)])
    quiet, loud = SpeechSpan(0, RATE), SpeechSpan(RATE, 2 * RATE)
    assert loud_enough(sound, [quiet, loud]) == [loud]
