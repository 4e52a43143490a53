"""Transcribes the tracks of a session, with one TrackTranscriber per track."""

from collections import deque
from collections.abc import Mapping, Sequence

from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, in_time_order
from transcription.audio import decode_audio, sound_between
from transcription.engine import SpeechEngine
from transcription.second_decoding import NumbersToCompare
from transcription.track_transcriber import TrackTranscriber


class SessionTranscriber:
    """Not thread-safe. Feed the segments of each track in time order; tracks may alternate in any order."""

    def __init__(
        self,
        engine: SpeechEngine,
        languages: Sequence[str],
        *,
        hints: Sequence[str] = (),
        transcribed: Mapping[str, Sequence[Interval]] | None = None,
    ) -> None:
        """`hints` are names and terms that may be said.

        `transcribed` maps track sids to the spans of their stored utterances, to resume after a crash.
        """
        self._engine = engine
        self._languages = languages
        self._hints = hints
        self._transcribed = transcribed or {}
        self._tracks: dict[str, TrackTranscriber] = {}
        self._to_compare: deque[NumbersToCompare] = deque()

    def feed(self, segment: AudioSegment, data: bytes) -> list[Utterance]:
        """The utterances completed by a segment, whose stored audio file is `data`. Raises MalformedEvent."""
        track = self._track(segment.track_sid)
        utterances = track.feed(segment, decode_audio(data))
        self._to_compare += track.take_numbers_to_compare()
        return in_time_order(utterances)

    def finish(self) -> list[Utterance]:
        """The last utterances of all tracks; no segments may follow."""
        utterances: list[Utterance] = []
        for track in self._tracks.values():
            utterances += track.finish()
            self._to_compare += track.take_numbers_to_compare()
        return in_time_order(utterances)

    @property
    def has_numbers_to_compare(self) -> bool:
        """Whether utterances with numbers wait to be decoded a second time."""
        return bool(self._to_compare)

    def compare_later(self, utterance: Utterance, audio: Sequence[tuple[AudioSegment, bytes]]) -> None:
        """Adds an utterance whose numbers an earlier attempt did not compare, with the segments that hold its sound.

        Blocks, as `feed` does. Raises MalformedEvent.
        """
        heard = [(segment.started_at, decode_audio(data)) for segment, data in audio]
        sound = sound_between(heard, utterance.starts_at, utterance.ends_at)
        self._to_compare.append(NumbersToCompare(utterance, sound))

    def compare_numbers(self) -> Utterance:
        """Decodes the next of these utterances once more; returns it with what was heard in place of its numbers.

        Blocks, as `feed` does. Nobody waits for it: what is fed goes before.
        """
        return self._to_compare.popleft().compare(self._engine)

    def take_consumed_segments(self) -> list[AudioSegment]:
        """Segments whose utterances have all been returned since the last call."""
        return [segment for track in self._tracks.values() for segment in track.take_consumed_segments()]

    def _track(self, sid: str) -> TrackTranscriber:
        if sid not in self._tracks:
            self._tracks[sid] = TrackTranscriber(
                self._engine,
                self._languages,
                hints=self._hints,
                transcribed=self._transcribed.get(sid, ()),
            )
        return self._tracks[sid]
