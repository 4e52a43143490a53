"""The default speech engine: faster-whisper (CTranslate2), on a CPU or a GPU."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer

from domain.record.scripts import separator
from transcription.engine import RATE, DecodedUtterance, Sound, SpeechSpan
from transcription.word_pieces import Piece, joined_words

_BATCH = 4
_BEAM = 5
_OTHER_BEAM = 1  # greedy: often reads a number differently where the sound is not clear
logging.getLogger("faster_whisper").setLevel(logging.WARNING)


class FasterWhisperEngine:
    """Decodes with a Whisper model through faster-whisper's batched pipeline."""

    def __init__(self, model: str, *, compute_type: str = "int8", threads: int = 0) -> None:
        """`model` is a folder or a name on the model hub; with `threads` 0, faster-whisper chooses the number."""
        self._use(WhisperModel(model, device="auto", compute_type=compute_type, cpu_threads=threads), model)

    @classmethod
    def sharing_model(cls, model: WhisperModel, name: str) -> "FasterWhisperEngine":
        """An engine that uses an already loaded model."""
        engine = cls.__new__(cls)
        engine._use(model, name)
        return engine

    def _use(self, model: WhisperModel, name: str) -> None:
        self._model = model
        self._pipeline = BatchedInferencePipeline(model)
        self.name = f"faster-whisper:{name.rstrip('/').rpartition('/')[2]}"

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        grouped = self.group_by_language(sound, spans, languages)
        decoded = [
            one
            for language, language_spans in grouped.items()
            for one in self.decode_language(language, sound, language_spans, hints, again=again)
        ]
        return sorted(decoded, key=lambda one: one.span.start)

    def group_by_language(
        self, sound: Sound, spans: Sequence[SpeechSpan], languages: Sequence[str]
    ) -> dict[str, list[SpeechSpan]]:
        """Groups the spans by their detected language."""
        grouped: dict[str, list[SpeechSpan]] = defaultdict(list)
        for span in spans:
            grouped[self._language(sound, span, languages)].append(span)
        return grouped

    def _language(self, sound: Sound, span: SpeechSpan, languages: Sequence[str]) -> str:
        """The most probable of the candidate languages."""
        if not self._model.model.is_multilingual:
            return "en"
        if len(languages) == 1:
            return languages[0]
        _, _, ranked = self._model.detect_language(sound[span.start : span.end])
        likely = dict(ranked)
        return max(languages, key=lambda language: likely.get(language, 0.0))

    def decode_language(
        self,
        language: str,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        """Decodes spans of one language."""
        segments, _ = self._pipeline.transcribe(
            sound,
            language=language,
            batch_size=_BATCH,
            beam_size=_OTHER_BEAM if again else _BEAM,
            without_timestamps=True,
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=False,
            hotwords=hotwords(hints),
            clip_timestamps=[{"start": s.start / RATE, "end": s.end / RATE} for s in spans],
        )
        by_span: dict[SpeechSpan, list[Any]] = defaultdict(list)
        for segment in segments:
            by_span[_nearest(spans, segment.start, segment.end)].append(segment)
        return [_as_utterance(span, parts, language) for span, parts in by_span.items()]

    def no_speech_probability(self, sound: Sound, span: SpeechSpan) -> float:
        """The probability that a span holds no speech, for pipelines that do not report it."""
        features = self._model.feature_extractor(sound[span.start : span.end])
        encoded = self._model.encode(pad_or_trim(features))
        tokenizer = Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language="en"
        )
        first = self._model.model.generate(
            encoded,
            [[*tokenizer.sot_sequence, tokenizer.no_timestamps]],
            beam_size=1,
            max_length=len(tokenizer.sot_sequence) + 2,
            return_no_speech_prob=True,
        )
        return float(first[0].no_speech_prob)


def hotwords(hints: Sequence[str]) -> str | None:
    """The hints as Whisper reads them, as if they had been said before."""
    return ", ".join(hints) or None


def _nearest(spans: Sequence[SpeechSpan], start: float, end: float) -> SpeechSpan:
    middle = (start + end) / 2 * RATE
    return min(spans, key=lambda s: max(s.start - middle, middle - s.end, 0))


def _as_utterance(span: SpeechSpan, parts: Sequence[Any], language: str) -> DecodedUtterance:
    pieces = [
        Piece(word.word, word.start, word.end, word.probability)
        for part in parts
        for word in part.words or ()
    ]
    return DecodedUtterance(
        span=span,
        text=_text([part.text.strip() for part in parts if part.text.strip()]),
        words=joined_words(pieces, span.start / RATE, span.end / RATE),
        language=language,
        no_speech=max(part.no_speech_prob for part in parts),
    )


def _text(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        text += (separator(text, part) if text else "") + part
    return text
