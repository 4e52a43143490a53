"""Keyset pagination over any table: each page continues after the last row of the one before.

A text that many rows contain is met soon by walking through the rows in their order; one that few contain is found by
the index of its trigrams.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from models.reading import Readable, Reading, first

Row = TypeVar("Row", bound=SQLModel)
_WALKED = 2_000  # rows in which a text is looked for before its index is asked
_MOST_FOUND = 5_000  # rows that contain a text; with more, it counts as frequent
_TEXT_INDEXED = frozenset(
    {"session", "guardian", "student", "instructor", "course", "topic", "curriculum_plan", "notice"}
)
_TRIGRAM = re.compile(r"\w{3}")
_ROWS_WITH_TEXT = sa.select(
    sa.func.rows_with_text(
        sa.bindparam("listed", type_=sa.Text),
        sa.bindparam("pattern", type_=sa.Text),
        sa.bindparam("most", type_=sa.Integer),
    ).label("id")
)


@dataclass(frozen=True)
class Position:
    """The position after the row with this value in the sorted column and this id."""

    value: Any
    id: UUID


@dataclass(frozen=True)
class PageRequest:
    sort: str  # a column; with "-" in front: descending
    limit: int
    after: Position | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)  # column to value
    text: str = ""  # contained in one of the columns `searched`
    searched: Sequence[str] = ()
    retired: bool | None = False  # None: retired or not


@dataclass(frozen=True)
class _Shape:
    """The parts of a request that change the statement's text; the rest are values of its bind parameters."""

    sort: str
    continues: bool
    equal: tuple[str, ...]
    searched: tuple[str, ...]
    found: bool
    retired: bool | None


async def page(
    db: AsyncSession,
    table: type[Row],
    request: PageRequest,
    *where: sa.ColumnElement[bool],
    ids_first: bool = False,
) -> tuple[list[Row], bool]:
    """The rows, and whether there are more after them.

    `ids_first` finds the rows' ids by indexes alone before it reads the rows: for conditions that many rows fulfil in
    no order, which would all be read to be sorted.
    """
    found = await _found(db, table, request, *where)
    query = _query(table, _shape(request, found)).where(*where)
    if ids_first:
        columns = sa.inspect(table).columns
        ids = query.with_only_columns(columns["id"])
        query = sa.select(table).where(columns["id"].in_(ids)).order_by(*_order(columns, request.sort))
    rows = list(await db.scalars(query, _values(request, found)))
    return rows[: request.limit], len(rows) > request.limit


async def read(db: Reading, table: type[SQLModel], request: PageRequest) -> tuple[Sequence[Any], bool]:
    """Like `page`, for rows that are only shown: they do not belong to a unit of work."""
    found = await _found(db, table, request)
    rows = await db.execute(_query(table, _shape(request, found)), _values(request, found))
    return rows[: request.limit], len(rows) > request.limit


def takes_one_query(table: type[SQLModel], request: PageRequest) -> bool:
    """Whether `read` sends a single query: not where a text is looked for before."""
    return not (_name(table) in _TEXT_INDEXED and _TRIGRAM.search(request.text))


async def _found(
    db: Readable, table: type[SQLModel], request: PageRequest, *where: sa.ColumnElement[bool]
) -> list[UUID] | None:
    """Rows that contain the text of the request, among them all of the page; None where all have to be looked at."""
    if takes_one_query(table, request):
        return None
    shape = _shape(request, None)
    walk = _walk(table, shape, *where) if where else _walk_all(table, shape)
    walked = [row.id for row in await db.execute(walk, {**_values(request, None), "most": _WALKED})]
    if len(walked) > request.limit:
        return walked
    wanted = {"listed": _name(table), "pattern": _pattern(request), "most": _MOST_FOUND + 1}
    ids = [row.id for row in await db.execute(_ROWS_WITH_TEXT, wanted)]
    return ids if len(ids) <= _MOST_FOUND else None


def _walk(table: type[SQLModel], shape: _Shape, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Those of the first rows in their order that contain the text."""
    columns = sa.inspect(table).columns
    texts = [columns[name] for name in shape.searched]
    first = _query(table, replace(shape, searched=())).where(*where).with_only_columns(columns["id"], *texts)
    rows = first.subquery("walked")
    return sa.select(rows.c.id).where(_contains([rows.c[name] for name in shape.searched]))


@lru_cache(maxsize=500)
def _walk_all(table: type[SQLModel], shape: _Shape) -> sa.Select[Any]:
    return _walk(table, shape)


def _contains(texts: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    pattern: sa.BindParameter[str] = sa.bindparam("pattern", type_=sa.Text)
    return sa.or_(*(text.ilike(pattern, escape="\\") for text in texts))


def _order(columns: Any, sort: str) -> tuple[sa.ColumnElement[Any], ...]:
    column, key = columns[sort.lstrip("-")], columns["id"]
    return (column.desc(), key.desc()) if sort.startswith("-") else (column, key)


def _name(table: type[SQLModel]) -> str:
    return str(sa.inspect(table).local_table.name)


async def read_one(db: Reading, table: type[SQLModel], key: UUID) -> Any | None:
    """The row with this id, as `read` gives it."""
    return await first(db, _one(table), {"key": key})


@lru_cache(maxsize=100)
def _one(table: type[Row]) -> sa.Select[Any]:
    return sa.select(table).where(sa.inspect(table).columns["id"] == sa.bindparam("key", type_=sa.Uuid))


def _shape(request: PageRequest, found: list[UUID] | None) -> _Shape:
    searched = tuple(request.searched) if request.text and found is None else ()
    return _Shape(
        request.sort,
        request.after is not None,
        tuple(request.equal),
        searched,
        found is not None,
        request.retired,
    )


@lru_cache(maxsize=500)
def _query(table: type[Row], shape: _Shape) -> sa.Select[Any]:
    columns = sa.inspect(table).columns
    column, key = columns[shape.sort.lstrip("-")], columns["id"]
    descending = shape.sort.startswith("-")
    query = sa.select(table)
    for name in shape.equal:
        query = query.where(columns[name] == sa.bindparam(f"equal_{name}", type_=columns[name].type))
    if shape.searched:
        query = query.where(_contains([columns[name] for name in shape.searched]))
    if shape.found:
        query = query.where(key == sa.any_(sa.bindparam("found", type_=sa.ARRAY(sa.Uuid))))
    if "retired_at" in columns and shape.retired is not None:
        query = query.where(columns["retired_at"].is_not(None) == shape.retired)
    if shape.continues:
        position = sa.tuple_(column, key)
        after = sa.tuple_(sa.bindparam("after", type_=column.type), sa.bindparam("after_id", type_=key.type))
        query = query.where(position < after if descending else position > after)
    return query.order_by(*_order(columns, shape.sort)).limit(sa.bindparam("most", type_=sa.Integer))


def _values(request: PageRequest, found: list[UUID] | None) -> dict[str, Any]:
    values: dict[str, Any] = {f"equal_{name}": _plain(value) for name, value in request.equal.items()}
    if found is not None:
        values["found"] = found
    elif request.text:
        values["pattern"] = _pattern(request)
    if request.after:
        values |= {"after": request.after.value, "after_id": request.after.id}
    return values | {"most": request.limit + 1}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _pattern(request: PageRequest) -> str:
    return f"%{_literal(request.text)}%"


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
