"""Reads on the driver's own connection: SQLAlchemy's statements without its unit of work, for the hot paths.

The unit of work and its greenlets cost several times as much as such a statement: `python -m benchmarks api`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncSession

_DIALECT: sa.Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_NONE: Mapping[str, Any] = {}


class Reading:
    """Executes queries on one connection. Comes from `Database.reading` and `Database.lookup`."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def execute(self, query: sa.Executable, values: Mapping[str, Any] = _NONE) -> Sequence[Any]:
        """The rows, with the columns as attributes. `values` are the values of the query's bind parameters.

        A query object is compiled once, so keep it and use bind parameters for what differs. For "one of several
        values" use `== any_(…)` of an array; `in_(…)`, whose text depends on their number, is not supported.
        """
        text, bound = _compiled(query)
        cursor = self._connection.cursor(row_factory=namedtuple_row)
        await cursor.execute(text, {**bound, **values})
        return await cursor.fetchall()


class SingleReading(Reading):
    """A transaction of one query, sent as one message. `begin` opens it in the tenant's scope, with `scope` as values.

    The server answers once instead of three times. The driver puts the values into the text, since the protocol accepts
    several statements only without parameters.
    """

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], begin: str, scope: Mapping[str, str]
    ) -> None:
        super().__init__(connection)
        self._begin = begin.encode()
        self._scope: Mapping[str, str] | None = scope

    async def execute(self, query: sa.Executable, values: Mapping[str, Any] = _NONE) -> Sequence[Any]:
        assert self._scope is not None, "a single reading takes one query"
        scope, self._scope = self._scope, None
        text, bound = _compiled(query)
        cursor = psycopg.AsyncClientCursor(self._connection, row_factory=namedtuple_row)
        await cursor.execute(b"%b; %b; commit" % (self._begin, text), {**scope, **bound, **values})
        await cursor.set_result(-2)
        return await cursor.fetchall()


Readable = AsyncSession | Reading  # both have `execute(query, values)`, whose rows are iterated


async def first(db: Readable, query: sa.Executable, values: Mapping[str, Any]) -> Any | None:
    """The row of a query that gives at most one; None where there is none."""
    return next(iter(await db.execute(query, values)), None)


@lru_cache(maxsize=1000)
def _compiled(query: sa.Executable) -> tuple[bytes, Mapping[str, Any]]:
    assert isinstance(query, sa.ClauseElement)
    compiled = query.compile(dialect=_DIALECT)
    return str(compiled).encode(), compiled.params
