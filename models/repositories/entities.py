"""Reads, locks and changes rows of any table whose rows people create, change and retire."""

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


def check_version(current: int, expected: int | None) -> None:
    """Raises StaleVersion for a change to another version than the current one; None accepts any version."""
    if expected is not None and expected != current:
        raise StaleVersion(f"the current version is {current}, yours is {expected}")


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
    """A row that is not retired and stays so until the transaction ends, so that new rows may refer to it.

    Raises UnknownReference.
    """
    return (await all_in_use(db, table, [key]))[0]


async def all_in_use(db: AsyncSession, table: type[Row], keys: Sequence[UUID]) -> list[Row]:
    """Rows that are not retired, in the order of `keys`; nobody retires them until the transaction ends.

    Raises UnknownReference, which names the missing ones.
    """
    column = sa.inspect(table).primary_key[0]
    # In the order of their ids, so that concurrent transactions wait for each other instead of deadlocking.
    query = sa.select(table).where(column.in_(keys)).order_by(column).with_for_update(read=True)
    found = await db.scalars(query.execution_options(populate_existing=True))
    rows = {getattr(row, "id"): row for row in found}  # noqa: B009
    in_use = {key: getattr(row, "retired_at", None) is None for key, row in rows.items()}
    if refusal := unusable(table, keys, in_use):
        raise refusal
    return [rows[key] for key in keys]


def unusable(
    table: type[SQLModel], keys: Sequence[UUID], in_use: Mapping[UUID, bool]
) -> UnknownReference | None:
    """The refusal if a key is missing or retired, else None. `in_use` holds existing keys, False for retired ones."""
    missing = [key for key in keys if key not in in_use]
    if missing:
        return _missing(table, missing)
    retired = next((key for key in keys if not in_use[key]), None)
    if retired:
        return UnknownReference(
            f"the {_name(table)} {retired} is retired",
            next_step="Restore it, or use another one.",
            retired_id=str(retired),
        )
    return None


def _missing(table: type[SQLModel], keys: Sequence[UUID]) -> UnknownReference:
    ids = ", ".join(map(str, keys))
    next_step = "Check the id." if len(keys) == 1 else "Check the ids."
    return UnknownReference(f"there is no {_name(table)} {ids}", next_step=next_step)


def _name(table: type[SQLModel]) -> str:
    return table.__name__.lower()
