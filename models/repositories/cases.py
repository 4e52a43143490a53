"""Cases: opened once per cause, and the queue of them over all sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from models.exception_case import ExceptionCase
from models.repositories import pages
from models.repositories.pages import Asked
from models.session import Session


@dataclass(frozen=True)
class QueuedCase:
    case: ExceptionCase
    session_title: str
    session_starts_at: datetime
    time_zone: str


async def page(
    db: AsyncSession, asked: Asked, overdue_at: datetime | None = None
) -> tuple[list[QueuedCase], bool]:
    """The cases, and whether there are more; with `overdue_at`, those due before it alone."""
    where = [col(ExceptionCase.due_at) < overdue_at] if overdue_at else []
    rows, more = await pages.page(db, ExceptionCase, asked, *where)
    return await _with_sessions(db, rows), more


async def get(db: AsyncSession, case_id: UUID, *, lock: bool = False) -> QueuedCase:
    """Raises NotFound."""
    query = sa.select(ExceptionCase).where(col(ExceptionCase.id) == case_id)
    row = (await db.scalars(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no exception {case_id}")
    return (await _with_sessions(db, [row]))[0]


async def _with_sessions(db: AsyncSession, rows: list[ExceptionCase]) -> list[QueuedCase]:
    query = sa.select(col(Session.id), col(Session.title), col(Session.starts_at), col(Session.time_zone))
    ids = {row.session_id for row in rows}
    found: dict[UUID, Any] = {row.id: row for row in await db.execute(query.where(col(Session.id).in_(ids)))}
    return [
        QueuedCase(row, of.title, of.starts_at, of.time_zone)
        for row in rows
        for of in (found[row.session_id],)
    ]


async def open_once(db: AsyncSession, case: ExceptionCase) -> bool:
    """True where the case was not open before."""
    statement = insert(ExceptionCase).values(case.model_dump()).on_conflict_do_nothing()
    result = await db.execute(statement.returning(col(ExceptionCase.id)))
    return result.first() is not None


async def of_session(db: AsyncSession, session_id: UUID) -> list[ExceptionCase]:
    query = sa.select(ExceptionCase).where(col(ExceptionCase.session_id) == session_id)
    return list(await db.scalars(query.order_by(col(ExceptionCase.opened_at))))
