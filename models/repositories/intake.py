"""Many rows at once: what is there already, and what is written of what comes.

Keys and rows travel as one array or one JSON document: thousands of parameters would cost more than the work itself.
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


async def lives(db: AsyncSession, table: type[SQLModel], keys: Collection[UUID]) -> dict[UUID, bool]:
    """Those of the rows that this organization has, and whether they are in use."""
    if not keys:
        return {}
    columns = sa.inspect(table).columns
    query = sa.select(columns["id"], columns["retired_at"].is_(None))
    return {row[0]: row[1] for row in await db.execute(query.where(_among(columns["id"], keys)))}


async def by_external_ids(
    db: AsyncSession, table: type[SQLModel], external_ids: Collection[str]
) -> dict[str, UUID]:
    if not external_ids:
        return {}
    columns = sa.inspect(table).columns
    query = sa.select(columns["external_id"], columns["id"])
    found = await db.execute(query.where(_among(columns["external_id"], external_ids)))
    return {row[0]: row[1] for row in found}


def _among(column: Any, values: Collection[Any]) -> sa.ColumnElement[bool]:
    given = sa.bindparam(None, list(values), type_=ARRAY(column.type))
    found: sa.ColumnElement[bool] = column == sa.any_(given)
    return found


async def add_new(db: AsyncSession, table: type[SQLModel], rows: Sequence[Values]) -> set[UUID]:
    """The ids of those written; what would be there twice is left out."""
    if not rows:
        return set()
    written = await db.execute(_insert(table, " on conflict do nothing returning id"), _document(table, rows))
    return set(written.scalars())


async def add_all(db: AsyncSession, rows: Mapping[type[SQLModel], Sequence[Values]]) -> None:
    for table, own in rows.items():
        if own:
            await db.execute(_insert(table, ""), _document(table, own))


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
