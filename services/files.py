"""Files that people attach to a class or another subject."""

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
from sqlalchemy.ext.asyncio import AsyncSession

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
class InspectedFile:
    """An uploaded file whose content was inspected and may be stored."""

    file: IO[bytes]
    name: str
    kind: FileKind
    size: int
    sha256: str


async def inspect(file: IO[bytes], name: str) -> InspectedFile:
    """Check size, type and content of a file. Raises PayloadTooLarge, FileRefused."""
    return await asyncio.to_thread(_inspect, file, name)


def _inspect(file: IO[bytes], name: str) -> InspectedFile:
    size = file.seek(0, 2)
    if size > MAX_BYTES:
        raise PayloadTooLarge(f"the file is larger than {MAX_BYTES} bytes", next_step="Make it smaller.")
    kind = inspect_file(file, name)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return InspectedFile(file, name, kind, size, digest.hexdigest())


async def add(
    database: Database,
    store: ObjectStore,
    who: Principal,
    subject: Subject,
    upload: InspectedFile,
    file_id: UUID,
    now: datetime,
) -> ClassFile:
    """Store the content, then the row, so that no row lacks its content.

    Called again with the same id, it returns the file that exists.

    Raises FileRefused, Unavailable.
    """
    async with database.tenant(who.organization_id) as db:
        if existing := await db.get(ClassFile, file_id):
            return existing
        await _refuse_too_many(db, subject)
    key = file_key(who.organization_id, subject.id, file_id)
    try:
        await obstore.put_async(store, key, _chunks(upload.file))
    except BaseError as error:
        raise Unavailable("the object store isn't responding") from error
    row = ClassFile(
        id=file_id,
        organization_id=who.organization_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        name=upload.name,
        media_type=upload.kind.media_type,
        size=upload.size,
        sha256=upload.sha256,
        key=key,
        created_by=who.actor,
        created_at=now,
    )
    async with database.tenant(who.organization_id) as db:
        await class_files.lock_files_of(db, subject)
        await _refuse_too_many(db, subject)  # others were added while this one was stored
        db.add(row)
    return row


async def _refuse_too_many(db: AsyncSession, subject: Subject) -> None:
    if await class_files.count_in_use(db, subject) >= MAX_FILES:
        raise FileRefused(
            f"the {subject.noun} already has {MAX_FILES} files",
            next_step="Retire files you no longer need.",
        )


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, _CHUNK):
        yield chunk
