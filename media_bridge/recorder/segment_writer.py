"""Writes the segments of all tracks: ahead to the spool while they are open, then as files, then to the object store.

A disk that takes nothing does not lose a segment: it goes to the store from memory, and waits there while neither takes
it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from obstore.exceptions import BaseError

from domain.record.recording import AudioSegment
from media_bridge.recorder.clock import SteadyClock
from media_bridge.recorder.config import StartMessage
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.segmenter import Frame, PcmSegment
from media_bridge.recorder.spool import Claim, Spool, SpooledSegment
from media_bridge.recorder.upload import FIRST_PAUSE, LONGEST_PAUSE, Uploader
from media_bridge.recorder.write_ahead import WriteAhead

SAMPLE_RATE = 16_000
_log = logging.getLogger(__name__)


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
        self._ahead = WriteAhead(spool.folder, clock)
        self._next_seq: Counter[str] = Counter()
        self._unsaved: dict[asyncio.Task[None], PcmSegment] = {}
        self._claim: Claim | None = (
            None  # until the recorder has it, its files could be taken for those of a dead one
        )
        self._claim_failed = False
        self._refused = 0  # segments that the spool does not take now

    @property
    def unsaved_since(self) -> datetime | None:
        """Start of the earliest audio that is not on disk yet."""
        segments = [segment.started for segment in self._unsaved.values()]
        moments = [*segments, *filter(None, [self._ahead.unwritten_since])]
        return self._clock.at(min(moments)) if moments else None

    @property
    def pending(self) -> int:
        """Segments that are not in the object store yet."""
        return len(self._unsaved) + self._uploader.pending

    @property
    def waiting_since(self) -> datetime | None:
        """The end of the earliest finished segment that is not in the object store yet, None if all are."""
        length = timedelta(seconds=self._start_message.config.segment_seconds)
        unsaved = min((segment.started for segment in self._unsaved.values()), default=None)
        ends = [self._clock.at(unsaved) + length] if unsaved is not None else []
        return min([*ends, *filter(None, [self._uploader.waiting_since])], default=None)

    @property
    def disk_refuses(self) -> bool:
        """Whether the spool's disk does not take audio."""
        return self._claim_failed or self._refused > 0 or self._ahead.error is not None

    async def write_ahead(self) -> None:
        """Writes open segments to the spool until cancelled."""
        while self._claim is None:
            try:
                self._claim = await asyncio.to_thread(self._spool.claim, self._start_message.recorder_id)
                self._claim_failed = False
            except OSError:
                self._claim_failed = True
                await asyncio.sleep(FIRST_PAUSE)
        await self._ahead.run()

    def release(self) -> None:
        """Leaves what is in the spool to others."""
        self._ahead.close()
        if self._claim is not None:
            self._claim.release()

    def open(self, label: TrackLabel) -> OpenSegment:
        """A new segment of a track."""
        config = self._start_message.config
        seq = self._next_seq[label.track_sid]
        self._next_seq[label.track_sid] += 1
        return OpenSegment(
            organization_id=config.organization_id,
            session_id=config.session_id,
            identity=label.identity,
            participant_sid=label.participant_sid,
            track_sid=label.track_sid,
            recorder_id=self._start_message.recorder_id,
            seq=seq,
            sample_rate=SAMPLE_RATE,
        )

    def append(self, opened: OpenSegment, frames: Iterable[Frame]) -> None:
        """Writes further frames of an open segment ahead; returns at once."""
        self._ahead.add(opened, frames)

    def add(self, opened: OpenSegment, segment: PcmSegment) -> None:
        """Starts to store a segment that is finished, and returns at once."""
        task = asyncio.create_task(self._save(opened, segment))
        self._unsaved[task] = segment
        task.add_done_callback(lambda done: self._unsaved.pop(done, None))

    async def drain(self, seconds: float) -> int:
        """Waits until nothing is in memory alone, and at most `seconds` for the store.

        Returns how many segments stay in the spool.
        """
        while self._unsaved:
            await asyncio.wait(list(self._unsaved))
        return await self._uploader.drain(seconds)

    async def _save(self, opened: OpenSegment, segment: PcmSegment) -> None:
        try:
            await self._save_somewhere(opened, segment)
        except Exception:
            # What is written ahead stays in the spool, for the recovery.
            _log.exception("a segment cannot be stored")

    async def _save_somewhere(self, opened: OpenSegment, pcm: PcmSegment) -> None:
        segment, audio = await asyncio.to_thread(opened.finish, pcm.pcm, self._clock.at(pcm.started))
        pause, refused = FIRST_PAUSE, False
        try:
            while True:
                try:
                    spooled = await self._spool_segment(segment, audio)
                except OSError:
                    self._refused += not refused
                    refused = True
                else:
                    await self._discard_ahead(opened)
                    self._uploader.add(spooled)
                    return
                if await self._store(segment, audio):
                    await self._discard_ahead(opened)
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._refused -= refused

    async def _spool_segment(self, segment: AudioSegment, audio: bytes) -> SpooledSegment:
        if self._claim is None:
            raise OSError("the spool takes no files")
        return await asyncio.to_thread(self._spool.save, segment, audio)

    async def _discard_ahead(self, opened: OpenSegment) -> None:
        await asyncio.to_thread(self._ahead.discard, opened.track_sid, opened.seq)

    async def _store(self, segment: AudioSegment, audio: bytes) -> bool:
        try:
            await self._uploader.store_from_memory(segment, audio)
        except (BaseError, OSError):
            return False
        return True
