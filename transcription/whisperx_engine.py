"""The second engine: WhisperX, an optional extra with torch.

Word times come from its forced alignment where an alignment model is given for the language, else from Whisper's own
cross attention, as in the default engine. Its own voice activity detection and chunk merging are not used: it is
handed utterances that are already cut.
"""

import os
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

# Read by pyannote.audio, a dependency of whisperx, which reports usage by default.
os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "false")

import whisperx
from whisperx.vads.vad import Vad

from transcription.engine import RATE, DecodedUtterance, DecodedWord, Sound, SpeechSpan
from transcription.faster_whisper_engine import FasterWhisperEngine

_BATCH = 4


class WhisperXEngine:
    def __init__(
        self,
        model: str,
        *,
        compute_type: str = "int8",
        threads: int = 0,
        align_models: Mapping[str, str] | None = None,
        device: str = "cpu",
    ) -> None:
        """`model` is a folder or a name of the hub; `align_models` maps language to an alignment model, likewise."""
        self._given = _GivenSpans()
        self._pipeline = whisperx.load_model(
            model,
            device,
            compute_type=compute_type,
            vad_model=self._given,
            threads=threads or os.cpu_count() or 1,
        )
        self._device = device
        self._own_words = FasterWhisperEngine.around(self._pipeline.model, model)
        self._aligners = {
            language: whisperx.load_align_model(language, device, model_name=name)
            for language, name in (align_models or {}).items()
        }
        self.name = f"whisperx:{model.rstrip('/').rpartition('/')[2]}"

    def decode(
        self, sound: Sound, spans: Sequence[SpeechSpan], languages: Sequence[str]
    ) -> list[DecodedUtterance]:
        decoded: list[DecodedUtterance] = []
        for language, own in self._own_words.by_language(sound, spans, languages).items():
            if language in self._aligners:
                decoded += self._aligned(sound, own, language)
            else:
                decoded += self._own_words.decode_in(language, sound, own)
        return sorted(decoded, key=lambda one: one.span.start)

    def _aligned(self, sound: Sound, spans: Sequence[SpeechSpan], language: str) -> list[DecodedUtterance]:
        self._given.spans = spans
        segments = self._pipeline.transcribe(sound, batch_size=_BATCH, language=language)["segments"]
        model, metadata = self._aligners[language]
        return [
            self._utterance(sound, span, segment, model, metadata, language)
            for span, segment in zip(spans, segments, strict=True)
            if segment["text"].strip()
        ]

    def _utterance(
        self,
        sound: Sound,
        span: SpeechSpan,
        segment: dict[str, Any],
        model: Any,
        metadata: Any,
        language: str,
    ) -> DecodedUtterance:
        aligned = whisperx.align([segment], model, metadata, sound, self._device)
        text = segment["text"].strip()
        return DecodedUtterance(
            span=span,
            text=text,
            words=tuple(_words(aligned["word_segments"], span)),
            language=language,
            no_speech=0.0,  # not told by this engine; the voice activity detection came first
            compression=len(text.encode()) / len(zlib.compress(text.encode())),
        )


class _GivenSpans(Vad):  # type: ignore[misc]
    """Hands the engine the spans it is given, in place of a detection."""

    def __init__(self) -> None:
        super().__init__(0.5)
        self.spans: Sequence[SpeechSpan] = ()

    @staticmethod
    def preprocess_audio(audio: Any) -> Any:
        return audio

    @staticmethod
    def merge_chunks(segments: Any, chunk_size: float, onset: float, offset: float | None) -> Any:
        return segments

    def __call__(self, audio: Any, **_: Any) -> list[dict[str, float]]:
        return [{"start": s.start / RATE, "end": s.end / RATE} for s in self.spans]


def _words(found: Sequence[dict[str, Any]], span: SpeechSpan) -> list[DecodedWord]:
    """A word the aligner has no time for, such as a number, stands where the one before it ended."""
    words: list[DecodedWord] = []
    last = span.start / RATE
    for word in found:
        start, end = word.get("start", last), word.get("end", word.get("start", last))
        words.append(DecodedWord(start, end, word["word"], word.get("score", 0.0)))
        last = end
    return words
