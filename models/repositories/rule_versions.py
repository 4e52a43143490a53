"""Versions of an organization's rules. They are numbered from 1; the latest one is a draft until it is published."""

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.case_routing import CaseRouting
from models.scheduling import SchedulingRulesVersion

Row = TypeVar("Row", CaseRouting, SchedulingRulesVersion)


async def versions(db: AsyncSession, table: type[Row]) -> list[Row]:
    """The latest first."""
    return list(await db.scalars(_latest_first(table)))


async def published_versions(db: AsyncSession, table: type[Row]) -> list[Row]:
    """All without the draft, the latest first."""
    return list(await db.scalars(_latest_first(table).where(col(table.published_at).is_not(None))))


async def latest(db: AsyncSession, table: type[Row]) -> Row | None:
    """The draft, or the version that was published last."""
    return (await db.scalars(_latest_first(table).limit(1))).one_or_none()


async def published(db: AsyncSession, table: type[Row], number: int | None = None) -> Row | None:
    """The published version of this number, by default the latest."""
    query = _latest_first(table).where(col(table.published_at).is_not(None))
    if number is not None:
        query = query.where(col(table.number) == number)
    return (await db.scalars(query.limit(1))).one_or_none()


def _latest_first(table: type[Row]) -> sa.Select[Row]:
    return sa.select(table).order_by(col(table.number).desc())
