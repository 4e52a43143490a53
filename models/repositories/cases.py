"""Exception cases: at most one open case per cause, and the queue over all subjects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from models.exception_case import ExceptionCase
from models.repositories import names, pages
from models.repositories.pages import PageRequest
from models.session import Session


@dataclass(frozen=True)
class ClassTime:
    starts_at: datetime
    time_zone: str  # the zone the class is planned in


@dataclass(frozen=True)
class QueuedCase:
    case: ExceptionCase
    title: str  # the subject's title or name; empty where it has none
    at: ClassTime | None  # of a subject that is a session


async def page(
    db: AsyncSession, request: PageRequest, overdue_at: datetime | None = None
) -> tuple[list[QueuedCase], bool]:
    """The cases, and whether there are more; with `overdue_at`, only those that are due before it."""
    where = [col(ExceptionCase.due_at) < overdue_at] if overdue_at else []
    rows, more = await pages.page(db, ExceptionCase, request, *where)
    return await _with_subjects(db, rows), more


async def get(db: AsyncSession, case_id: UUID, *, lock: bool = False) -> QueuedCase:
    """Raises NotFound."""
    query = sa.select(ExceptionCase).where(col(ExceptionCase.id) == case_id)
    if lock:  # read again what this transaction may have read before it had the lock
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await db.scalars(query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no exception {case_id}")
    return (await _with_subjects(db, [row]))[0]


async def _with_subjects(db: AsyncSession, rows: list[ExceptionCase]) -> list[QueuedCase]:
    titles = await names.of_subjects(db, {row.about for row in rows})
    times = await _times(db, {row.session_id for row in rows if row.session_id})
    return [
        QueuedCase(row, titles.get(row.about, ""), times.get(row.session_id) if row.session_id else None)
        for row in rows
    ]


async def _times(db: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, ClassTime]:
    if not session_ids:
        return {}
    query = sa.select(col(Session.id), col(Session.starts_at), col(Session.time_zone))
    rows = await db.execute(query.where(col(Session.id).in_(session_ids)))
    return {key: ClassTime(starts_at, time_zone) for key, starts_at, time_zone in rows}


async def report(db: AsyncSession, new: ExceptionCase) -> bool:
    """Add the report in `new` to the open case of its cause, or insert `new` as one; returns whether it was inserted.

    A report that any case of the cause holds already changes nothing. A case that is resolved at the same moment, or
    opened by a concurrent report, is waited for.
    """
    while True:
        query = sa.select(ExceptionCase).where(*_same_cause(new))
        rows = list(await db.scalars(query.with_for_update().execution_options(populate_existing=True)))
        key = next(iter(new.reports), "")
        if any(key in row.reports or row.id == new.id for row in rows):
            return False
        if existing := next((row for row in rows if row.state == "open"), None):
            existing.reports = [*existing.reports, key]
            existing.detail = {**existing.detail, **new.detail}
            await db.flush()
            return False
        values = new.model_dump(exclude={"session_id"})
        statement = insert(ExceptionCase).values(values).on_conflict_do_nothing()
        if (await db.execute(statement.returning(col(ExceptionCase.id)))).first():
            return True


async def open_one(db: AsyncSession, like: ExceptionCase) -> ExceptionCase | None:
    """The open case of the same cause, if there is one."""
    query = sa.select(ExceptionCase).where(*_same_cause(like), col(ExceptionCase.state) == "open")
    return (await db.scalars(query)).one_or_none()


def _same_cause(case: ExceptionCase) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(ExceptionCase.subject_kind) == case.subject_kind,
        col(ExceptionCase.subject_id) == case.subject_id,
        col(ExceptionCase.kind) == case.kind,
        col(ExceptionCase.occasion) == case.occasion,
    )


async def open_of_sessions(
    db: AsyncSession, session_ids: Collection[UUID], kinds: Collection[str]
) -> list[ExceptionCase]:
    """The open cases of these kinds about these sessions, locked."""
    query = sa.select(ExceptionCase).where(
        col(ExceptionCase.session_id).in_(session_ids),
        col(ExceptionCase.kind).in_(kinds),
        col(ExceptionCase.state) == "open",
    )
    query = query.order_by(col(ExceptionCase.id)).with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


async def of_session(db: AsyncSession, session_id: UUID) -> list[ExceptionCase]:
    query = sa.select(ExceptionCase).where(col(ExceptionCase.session_id) == session_id)
    return list(await db.scalars(query.order_by(col(ExceptionCase.opened_at))))
