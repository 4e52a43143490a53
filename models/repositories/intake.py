"""Bulk reads and inserts: which rows exist already, and writing many new ones.

Keys and rows are sent as one array or one JSON document: thousands of parameters would cost more than the work itself.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

Values = dict[str, Any]


async def in_use_by_id(db: AsyncSession, table: type[SQLModel], keys: Collection[UUID]) -> dict[UUID, bool]:
    """Which of these rows exist in this organization, and whether each is in use (not retired)."""
    return await _in_use(db, _by_id(table, keys)) if keys else {}


async def held_in_use(db: AsyncSession, table: type[SQLModel], keys: Collection[UUID]) -> dict[UUID, bool]:
    """As `in_use_by_id`, for rows that new ones will refer to: they stay as they are until the transaction ends."""
    return await _in_use(db, _by_id(table, keys).with_for_update(read=True)) if keys else {}


def _by_id(table: type[SQLModel], keys: Collection[UUID]) -> sa.Select[Any]:
    """In the order of their ids, so that transactions that lock them do not deadlock."""
    columns = sa.inspect(table).columns
    query = sa.select(columns["id"], columns["retired_at"].is_(None))
    return query.where(_among(columns["id"], keys)).order_by(columns["id"])


async def _in_use(db: AsyncSession, query: sa.Select[Any]) -> dict[UUID, bool]:
    return {row[0]: row[1] for row in await db.execute(query)}


async def by_external_ids(
    db: AsyncSession, table: type[SQLModel], external_ids: Collection[str]
) -> dict[str, UUID]:
    if not external_ids:
        return {}
    columns = sa.inspect(table).columns
    query = sa.select(columns["external_id"], columns["id"])
    rows = await db.execute(query.where(_among(columns["external_id"], external_ids)))
    return {row[0]: row[1] for row in rows}


def _among(column: Any, values: Collection[Any]) -> sa.ColumnElement[bool]:
    array = sa.bindparam(None, list(values), type_=ARRAY(column.type))
    condition: sa.ColumnElement[bool] = column == sa.any_(array)
    return condition


async def add_new(db: AsyncSession, table: type[SQLModel], rows: Sequence[Values]) -> set[UUID]:
    """Insert the rows that do not exist yet. Returns their ids."""
    if not rows:
        return set()
    written = await db.execute(_insert(table, " on conflict do nothing returning id"), _document(table, rows))
    return set(written.scalars())


async def add_all(db: AsyncSession, rows: Mapping[type[SQLModel], Sequence[Values]]) -> None:
    for table, new in rows.items():
        if new:
            await db.execute(_insert(table, ""), _document(table, new))


@cache
def _insert(table: type[SQLModel], end: str) -> sa.TextClause:
    name = sa.inspect(table).local_table.name
    names = ", ".join(table.model_fields)
    return sa.text(
        f"insert into {name} ({names}) select {names} "
        f"from jsonb_populate_recordset(null::{name}, cast(:rows as jsonb)){end}"
    )


def _document(table: type[SQLModel], rows: Sequence[Values]) -> dict[str, str]:
    return {"rows": orjson.dumps([_defaults(table) | row for row in rows]).decode()}


@cache
def _defaults(table: type[SQLModel]) -> Values:
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in table.model_fields.items()
        if not field.is_required()
    }
