"""An optional speech engine: WhisperX, an extra that needs torch.

Word times come from forced alignment where an alignment model is configured for the language, else from Whisper's
cross attention, as in the default engine. WhisperX's voice activity detection and chunk merging are replaced: the
engine decodes given spans.
"""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

# Read by pyannote.audio, a dependency of whisperx, which reports usage by default.
os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "false")

import whisperx
from whisperx.alignment import LANGUAGES_WITHOUT_SPACES
from whisperx.vads.vad import Vad

from transcription.engine import RATE, DecodedUtterance, Sound, SpeechSpan
from transcription.faster_whisper_engine import FasterWhisperEngine, hotwords
from transcription.word_pieces import Piece, joined_words

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
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        decoded: list[DecodedUtterance] = []
        for language, language_spans in self._whisper.group_by_language(sound, spans, languages).items():
            if language in self._aligners and not again:
                decoded += self._aligned(sound, language_spans, language, hints)
            else:
                decoded += self._whisper.decode_language(language, sound, language_spans, hints, again=again)
        return sorted(decoded, key=lambda one: one.span.start)

    def _aligned(
        self, sound: Sound, spans: Sequence[SpeechSpan], language: str, hints: Sequence[str]
    ) -> list[DecodedUtterance]:
        self._vad.spans = spans
        self._pipeline.options = replace(self._pipeline.options, hotwords=hotwords(hints))
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
            words=joined_words(
                _pieces(aligned["word_segments"], language, _mean_probability(segment)),
                span.start / RATE,
                span.end / RATE,
            ),
            language=language,
            no_speech=self._whisper.no_speech_probability(sound, span),  # WhisperX reports none
        )


def _mean_probability(segment: dict[str, Any]) -> float:
    """The mean probability of the segment's tokens, 0 if WhisperX does not report it."""
    return math.exp(segment["avg_logprob"]) if "avg_logprob" in segment else 0.0


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


def _pieces(aligned: Sequence[dict[str, Any]], language: str, unknown: float) -> list[Piece]:
    """The aligned words, or letters in Chinese and Japanese. Numbers have neither time nor score."""
    space = "" if language in LANGUAGES_WITHOUT_SPACES else " "
    return [
        Piece(space + word["word"], word.get("start"), word.get("end"), word.get("score", unknown))
        for word in aligned
    ]
