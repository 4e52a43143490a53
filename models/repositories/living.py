"""Rows that people change: locked, then written with their version counted up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)


async def lock(db: AsyncSession, table: type[Row], key: UUID) -> Row | None:
    query = sa.select(table).where(sa.inspect(table).primary_key[0] == key).with_for_update()
    return (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()


def touch(row: SQLModel, values: Mapping[str, Any], now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version = getattr(row, "version") + 1  # noqa: B009
    row.updated_at = now
