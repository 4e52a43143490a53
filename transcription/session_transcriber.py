"""Transcribes a class: one transcriber per track, no storage."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, in_time_order
from transcription.audio import decode_audio
from transcription.engine import SpeechEngine
from transcription.track import TrackTranscriber


class SessionTranscriber:
    """One thread at a time. Segments of one track come in time order, tracks in any."""

    def __init__(
        self,
        engine: SpeechEngine,
        languages: Sequence[str],
        *,
        heard_until: Mapping[str, datetime] | None = None,
    ) -> None:
        """`heard_until` maps track sid to the end of its last stored utterance, after a crash."""
        self._engine = engine
        self._languages = languages
        self._heard_until = heard_until or {}
        self._tracks: dict[str, TrackTranscriber] = {}

    def feed(self, segment: AudioSegment, data: bytes) -> list[Utterance]:
        """`data` is the stored audio file. Raises MalformedEvent."""
        return in_time_order(self._track(segment.track_sid).feed(segment, decode_audio(data)))

    def finish(self) -> list[Utterance]:
        return in_time_order([said for track in self._tracks.values() for said in track.finish()])

    def take_consumed(self) -> list[AudioSegment]:
        return [segment for track in self._tracks.values() for segment in track.take_consumed()]

    def _track(self, sid: str) -> TrackTranscriber:
        if sid not in self._tracks:
            self._tracks[sid] = TrackTranscriber(
                self._engine, self._languages, heard_until=self._heard_until.get(sid)
            )
        return self._tracks[sid]
