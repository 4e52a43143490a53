"""Uploads segments to the object store: the audio file first, then its manifest entry."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from domain.record.recording import AudioSegment, manifest_key
from media_bridge.recorder.manifest import encode_entry, read_entry
from media_bridge.recorder.spool import Spool, SpooledSegment

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds between attempts
_PARALLEL = 4


class Uploader:
    """Uploads spooled segments in the background, retrying until each is stored, and then calls `on_stored`."""

    def __init__(self, store: ObjectStore, spool: Spool, on_stored: Callable[[AudioSegment], None]) -> None:
        self._store, self._spool, self._on_stored = store, spool, on_stored
        self._gate = asyncio.Semaphore(_PARALLEL)
        self._tasks: dict[asyncio.Task[None], datetime] = {}

    @property
    def pending(self) -> int:
        """Segments that are not stored yet."""
        return len(self._tasks)

    @property
    def waiting_since(self) -> datetime | None:
        """The end of the earliest segment that is not stored yet, None if all are."""
        return min(self._tasks.values(), default=None)

    def add(self, spooled: SpooledSegment) -> None:
        """Starts to upload a segment and returns at once."""
        task = asyncio.create_task(self._until_stored(spooled))
        self._tasks[task] = spooled.segment.ended_at
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def store_from_memory(self, segment: AudioSegment, audio: bytes) -> None:
        """Uploads a segment that the spool does not take. Raises obstore's errors and OSError."""
        async with self._gate:
            stored = await store_segment(self._store, segment, audio)
        self._on_stored(stored)

    async def drain(self, seconds: float) -> int:
        """Waits at most `seconds`; returns how many segments stay in the spool."""
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=seconds)
            for task in pending:
                task.cancel()
            return len(pending)
        return 0

    async def _until_stored(self, spooled: SpooledSegment) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._gate:
                    audio = await asyncio.to_thread(spooled.read_audio)
                    if audio is None:
                        return
                    stored = await store_segment(self._store, spooled.segment, audio)
                break
            except (BaseError, OSError):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        await asyncio.to_thread(self._spool.discard, spooled)
        self._on_stored(stored)


async def store_segment(store: ObjectStore, segment: AudioSegment, audio: bytes) -> AudioSegment:
    """Uploads the audio file, then its entry; a segment that is stored already stays as it is.

    Returns the segment as it is stored. Raises obstore's errors and OSError.
    """
    entry = manifest_key(segment.key)
    try:
        return await read_entry(store, entry)
    except FileNotFoundError:
        await obstore.put_async(store, segment.key, audio)
        await obstore.put_async(store, entry, encode_entry(segment), mode="create")
        return segment
