"""The manifest of a session's audio: one JSON entry beside each audio file, written after it."""

import asyncio
from uuid import UUID

import obstore
from obstore.store import ObjectStore
from pydantic import TypeAdapter, ValidationError

from domain.errors import MalformedEvent
from domain.record.recording import AudioSegment, session_prefix

_ADAPTER = TypeAdapter(AudioSegment)
_PARALLEL = 16


def encode_entry(segment: AudioSegment) -> bytes:
    return _ADAPTER.dump_json(segment)


def decode_entry(entry: bytes) -> AudioSegment:
    """Raises MalformedEvent for an entry that is not valid."""
    try:
        return _ADAPTER.validate_json(entry)
    except ValidationError as error:
        raise MalformedEvent("a manifest entry cannot be read") from error


async def list_segments(store: ObjectStore, organization_id: UUID, session_id: UUID) -> list[AudioSegment]:
    """All stored segments of a session in order of time, read from the object store."""
    prefix = f"{session_prefix(organization_id, session_id)}/audio/"
    keys = [
        meta["path"]
        async for batch in obstore.list(store, prefix=prefix)
        for meta in batch
        if meta["path"].endswith(".json")
    ]
    gate = asyncio.Semaphore(_PARALLEL)

    async def read(key: str) -> AudioSegment:
        async with gate:
            entry = await obstore.get_async(store, key)
            return decode_entry(bytes(await entry.bytes_async()))

    segments = await asyncio.gather(*(read(key) for key in keys))
    return sorted(segments, key=lambda s: (s.started_at, s.track_sid, s.seq))
