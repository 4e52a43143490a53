"""Imported calendars: when instructors are busy elsewhere, and which feeds are to be read again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.imported_calendar import ImportedCalendar

_BUSY = sa.text(
    """
    select c.instructor_id, (b.span ->> 0)::timestamptz, (b.span ->> 1)::timestamptz
    from imported_calendar c cross join lateral jsonb_array_elements(c.busy) as b(span)
    where c.instructor_id = any(cast(:ids as uuid[]))
      and (b.span ->> 0)::timestamptz < :until and (b.span ->> 1)::timestamptz > :since
    """
)
_DUE = sa.text("select * from calendars_to_read(:region, :before, :most)")


@dataclass(frozen=True)
class DueCalendar:
    organization_id: UUID
    instructor_id: UUID


async def of(db: AsyncSession, instructor_id: UUID) -> ImportedCalendar | None:
    return await db.get(ImportedCalendar, instructor_id, populate_existing=True)


async def remove(db: AsyncSession, instructor_id: UUID) -> None:
    await db.execute(sa.delete(ImportedCalendar).where(col(ImportedCalendar.instructor_id) == instructor_id))


async def busy_times(
    db: AsyncSession, instructor_ids: Collection[UUID], start: datetime, end: datetime
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """The times in this span at which instructors are busy by their own calendars."""
    found: dict[UUID, list[tuple[datetime, datetime]]] = {}
    rows = await db.execute(_BUSY, {"ids": list(instructor_ids), "since": start, "until": end})
    for instructor_id, since, until in rows:
        found.setdefault(instructor_id, []).append((since, until))
    return found


async def due(db: AsyncSession, region: str, tried_before: datetime, most: int) -> list[DueCalendar]:
    """Feeds of a region, of all tenants, read with a function of the schema that may cross them."""
    rows = await db.execute(_DUE, {"region": region, "before": tried_before, "most": most})
    return [DueCalendar(*row) for row in rows]
