"""Rows that people change: locked, then written with their version counted up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.errors import StaleVersion, UnknownReference

Row = TypeVar("Row", bound=SQLModel)


async def lock(db: AsyncSession, table: type[Row], key: UUID) -> Row | None:
    query = sa.select(table).where(sa.inspect(table).primary_key[0] == key).with_for_update()
    return (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()


def check_version(present: int, wanted: int | None) -> None:
    """Refuses a change that was made from an older version; None: whatever is there. Raises StaleVersion."""
    if wanted is not None and wanted != present:
        raise StaleVersion(f"the present version is {present}, yours is {wanted}")


def touch(row: SQLModel, values: Mapping[str, Any], now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version = getattr(row, "version") + 1  # noqa: B009
    row.updated_at = now


def unusable(
    table: type[SQLModel], keys: Sequence[UUID], lives: Mapping[UUID, bool]
) -> UnknownReference | None:
    """Why nothing may refer to these: `lives` has those that are there, and whether they are in use."""
    name = table.__name__.lower()
    missing = [str(key) for key in keys if key not in lives]
    if missing:
        return UnknownReference(f"there is no {name} {', '.join(missing)}", next_step="Check the ids.")
    retired = next((key for key in keys if not lives[key]), None)
    if retired:
        return UnknownReference(f"the {name} {retired} is retired", next_step="Restore it, or name another.")
    return None
