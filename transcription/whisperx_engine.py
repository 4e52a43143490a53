"""An optional speech engine: WhisperX, an extra that needs torch.

Word times come from forced alignment where an alignment model is configured for the language, else from Whisper's
cross attention, as in the default engine. WhisperX's voice activity detection and chunk merging are replaced: the
engine decodes given spans.
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
    """Decodes with WhisperX and aligns words where an alignment model is given."""

    def __init__(
        self,
        model: str,
        *,
        compute_type: str = "int8",
        threads: int = 0,
        align_models: Mapping[str, str] | None = None,
        device: str = "cpu",
    ) -> None:
        """`model` is a folder or a name on the model hub; `align_models` maps languages to alignment models."""
        self._vad = _GivenSpansVad()
        self._pipeline = whisperx.load_model(
            model,
            device,
            compute_type=compute_type,
            vad_model=self._vad,
            threads=threads or os.cpu_count() or 1,
        )
        self._device = device
        self._whisper = FasterWhisperEngine.sharing_model(self._pipeline.model, model)
        self._aligners = {
            language: whisperx.load_align_model(language, device, model_name=name)
            for language, name in (align_models or {}).items()
        }
        self.name = f"whisperx:{model.rstrip('/').rpartition('/')[2]}"

    def decode(
        self, sound: Sound, spans: Sequence[SpeechSpan], languages: Sequence[str]
    ) -> list[DecodedUtterance]:
        decoded: list[DecodedUtterance] = []
        for language, language_spans in self._whisper.group_by_language(sound, spans, languages).items():
            if language in self._aligners:
                decoded += self._aligned(sound, language_spans, language)
            else:
                decoded += self._whisper.decode_language(language, sound, language_spans)
        return sorted(decoded, key=lambda one: one.span.start)

    def _aligned(self, sound: Sound, spans: Sequence[SpeechSpan], language: str) -> list[DecodedUtterance]:
        self._vad.spans = spans
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
            no_speech=0.0,  # WhisperX reports none; voice activity detection came first
            compression=len(text.encode()) / len(zlib.compress(text.encode())),
        )


class _GivenSpansVad(Vad):  # type: ignore[misc]
    """Replaces WhisperX's voice activity detection: returns the given spans."""

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


def _words(aligned: Sequence[dict[str, Any]], span: SpeechSpan) -> list[DecodedWord]:
    """The aligned words; a word without times, such as a number, is placed at the end of the previous word."""
    words: list[DecodedWord] = []
    last = span.start / RATE
    for word in aligned:
        start, end = word.get("start", last), word.get("end", word.get("start", last))
        words.append(DecodedWord(start, end, word["word"], word.get("score", 0.0)))
        last = end
    return words
