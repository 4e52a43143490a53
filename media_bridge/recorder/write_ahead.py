"""Writes the samples of open segments to the spool as they come, so that a killed recorder loses less than a second.

Each open segment has a file: a JSON line that describes the segment, then records of one frame each. Whoever finds the
file of a dead recorder makes the segment from it.
"""

import asyncio
import os
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from media_bridge.recorder.clock import SteadyClock
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.segmenter import Frame

WRITE_SECONDS = 0.25  # what a killed process loses at most
SYNC_SECONDS = 1.0  # what a machine without power loses at most

_RECORD = struct.Struct("<dI")  # arrival in seconds of the epoch, bytes of samples


@dataclass
class _OpenFile:
    path: Path
    segment: OpenSegment
    waiting: list[Frame] = field(default_factory=list)
    file: BinaryIO | None = None
    written: int = 0  # bytes of whole records
    synced: int = 0
    closed: bool = False

    @property
    def unwritten_since(self) -> float | None:
        if not self.waiting:
            return None
        return self.waiting[0].arrived - len(self.waiting[0].pcm) / self.segment.sample_rate

    @property
    def header(self) -> bytes:
        return self.segment.model_dump_json().encode() + b"\n"


class WriteAhead:
    """The files of a recorder's open segments. `add` and `discard` return at once; `run` writes in a thread."""

    def __init__(self, folder: Path, clock: SteadyClock) -> None:
        self._folder, self._clock = folder, clock
        self._files: dict[tuple[str, int], _OpenFile] = {}
        self._synced_at = time.monotonic()
        self._lock = threading.Lock()  # held while a file is written or deleted
        self.error: OSError | None = None  # of the latest attempt to write, None if it succeeded

    @property
    def unwritten_since(self) -> float | None:
        """Clock seconds of the earliest sample that is only in memory, None if there is none."""
        starts = (one.unwritten_since for one in self._files.values())
        return min((start for start in starts if start is not None), default=None)

    def add(self, segment: OpenSegment, frames: Iterable[Frame]) -> None:
        """Appends frames to a segment's file with the next write."""
        key = (segment.track_sid, segment.seq)
        if key not in self._files:
            path = self._folder / f"{stem(segment.recorder_id, segment.track_sid, segment.seq)}.pcm"
            self._files[key] = _OpenFile(path, segment)
        self._files[key].waiting.extend(frames)

    def discard(self, track_sid: str, seq: int) -> None:
        """Deletes the file of a segment that is finished. Blocks: call it in a thread."""
        with self._lock:
            if (one := self._files.pop((track_sid, seq), None)) is None:
                return
            one.closed = True
            if one.file is not None:
                one.file.close()
            one.path.unlink(missing_ok=True)

    async def run(self) -> None:
        """Writes what waits, again and again. An error is kept in `error`; what could not be written is tried again."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await asyncio.to_thread(self.write)

    def close(self) -> None:
        """Closes the files; they stay for others."""
        with self._lock:
            for one in self._files.values():
                one.closed = True
                if one.file is not None:
                    one.file.close()

    def write(self) -> None:
        """Writes what waits. Blocks: call it in a thread."""
        failure = None
        sync = time.monotonic() - self._synced_at >= SYNC_SECONDS
        for one in list(self._files.values()):
            try:
                with self._lock:
                    self._write(one, sync=sync)
            except OSError as error:
                failure = error
        self.error = failure
        if sync:
            self._synced_at = time.monotonic()

    def _write(self, one: _OpenFile, *, sync: bool) -> None:
        frames = list(one.waiting)
        if one.closed or not (frames or sync):
            return
        if one.file is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            one.file = one.path.open("wb", buffering=0)
        records = b"".join(self._record(frame) for frame in frames)
        content = records if one.written else one.header + records
        try:
            _write_whole(one.file, content)
        except OSError:
            one.file.truncate(one.written)
            one.file.seek(one.written)
            raise
        one.written += len(content)
        del one.waiting[: len(frames)]
        if sync and one.written > one.synced:
            os.fdatasync(one.file.fileno())
            one.synced = one.written

    def _record(self, frame: Frame) -> bytes:
        samples = frame.pcm.astype("<i2").tobytes()
        return _RECORD.pack(self._clock.at(frame.arrived).timestamp(), len(samples)) + samples


def stem(recorder_id: str, track_sid: str, seq: int) -> str:
    """The name of a segment's files in the spool, without the suffix."""
    return f"{recorder_id}.{track_sid}.{seq:06d}"


def read_frames(path: Path) -> tuple[OpenSegment, list[Frame]]:
    """The segment and the whole frames of a file; what a dying process has half written is left out.

    Arrivals are in seconds of the epoch. Raises OSError, and ValueError for a file without a whole header.
    """
    content = path.read_bytes()
    header, newline, records = content.partition(b"\n")
    if not newline:
        raise ValueError("the file has no whole header")
    return OpenSegment.model_validate_json(header), list(_frames(records))


def _frames(records: bytes) -> Iterator[Frame]:
    at = 0
    while at + _RECORD.size <= len(records):
        arrived, size = _RECORD.unpack_from(records, at)
        at += _RECORD.size
        if at + size > len(records):
            return
        yield Frame(np.frombuffer(records, dtype="<i2", count=size // 2, offset=at).astype(np.int16), arrived)
        at += size


def _write_whole(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
