"""Transcribes one track, segment by segment, on the clock of its recorder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, Word
from transcription.cutting import OPEN_END, find_speech, split_open
from transcription.engine import RATE, DecodedUtterance, Sound, SpeechEngine, SpeechSpan
from transcription.gates import believable, loud_enough

NAMESPACE = UUID("4f6c62d2-4a75-4c55-9a57-6f3a63f2a1d0")
_SEAM = timedelta(seconds=0.3)  # segments further apart than this do not belong together
_BEFORE_SPEECH = int(0.5 * RATE)  # sound kept before speech that is carried over


class TrackTranscriber:
    """Feed segments in time order. What an utterance needs of the next segment is carried over; a gap ends it.

    Fed again after a crash, from the first segment that was not consumed and with `heard_until`, it repeats nothing.
    """

    def __init__(
        self, engine: SpeechEngine, languages: Sequence[str], *, heard_until: datetime | None = None
    ) -> None:
        self._engine = engine
        self._languages = tuple(languages)
        self._heard_until = heard_until
        self._sound: Sound = np.zeros(0, np.float32)
        self._starts_at: datetime | None = None  # of the sound at hand
        self._at_hand: list[AudioSegment] = []  # segments that part of the sound at hand comes from
        self._consumed: list[AudioSegment] = []

    def feed(self, segment: AudioSegment, audio: Sound) -> list[Utterance]:
        """The utterances that are complete with this segment."""
        said = self.finish() if self._breaks_off(segment) else []
        if self._starts_at is None:
            self._starts_at = segment.started_at
        self._sound = np.concatenate([self._sound, self._unheard(segment, audio)])
        self._at_hand.append(segment)
        complete, going_on = split_open(find_speech(self._sound), len(self._sound))
        said += self._decode(segment, complete)
        heard = complete[-1].end if complete else 0
        self._keep_from(max(heard, _still_needed(going_on, len(self._sound))))
        return said

    def finish(self) -> list[Utterance]:
        """The last utterances: nothing follows, or not without a gap."""
        if not self._at_hand:
            return []
        said = self._decode(self._at_hand[-1], find_speech(self._sound))
        self._keep_from(len(self._sound))
        self._starts_at = None
        return said

    def take_consumed(self) -> list[AudioSegment]:
        """Segments of which all that was said is out, since the last call."""
        taken, self._consumed = self._consumed, []
        return taken

    def _breaks_off(self, segment: AudioSegment) -> bool:
        if self._starts_at is None:
            return False
        expected = self._starts_at + timedelta(seconds=len(self._sound) / RATE)
        return abs(segment.started_at - expected) > _SEAM

    def _unheard(self, segment: AudioSegment, audio: Sound) -> Sound:
        """The audio, silent where it was transcribed before a crash."""
        if self._heard_until is None or segment.started_at >= self._heard_until:
            return audio
        heard = int((self._heard_until - segment.started_at).total_seconds() * RATE)
        return np.concatenate([np.zeros(min(heard, len(audio)), np.float32), audio[heard:]])

    def _keep_from(self, offset: int) -> None:
        """Let go of the sound before `offset`, and of the segments that lie before it."""
        assert self._starts_at is not None
        self._sound = self._sound[offset:]
        self._starts_at += timedelta(seconds=offset / RATE)
        slack = timedelta(milliseconds=1)
        while self._at_hand and self._at_hand[0].ended_at <= self._starts_at + slack:
            self._consumed.append(self._at_hand.pop(0))
        if len(self._sound) == 0:
            self._consumed += self._at_hand
            self._at_hand = []

    def _decode(self, segment: AudioSegment, spans: list[SpeechSpan]) -> list[Utterance]:
        loud = loud_enough(self._sound, spans)
        if not loud:
            return []
        decoded = self._engine.decode(self._sound, loud, self._languages)
        return [self._utterance(segment, one) for one in decoded if believable(one)]

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


def _still_needed(going_on: SpeechSpan | None, length: int) -> int:
    """From where on the sound is needed: speech that goes on, or the end, where speech may be too young to be seen."""
    return max(going_on.start - _BEFORE_SPEECH if going_on else length - OPEN_END, 0)
