"""From cut samples to stored segments: encoded and spooled in a thread, then uploaded."""

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from domain.record.recording import AudioSegment, segment_key, session_prefix
from media_bridge.recorder.clock import RoomClock
from media_bridge.recorder.cutting import Cut
from media_bridge.recorder.flac import encode_flac
from media_bridge.recorder.orders import Orders
from media_bridge.recorder.spool import Spool, Spooled
from media_bridge.recorder.upload import Uploader

SAMPLE_RATE = 16_000


@dataclass(frozen=True)
class TrackLabel:
    """Whose audio a track is."""

    identity: str
    participant_sid: str
    track_sid: str


class Archive:
    def __init__(self, orders: Orders, clock: RoomClock, spool: Spool, uploader: Uploader) -> None:
        self._orders, self._clock, self._spool, self._uploader = orders, clock, spool, uploader
        self._next_seq: Counter[str] = Counter()
        self._unsaved: dict[asyncio.Task[None], datetime] = {}

    @property
    def unsaved_since(self) -> datetime | None:
        """Start of the earliest cut that is not on disk yet."""
        return min(self._unsaved.values(), default=None)

    @property
    def pending(self) -> int:
        return len(self._unsaved) + self._uploader.pending

    def add(self, label: TrackLabel, cut: Cut) -> None:
        """Takes a finished cut; storing it goes on in the background."""
        seq = self._next_seq[label.track_sid]
        self._next_seq[label.track_sid] += 1
        task = asyncio.create_task(self._save(label, seq, cut))
        self._unsaved[task] = self._clock.at(cut.started)
        task.add_done_callback(lambda done: self._unsaved.pop(done, None))

    def resume(self, leftovers: list[Spooled]) -> None:
        """Uploads what an earlier recorder of this session left in the spool."""
        for spooled in leftovers:
            self._uploader.add(spooled)

    async def drain(self, seconds: float) -> int:
        """Waits at most `seconds` for all to be stored; returns how many segments stay in the spool."""
        if self._unsaved:
            await asyncio.wait(list(self._unsaved), timeout=seconds)
        left = await self._uploader.drain(seconds)
        await asyncio.to_thread(self._spool.tidy)
        return left

    async def _save(self, label: TrackLabel, seq: int, cut: Cut) -> None:
        self._uploader.add(await asyncio.to_thread(self._spool_cut, label, seq, cut))

    def _spool_cut(self, label: TrackLabel, seq: int, cut: Cut) -> Spooled:
        audio = encode_flac(cut.pcm, SAMPLE_RATE)
        return self._spool.save(self._segment(label, seq, cut, audio), audio)

    def _segment(self, label: TrackLabel, seq: int, cut: Cut, audio: bytes) -> AudioSegment:
        config, recorder_id = self._orders.config, self._orders.recorder_id
        prefix = session_prefix(config.organization_id, config.session_id)
        return AudioSegment(
            organization_id=config.organization_id,
            session_id=config.session_id,
            identity=label.identity,
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            recorder_id=recorder_id,
            seq=seq,
            started_at=self._clock.at(cut.started),
            samples=len(cut.pcm),
            sample_rate=SAMPLE_RATE,
            codec="flac",
            key=segment_key(prefix, label.identity, label.track_sid, recorder_id, seq, "flac"),
            sha256=hashlib.sha256(audio).hexdigest(),
            size=len(audio),
        )
