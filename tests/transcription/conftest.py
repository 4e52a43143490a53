"""Fixtures: speech engines, loaded once per test session."""

from importlib.util import find_spec

import pytest

from tests.transcription.speech_samples import MODEL
from transcription.engine import SpeechEngine
from transcription.model_loading import load_engine


@pytest.fixture(scope="session")
def engine() -> SpeechEngine:
    return load_engine("faster-whisper", MODEL, threads=2)


@pytest.fixture(scope="session", params=["faster-whisper", "whisperx"])
def any_engine(request: pytest.FixtureRequest) -> SpeechEngine:
    """Both engines; WhisperX where the extra is installed (`make test-whisperx`)."""
    if request.param == "whisperx" and find_spec("whisperx") is None:
        pytest.skip("the whisperx extra is not installed: make test-whisperx")
    return load_engine(request.param, MODEL, threads=2)
