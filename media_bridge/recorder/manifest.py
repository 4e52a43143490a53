"""The manifest of a session's audio: one JSON entry beside each audio file, written after it."""

import asyncio
from collections.abc import Collection
from uuid import UUID

import obstore
from obstore.store import ObjectStore
from pydantic import TypeAdapter, ValidationError

from domain.errors import MalformedEvent
from domain.record.recording import AudioSegment, manifest_key, session_prefix

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


async def read_entry(store: ObjectStore, key: str) -> AudioSegment:
    """Raises FileNotFoundError, obstore's errors, and MalformedEvent for an entry that is not valid."""
    entry = await obstore.get_async(store, key)
    return decode_entry(bytes(await entry.bytes_async()))


async def list_segments(
    store: ObjectStore, organization_id: UUID, session_id: UUID, *, known: Collection[str] = ()
) -> list[AudioSegment]:
    """The stored segments of a session in order of time, read from the object store, without those of `known` keys.

    Raises obstore's errors.
    """
    passed_over = {manifest_key(key) for key in known}
    prefix = f"{session_prefix(organization_id, session_id)}/audio/"
    keys = [
        meta["path"]
        async for batch in obstore.list(store, prefix=prefix)
        for meta in batch
        if meta["path"].endswith(".json") and meta["path"] not in passed_over
    ]
    gate = asyncio.Semaphore(_PARALLEL)

    async def read(key: str) -> AudioSegment:
        async with gate:
            return await read_entry(store, key)

    segments = await asyncio.gather(*(read(key) for key in keys))
    return sorted(segments, key=lambda s: (s.started_at, s.track_sid, s.seq))
