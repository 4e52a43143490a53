"""Imports of bookings and their rows."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.sessions.booking_imports import ImportState, RowOutcome
from models.booking_import import BookingImport, BookingImportRow


async def get(db: AsyncSession, import_id: UUID, *, lock: bool = False) -> BookingImport:
    """Raises NotFound."""
    row = await db.get(BookingImport, import_id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no import {import_id}")
    return row


async def add(db: AsyncSession, row: BookingImport, rows: Sequence[Mapping[str, Any]]) -> None:
    db.add(row)
    await db.flush()
    await add_rows(db, row, rows)


async def add_rows(db: AsyncSession, row: BookingImport, rows: Sequence[Mapping[str, Any]]) -> None:
    own = {"organization_id": row.organization_id, "booking_import_id": row.id}
    if rows:
        await db.execute(sa.insert(BookingImportRow), [own | dict(one) for one in rows])


async def waiting(db: AsyncSession, import_id: UUID, most: int) -> list[BookingImportRow]:
    """The next rows to book, by number."""
    query = sa.select(BookingImportRow).where(
        col(BookingImportRow.booking_import_id) == import_id,
        col(BookingImportRow.outcome) == RowOutcome.WAITING,
    )
    return list(await db.scalars(query.order_by(col(BookingImportRow.number)).limit(most)))


async def class_rows(db: AsyncSession, import_id: UUID) -> dict[UUID, int]:
    """By the id of a class the first row that is it, of the rows that are booked or refused."""
    query = (
        sa.select(col(BookingImportRow.class_id), sa.func.min(col(BookingImportRow.number)))
        .where(
            col(BookingImportRow.booking_import_id) == import_id,
            col(BookingImportRow.class_id).is_not(None),
            col(BookingImportRow.outcome) != RowOutcome.DISMISSED,
        )
        .group_by(col(BookingImportRow.class_id))
    )
    return {key: number for key, number in await db.execute(query) if key}


async def rows(
    db: AsyncSession,
    import_id: UUID,
    outcome: RowOutcome | None = None,
    *,
    after: int = 0,
    most: int | None = None,
) -> list[BookingImportRow]:
    """The rows of an import after a number, or those of an outcome, by number."""
    query = sa.select(BookingImportRow).where(
        col(BookingImportRow.booking_import_id) == import_id, col(BookingImportRow.number) > after
    )
    if outcome:
        query = query.where(col(BookingImportRow.outcome) == outcome)
    query = query.order_by(col(BookingImportRow.number)).limit(most)
    return list(await db.scalars(query.execution_options(populate_existing=True)))


async def counts(db: AsyncSession, import_ids: Collection[UUID]) -> dict[UUID, Counter[RowOutcome]]:
    """How many rows of each import have which outcome."""
    query = (
        sa.select(col(BookingImportRow.booking_import_id), col(BookingImportRow.outcome), sa.func.count())
        .where(col(BookingImportRow.booking_import_id).in_(import_ids))
        .group_by(col(BookingImportRow.booking_import_id), col(BookingImportRow.outcome))
    )
    found: dict[UUID, Counter[RowOutcome]] = {key: Counter() for key in import_ids}
    for key, outcome, count in await db.execute(query):
        found[key][outcome] = count
    return found


async def refused(db: AsyncSession, import_ids: Collection[UUID]) -> list[BookingImportRow]:
    """The refused rows of imports, which are locked, by number."""
    query = (
        sa.select(BookingImportRow)
        .where(
            col(BookingImportRow.booking_import_id).in_(import_ids),
            col(BookingImportRow.outcome) == RowOutcome.REFUSED,
        )
        .order_by(col(BookingImportRow.booking_import_id), col(BookingImportRow.number))
    )
    return list(await db.scalars(query.with_for_update().execution_options(populate_existing=True)))


async def created_at(db: AsyncSession, import_ids: Collection[UUID]) -> dict[UUID, datetime]:
    query = sa.select(col(BookingImport.id), col(BookingImport.created_at))
    rows = await db.execute(query.where(col(BookingImport.id).in_(import_ids)))
    return {row.id: row.created_at for row in rows}


async def state_of(db: AsyncSession, import_id: UUID) -> ImportState | None:
    """The state of an import; None: this is no import's id."""
    query = sa.select(col(BookingImport.state)).where(col(BookingImport.id) == import_id)
    return (await db.scalars(query)).one_or_none()
