"""Makes a speech engine safe to use by several threads."""

from collections.abc import Sequence
from threading import Lock

from transcription.engine import DecodedUtterance, Sound, SpeechEngine, SpeechSpan


class EngineInTurns:
    """A speech engine that decodes for one thread at a time.

    A worker transcribes many classes with one model. The pipelines around the models keep state of the sound they
    decode; used by two threads at once they give the words of one class the times of another, or fail. Waiting costs
    nothing: one decoding keeps all processors that the engine has.
    """

    def __init__(self, engine: SpeechEngine) -> None:
        self._engine = engine
        self._turn = Lock()

    @property
    def name(self) -> str:
        return self._engine.name

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        with self._turn:
            return self._engine.decode(sound, spans, languages, hints, again=again)
