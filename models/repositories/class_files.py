"""The files of a class or another subject."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.subjects import Subject
from models.class_file import ClassFile
from models.repositories import pages
from models.repositories.pages import PageRequest


async def get(db: AsyncSession, subject: Subject, file_id: UUID) -> ClassFile:
    """The file, retired or not. Raises NotFound."""
    row = await db.get(ClassFile, file_id)
    if row is None or row.about != subject:
        raise NotFound(f"this {subject.noun} has no file {file_id}")
    return row


async def in_use(db: AsyncSession, subject: Subject, file_id: UUID) -> ClassFile:
    """A file that is not retired. Raises NotFound."""
    row = await get(db, subject, file_id)
    if row.retired_at is not None:
        next_step = f"Check the files of the {subject.noun}."
        raise NotFound(f"the file {file_id} is retired", next_step=next_step)
    return row


async def page(db: AsyncSession, subject: Subject, request: PageRequest) -> tuple[list[ClassFile], bool]:
    return await pages.page(db, ClassFile, request, *_of(subject))


async def of_sessions(db: AsyncSession, session_ids: Sequence[UUID]) -> dict[UUID, list[ClassFile]]:
    """The files in use of each of these classes, by name."""
    query = (
        sa.select(ClassFile)
        .where(col(ClassFile.session_id).in_(session_ids), col(ClassFile.retired_at).is_(None))
        .order_by(col(ClassFile.name), col(ClassFile.id))
    )
    by_session: dict[UUID, list[ClassFile]] = defaultdict(list)
    for file in await db.scalars(query):
        if file.session_id:
            by_session[file.session_id].append(file)
    return by_session


async def lock_files_of(db: AsyncSession, subject: Subject) -> None:
    """Until the end of the transaction nobody else adds a file to this subject."""
    about = {"about": f"files of {subject.id}"}
    await db.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:about, 0))"), about)


async def count_in_use(db: AsyncSession, subject: Subject) -> int:
    query = sa.select(sa.func.count()).select_from(ClassFile)
    return int(
        (await db.execute(query.where(*_of(subject), col(ClassFile.retired_at).is_(None)))).scalar_one()
    )


def _of(subject: Subject) -> tuple[sa.ColumnElement[bool], ...]:
    return col(ClassFile.subject_kind) == subject.kind, col(ClassFile.subject_id) == subject.id


async def retire(db: AsyncSession, row: ClassFile, now: datetime) -> None:
    if row.retired_at is None:
        row.retired_at = now
        await db.flush()
