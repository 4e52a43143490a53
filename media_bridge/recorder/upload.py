"""Uploads segments from the spool to the object store: the audio file first, then its manifest entry."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore

from domain.record.recording import AudioSegment, manifest_key
from media_bridge.recorder.manifest import encode_entry
from media_bridge.recorder.spool import Spool, SpooledSegment, session_spools

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds between attempts
_PARALLEL = 4


class Uploader:
    """Uploads spooled segments in the background, retrying until each is stored, and then calls `on_stored`."""

    def __init__(self, store: ObjectStore, spool: Spool, on_stored: Callable[[AudioSegment], None]) -> None:
        self._store, self._spool, self._on_stored = store, spool, on_stored
        self._gate = asyncio.Semaphore(_PARALLEL)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Segments that are not stored yet."""
        return len(self._tasks)

    def add(self, spooled: SpooledSegment) -> None:
        """Starts to upload a segment and returns at once."""
        task = asyncio.create_task(self._until_stored(spooled))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
                    await store_segment(self._store, spooled)
                break
            except (BaseError, OSError):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        await asyncio.to_thread(self._spool.discard, spooled)
        self._on_stored(spooled.segment)


async def store_segment(store: ObjectStore, spooled: SpooledSegment) -> None:
    """Uploads the audio file, then its entry. Idempotent. Raises obstore's errors and OSError."""
    segment = spooled.segment
    await obstore.put_async(store, segment.key, await asyncio.to_thread(spooled.audio.read_bytes))
    try:
        await obstore.put_async(store, manifest_key(segment.key), encode_entry(segment), mode="create")
    except AlreadyExistsError:
        return


async def upload_leftovers(spool_dir: Path, store: ObjectStore) -> list[AudioSegment]:
    """Uploads all segments in this machine's spool, for a worker that starts; returns them.

    Raises obstore's errors and OSError; segments uploaded before the error stay stored.
    """
    stored: list[AudioSegment] = []
    for spool in await asyncio.to_thread(session_spools, spool_dir):
        for spooled in await asyncio.to_thread(spool.leftovers):
            await store_segment(store, spooled)
            await asyncio.to_thread(spool.discard, spooled)
            stored.append(spooled.segment)
        await asyncio.to_thread(spool.remove_stale_files)
    return stored
