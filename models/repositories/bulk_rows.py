"""Writes very many rows at once, by COPY on a connection of the schema's owner.

The application's role cannot: a policy keeps each of its rows within a tenant. So the caller answers for the tenant of
every row.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from itertools import islice
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.range import Range
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

_AT_ONCE = 2_000  # rows that are sent together
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TOLD = "select from pg_trigger where tgrelid = %s::regclass and tgname = 'told'"


async def copy_rows(
    connection: psycopg.AsyncConnection[Any],
    table: type[SQLModel],
    rows: Iterable[Mapping[str, Any]],
    *,
    log_changes: bool,
) -> int:
    """Copy rows, given by the names of their columns; returns how many. All name the same columns.

    What they leave out has the table's default. Call it in a transaction. Without `log_changes` the change log does not
    have these rows; others who write to the table wait until the transaction ends.
    """
    named = sql.Identifier(str(table.__tablename__))
    remaining = iter(rows)
    some = list(islice(remaining, _AT_ONCE))
    if not some:
        return 0
    written, defaults = 0, _defaults(table)
    columns = tuple({**defaults, **some[0]})
    plain = _writers(table)
    silenced = (
        not log_changes
        and (await (await connection.execute(_TOLD, [str(table.__tablename__)])).fetchone()) is not None
    )
    if silenced:
        await connection.execute(sql.SQL("alter table {} disable trigger told").format(named))
    statement = sql.SQL("copy {} ({}) from stdin").format(
        named, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while some:
            filled = ({**defaults, **row} for row in some)
            lines = ("\t".join([plain[name](row[name]) for name in columns]) for row in filled)
            await copy.write("\n".join(lines) + "\n")
            written += len(some)
            some = list(islice(remaining, _AT_ONCE))
    if silenced:
        await connection.execute(sql.SQL("alter table {} enable trigger told").format(named))
    return written


async def _is_told(connection: psycopg.AsyncConnection[Any], table: type[SQLModel]) -> bool:
    found = await connection.execute(_TOLD, [str(table.__tablename__)])
    return await found.fetchone() is not None


@cache
def _defaults(table: type[SQLModel]) -> Mapping[str, Any]:
    """The values of columns that a new row has; those of the database's own defaults are left out."""
    columns = sa.inspect(table).columns
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in table.model_fields.items()
        if not field.is_required() and columns[name].server_default is None
    }


@cache
def _writers(table: type[SQLModel]) -> Mapping[str, Callable[[Any], str]]:
    """For each column, how a value stands in COPY's text format."""
    columns = sa.inspect(table).columns
    return {name: _json if isinstance(columns[name].type, JSONB) else _text for name in table.model_fields}


def _json(value: Any) -> str:
    return "\\N" if value is None else orjson.dumps(value).decode().replace("\\", "\\\\")


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return str(value.value if isinstance(value, Enum) else value).translate(_ESCAPED)
    if isinstance(value, Range) and value.lower and value.upper:
        return f"[{value.lower.isoformat()},{value.upper.isoformat()})"
    return str(value)
