"""Lists of any table by pages, by the place behind the last row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class Place:
    """Behind the row with this value in the sorted column, and this id."""

    value: Any
    id: UUID


@dataclass(frozen=True)
class Asked:
    sort: str  # a column; with "-" in front: the greatest first
    limit: int
    after: Place | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)  # column to value
    text: str = ""  # to be found in one of `searched`
    searched: Sequence[str] = ()
    retired: bool | None = False  # None: both


async def page(
    db: AsyncSession, table: type[Row], asked: Asked, *where: sa.ColumnElement[bool]
) -> tuple[list[Row], bool]:
    """The rows, and whether there are more behind them."""
    columns = sa.inspect(table).columns
    column, key = columns[asked.sort.lstrip("-")], columns["id"]
    backwards = asked.sort.startswith("-")
    query = sa.select(table).where(*where)
    for name, value in asked.equal.items():
        query = query.where(columns[name] == value)
    if asked.text:
        pattern = f"%{_literal(asked.text)}%"
        query = query.where(sa.or_(*(columns[name].ilike(pattern, escape="\\") for name in asked.searched)))
    if "retired_at" in columns and asked.retired is not None:
        query = query.where(columns["retired_at"].is_not(None) == asked.retired)
    if asked.after:
        here, there = (
            sa.tuple_(column, key),
            sa.tuple_(sa.literal(asked.after.value, column.type), asked.after.id),
        )
        query = query.where(here < there if backwards else here > there)
    order = (column.desc(), key.desc()) if backwards else (column, key)
    rows = list(await db.scalars(query.order_by(*order).limit(asked.limit + 1)))
    return rows[: asked.limit], len(rows) > asked.limit


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
