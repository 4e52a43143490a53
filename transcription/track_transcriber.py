"""Transcribes one track segment by segment, with times from the recorder's clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, Word
from transcription.engine import RATE, DecodedUtterance, Sound, SpeechEngine, SpeechSpan
from transcription.hallucination_filter import above_noise_floor, is_plausible
from transcription.hints import echoes_hints
from transcription.second_decoding import NumbersToCompare
from transcription.speech_detection import OPEN_END, find_speech, split_unfinished

NAMESPACE = UUID("4f6c62d2-4a75-4c55-9a57-6f3a63f2a1d0")
_MAX_CLOCK_ERROR = timedelta(seconds=0.3)  # segments further apart than this are discontinuous
_SPAN_MARGIN = timedelta(seconds=0.2)  # around a stored utterance, whose sound is not heard again
_LEAD_IN = int(0.5 * RATE)  # samples kept before unfinished speech


class TrackTranscriber:
    """Feed segments in time order. An unfinished utterance is carried over to the next segment; a gap ends it.

    To resume after a crash without repeating utterances, pass the spans of the stored ones as `transcribed`, and feed
    the segments that were not consumed again.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        languages: Sequence[str],
        *,
        hints: Sequence[str] = (),
        transcribed: Sequence[Interval] = (),
    ) -> None:
        self._engine = engine
        self._languages = tuple(languages)
        self._hints = tuple(hints)
        self._transcribed = transcribed
        self._sound: Sound = np.zeros(0, np.float32)
        self._starts_at: datetime | None = None  # of the buffered sound
        self._buffered_segments: list[AudioSegment] = []  # segments that the buffered sound comes from
        self._consumed: list[AudioSegment] = []
        self._to_compare: list[NumbersToCompare] = []

    def feed(self, segment: AudioSegment, audio: Sound) -> list[Utterance]:
        """Adds a segment; returns the utterances that it completes."""
        utterances = self.finish() if self._is_discontinuous(segment) else []
        if self._starts_at is None:
            self._starts_at = segment.started_at
        self._sound = np.concatenate([self._sound, self._mute_transcribed(segment, audio)])
        self._buffered_segments.append(segment)
        complete, unfinished = split_unfinished(find_speech(self._sound), len(self._sound))
        utterances += self._decode(segment, complete)
        transcribed = complete[-1].end if complete else 0
        self._discard_before(max(transcribed, _first_needed_sample(unfinished, len(self._sound))))
        return utterances

    def finish(self) -> list[Utterance]:
        """Ends the current run of segments; returns its last utterances."""
        if not self._buffered_segments:
            return []
        utterances = self._decode(self._buffered_segments[-1], find_speech(self._sound))
        self._discard_before(len(self._sound))
        self._starts_at = None
        return utterances

    def take_consumed_segments(self) -> list[AudioSegment]:
        """Segments whose utterances have all been returned since the last call."""
        taken, self._consumed = self._consumed, []
        return taken

    def take_numbers_to_compare(self) -> list[NumbersToCompare]:
        """Utterances with numbers that have been returned since the last call."""
        taken, self._to_compare = self._to_compare, []
        return taken

    def _is_discontinuous(self, segment: AudioSegment) -> bool:
        if self._starts_at is None:
            return False
        expected = self._starts_at + timedelta(seconds=len(self._sound) / RATE)
        return abs(segment.started_at - expected) > _MAX_CLOCK_ERROR

    def _mute_transcribed(self, segment: AudioSegment, audio: Sound) -> Sound:
        """The audio, silenced where it was transcribed before a crash."""
        muted = audio
        for span in self._transcribed:
            start = max(_samples(span.start - _SPAN_MARGIN - segment.started_at), 0)
            end = min(_samples(span.end + _SPAN_MARGIN - segment.started_at), len(audio))
            if start < end:
                muted = muted.copy() if muted is audio else muted
                muted[start:end] = 0
        return muted

    def _discard_before(self, offset: int) -> None:
        """Drops the sound before sample `offset`, and the segments that end before it."""
        assert self._starts_at is not None
        self._sound = self._sound[offset:]
        self._starts_at += timedelta(seconds=offset / RATE)
        slack = timedelta(milliseconds=1)
        while self._buffered_segments and self._buffered_segments[0].ended_at <= self._starts_at + slack:
            self._consumed.append(self._buffered_segments.pop(0))
        if len(self._sound) == 0:
            self._consumed += self._buffered_segments
            self._buffered_segments = []

    def _decode(self, segment: AudioSegment, spans: list[SpeechSpan]) -> list[Utterance]:
        loud = above_noise_floor(self._sound, spans)
        if not loud:
            return []
        decoded = self._engine.decode(self._sound, loud, self._languages, self._hints)
        plausible = [one for one in decoded if is_plausible(one) and not echoes_hints(one, self._hints)]
        utterances = [self._utterance(segment, one) for one in plausible]
        self._to_compare += [
            NumbersToCompare(utterance, self._sound[one.span.start : one.span.end].copy())
            for utterance, one in zip(utterances, plausible, strict=True)
            if utterance.has_uncompared_numbers
        ]
        return utterances

    def _utterance(self, segment: AudioSegment, decoded: DecodedUtterance) -> Utterance:
        assert self._starts_at is not None
        starts_at = self._starts_at + timedelta(seconds=decoded.span.start / RATE)
        offset = decoded.span.start / RATE
        words = tuple(
            Word(
                start_ms=max(round((word.start - offset) * 1000), 0),
                end_ms=max(round((word.end - offset) * 1000), 0),
                text=word.text,
                probability=word.probability,
            )
            for word in decoded.words
        )
        sure = [word.probability for word in words]
        return Utterance(
            id=uuid5(NAMESPACE, f"{segment.track_sid}:{round(starts_at.timestamp() * 1000)}"),
            identity=segment.identity,
            track_sid=segment.track_sid,
            starts_at=starts_at,
            ends_at=self._starts_at + timedelta(seconds=decoded.span.end / RATE),
            text=decoded.text,
            words=words,
            language=decoded.language,
            confidence=round(sum(sure) / len(sure), 3) if sure else 0.0,
            engine=self._engine.name,
        )


def _samples(time: timedelta) -> int:
    return round(time.total_seconds() * RATE)


def _first_needed_sample(unfinished: SpeechSpan | None, length: int) -> int:
    """The first sample to keep: before the unfinished speech, or near the end, where speech may just have begun."""
    return max(unfinished.start - _LEAD_IN if unfinished else length - OPEN_END, 0)
