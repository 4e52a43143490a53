"""Files of a class."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from models.class_file import ClassFile
from models.repositories import pages
from models.repositories.pages import Asked


async def get(db: AsyncSession, session_id: UUID, file_id: UUID) -> ClassFile:
    """Retired or not. Raises NotFound."""
    row = await db.get(ClassFile, file_id)
    if row is None or row.session_id != session_id:
        raise NotFound(f"this class has no file {file_id}")
    return row


async def in_use(db: AsyncSession, session_id: UUID, file_id: UUID) -> ClassFile:
    """Raises NotFound."""
    row = await get(db, session_id, file_id)
    if row.retired_at is not None:
        raise NotFound(f"the file {file_id} is retired", next_step="Check the files of the class.")
    return row


async def page(db: AsyncSession, session_id: UUID, asked: Asked) -> tuple[list[ClassFile], bool]:
    return await pages.page(db, ClassFile, asked, col(ClassFile.session_id) == session_id)


async def count_in_use(db: AsyncSession, session_id: UUID) -> int:
    query = sa.select(sa.func.count()).select_from(ClassFile)
    own = (col(ClassFile.session_id) == session_id, col(ClassFile.retired_at).is_(None))
    return int((await db.execute(query.where(*own))).scalar_one())


async def retire(db: AsyncSession, row: ClassFile, now: datetime) -> None:
    if row.retired_at is None:
        row.retired_at = now
        await db.flush()
