"""Stores what recorders that have died or stopped left in the spool, open segments included."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from obstore.store import ObjectStore

from domain.record.recording import AudioSegment
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.segmenter import Segmenter
from media_bridge.recorder.spool import Spool
from media_bridge.recorder.upload import store_segment
from media_bridge.recorder.write_ahead import read_frames, stem

_WHOLE_FILE = 86_400.0  # seconds: a file is cut only where samples are missing


OnStored = Callable[[AudioSegment], Awaitable[None]]


async def store_abandoned(spool: Spool, store: ObjectStore, on_stored: OnStored) -> int:
    """Uploads the audio of every recorder of the session that is not alive; returns the number of segments.

    `on_stored` is awaited for each segment before it leaves the spool. Several processes may do this at once: each
    recorder's files are claimed by one. Raises obstore's errors, OSError and what `on_stored` raises; what was not
    stored stays in the spool.
    """
    count = 0
    for recorder_id in await asyncio.to_thread(spool.recorders):
        claim = await asyncio.to_thread(spool.claim, recorder_id)
        if claim is None:
            continue
        try:
            await asyncio.to_thread(spool.clean_up, recorder_id)
            count += await _store_finished(spool, store, recorder_id, on_stored)
            count += await _store_unfinished(spool, store, recorder_id, on_stored)
        finally:
            claim.release()
    await asyncio.to_thread(spool.remove_if_empty)
    return count


async def _store_finished(spool: Spool, store: ObjectStore, recorder_id: str, on_stored: OnStored) -> int:
    finished = await asyncio.to_thread(spool.finished, recorder_id)
    for spooled in finished:
        audio = await asyncio.to_thread(spooled.read_audio)
        if audio is not None:
            await on_stored(await store_segment(store, spooled.segment, audio))
        await asyncio.to_thread(spool.discard, spooled)
    return len(finished)


async def _store_unfinished(spool: Spool, store: ObjectStore, recorder_id: str, on_stored: OnStored) -> int:
    count = 0
    for path in await asyncio.to_thread(spool.unfinished, recorder_id):
        for segment, audio in await asyncio.to_thread(_finish, spool, path):
            await on_stored(await store_segment(store, segment, audio))
            count += 1
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return count


def _finish(spool: Spool, path: Path) -> list[tuple[AudioSegment, bytes]]:
    """The segments of an open segment's file: one, or several where samples are missing in between."""
    try:
        opened, frames = read_frames(path)
    except ValueError:
        if path.stat().st_size:
            spool.set_aside(path)
        return []
    segmenter = Segmenter(opened.sample_rate, _WHOLE_FILE)
    cuts = [cut for frame in frames for cut in segmenter.push(frame)]
    if (last := segmenter.finish()) is not None:
        cuts.append(last)
    if cuts and _follows(path, opened):
        del cuts[1:]  # the later frames are in the next segment's own file
    return [
        opened.model_copy(update={"seq": opened.seq + number}).finish(
            cut.pcm, datetime.fromtimestamp(cut.started, UTC)
        )
        for number, cut in enumerate(cuts)
    ]


def _follows(path: Path, opened: OpenSegment) -> bool:
    """Whether the recorder has begun the next segment of the track."""
    return path.with_name(f"{stem(opened.recorder_id, opened.track_sid, opened.seq + 1)}.pcm").exists()
