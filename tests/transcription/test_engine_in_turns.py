"""An engine that many classes share decodes for one of them at a time."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.transcription.speech_samples import silence
from transcription.engine import DecodedUtterance, Sound, SpeechSpan
from transcription.engine_in_turns import EngineInTurns

pytestmark = pytest.mark.unit


class BusyEngine:
    """Hears nothing, slowly; notes how many threads it decodes for."""

    name = "busy:none"

    def __init__(self) -> None:
        self._decoding: set[int] = set()
        self.most_at_once = 0

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        self._decoding.add(threading.get_ident())
        self.most_at_once = max(self.most_at_once, len(self._decoding))
        time.sleep(0.01)
        self._decoding.discard(threading.get_ident())
        return []


def test_threads_take_turns() -> None:
    busy = BusyEngine()
    engine = EngineInTurns(busy)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: engine.decode(silence(1), [], ["en"]), range(16)))
    assert busy.most_at_once == 1
    assert engine.name == "busy:none"


def test_a_failure_ends_the_turn() -> None:
    class Failing(BusyEngine):
        def decode(self, *_: object, **__: object) -> list[DecodedUtterance]:
            raise RuntimeError("out of memory")

    engine = EngineInTurns(Failing())
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            engine.decode(silence(1), [], ["en"])
