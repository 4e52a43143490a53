"""Files that people bring to a class or another subject."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from domain.errors import FileRefused, PayloadTooLarge, Unavailable
from domain.people.access import Principal
from domain.record.files import MAX_BYTES, MAX_FILES, FileKind, file_key
from domain.subjects import Subject
from models.class_file import ClassFile
from models.database import Database
from models.repositories import class_files
from storage.files import inspect_file

_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class Brought:
    """A file that may be kept."""

    file: IO[bytes]
    name: str
    kind: FileKind
    size: int
    sha256: str


async def look_at(file: IO[bytes], name: str) -> Brought:
    """Raises PayloadTooLarge, FileRefused."""
    return await asyncio.to_thread(_look_at, file, name)


def _look_at(file: IO[bytes], name: str) -> Brought:
    size = file.seek(0, 2)
    if size > MAX_BYTES:
        raise PayloadTooLarge(f"the file is larger than {MAX_BYTES} bytes", next_step="Make it smaller.")
    kind = inspect_file(file, name)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return Brought(file, name, kind, size, digest.hexdigest())


async def add(
    database: Database,
    store: ObjectStore,
    who: Principal,
    subject: Subject,
    brought: Brought,
    file_id: UUID,
    now: datetime,
) -> ClassFile:
    """The content first, so that no row is without it. Added again under the same id, it is the one that is there.

    Raises FileRefused, Unavailable.
    """
    async with database.tenant(who.organization_id) as db:
        if there := await db.get(ClassFile, file_id):
            return there
        if await class_files.count_in_use(db, subject) >= MAX_FILES:
            raise FileRefused(
                f"the {subject.noun} already has {MAX_FILES} files",
                next_step="Retire files you no longer need.",
            )
    key = file_key(who.organization_id, subject.id, file_id)
    try:
        await obstore.put_async(store, key, _chunks(brought.file))
    except BaseError as error:
        raise Unavailable("the object store isn't responding") from error
    row = ClassFile(
        id=file_id,
        organization_id=who.organization_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        name=brought.name,
        media_type=brought.kind.media_type,
        size=brought.size,
        sha256=brought.sha256,
        key=key,
        created_by=who.actor,
        created_at=now,
    )
    async with database.tenant(who.organization_id) as db:
        db.add(row)
    return row


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, _CHUNK):
        yield chunk
