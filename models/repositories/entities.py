"""Rows that people make, change and retire, of any kind: found, checked for use, locked, changed."""

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
        raise StaleVersion(f"the current version is {present}, yours is {wanted}")


def touch(row: SQLModel, values: Mapping[str, Any], now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version = getattr(row, "version") + 1  # noqa: B009
    row.updated_at = now


async def get(db: AsyncSession, table: type[Row], key: UUID) -> Row:
    """One row of this tenant, retired or not. Raises UnknownReference."""
    row = await db.get(table, key)
    if row is None:
        raise _missing(table, [key])
    return row


async def in_use(db: AsyncSession, table: type[Row], key: UUID) -> Row:
    """One row that new things may refer to. Raises UnknownReference."""
    return (await all_in_use(db, table, [key]))[0]


async def all_in_use(db: AsyncSession, table: type[Row], keys: Sequence[UUID]) -> list[Row]:
    """Rows that new things may refer to, in the order of their keys. Raises UnknownReference naming the missing."""
    column = sa.inspect(table).primary_key[0]
    found = {getattr(row, "id"): row for row in await db.scalars(sa.select(table).where(column.in_(keys)))}  # noqa: B009
    in_use = {key: getattr(row, "retired_at", None) is None for key, row in found.items()}
    if refusal := unusable(table, keys, in_use):
        raise refusal
    return [found[key] for key in keys]


def unusable(
    table: type[SQLModel], keys: Sequence[UUID], in_use: Mapping[UUID, bool]
) -> UnknownReference | None:
    """Why nothing may refer to these: `in_use` has those that exist, and whether they are in use."""
    missing = [key for key in keys if key not in in_use]
    if missing:
        return _missing(table, missing)
    retired = next((key for key in keys if not in_use[key]), None)
    if retired:
        return UnknownReference(
            f"the {_name(table)} {retired} is retired", next_step="Restore it, or use another one."
        )
    return None


def _missing(table: type[SQLModel], keys: Sequence[UUID]) -> UnknownReference:
    ids = ", ".join(map(str, keys))
    next_step = "Check the id." if len(keys) == 1 else "Check the ids."
    return UnknownReference(f"there is no {_name(table)} {ids}", next_step=next_step)


def _name(table: type[SQLModel]) -> str:
    return table.__name__.lower()
