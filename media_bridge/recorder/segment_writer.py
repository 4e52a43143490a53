"""Writes finished segments: encodes and spools them in a thread, then uploads them to the object store."""

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from domain.record.recording import AudioSegment, segment_key, session_prefix
from media_bridge.recorder.clock import SteadyClock
from media_bridge.recorder.config import StartMessage
from media_bridge.recorder.flac import encode_flac
from media_bridge.recorder.segmenter import PcmSegment
from media_bridge.recorder.spool import Spool, SpooledSegment
from media_bridge.recorder.upload import Uploader

SAMPLE_RATE = 16_000


@dataclass(frozen=True)
class TrackLabel:
    """The participant and the track that audio belongs to."""

    identity: str
    participant_sid: str
    track_sid: str


class SegmentWriter:
    """Stores the segments of all tracks of a session in the background."""

    def __init__(
        self, start_message: StartMessage, clock: SteadyClock, spool: Spool, uploader: Uploader
    ) -> None:
        self._start_message, self._clock, self._spool, self._uploader = start_message, clock, spool, uploader
        self._next_seq: Counter[str] = Counter()
        self._unsaved: dict[asyncio.Task[None], datetime] = {}

    @property
    def unsaved_since(self) -> datetime | None:
        """Start of the earliest segment that is not on disk yet."""
        return min(self._unsaved.values(), default=None)

    @property
    def pending(self) -> int:
        """Segments that are not in the object store yet."""
        return len(self._unsaved) + self._uploader.pending

    def add(self, label: TrackLabel, segment: PcmSegment) -> None:
        """Starts to store a finished segment and returns at once."""
        seq = self._next_seq[label.track_sid]
        self._next_seq[label.track_sid] += 1
        task = asyncio.create_task(self._save(label, seq, segment))
        self._unsaved[task] = self._clock.at(segment.started)
        task.add_done_callback(lambda done: self._unsaved.pop(done, None))

    def resume(self, leftovers: list[SpooledSegment]) -> None:
        """Uploads the segments that an earlier recorder of this session left in the spool."""
        for spooled in leftovers:
            self._uploader.add(spooled)

    async def drain(self, seconds: float) -> int:
        """Waits at most `seconds` for all segments to be stored; returns how many stay in the spool."""
        if self._unsaved:
            await asyncio.wait(list(self._unsaved), timeout=seconds)
        left = await self._uploader.drain(seconds)
        await asyncio.to_thread(self._spool.remove_stale_files)
        return left

    async def _save(self, label: TrackLabel, seq: int, segment: PcmSegment) -> None:
        self._uploader.add(await asyncio.to_thread(self._spool_segment, label, seq, segment))

    def _spool_segment(self, label: TrackLabel, seq: int, segment: PcmSegment) -> SpooledSegment:
        audio = encode_flac(segment.pcm, SAMPLE_RATE)
        return self._spool.save(self._segment(label, seq, segment, audio), audio)

    def _segment(self, label: TrackLabel, seq: int, segment: PcmSegment, audio: bytes) -> AudioSegment:
        config, recorder_id = self._start_message.config, self._start_message.recorder_id
        prefix = session_prefix(config.organization_id, config.session_id)
        return AudioSegment(
            organization_id=config.organization_id,
            session_id=config.session_id,
            identity=label.identity,
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            recorder_id=recorder_id,
            seq=seq,
            started_at=self._clock.at(segment.started),
            samples=len(segment.pcm),
            sample_rate=SAMPLE_RATE,
            codec="flac",
            key=segment_key(prefix, label.identity, label.track_sid, recorder_id, seq, "flac"),
            sha256=hashlib.sha256(audio).hexdigest(),
            size=len(audio),
        )
