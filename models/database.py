"""The engine and the unit of work. One request or activity step is one transaction in one tenant's scope.

After a commit, live pages are notified of the sessions it wrote (`models/written_sessions.py`, `models/changes.py`).
"""

import select
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import psycopg
import sqlalchemy as sa
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import InvalidInput, Unavailable
from models.authorship import authorship
from models.changes import ChangeNotifier
from models.reading import Reading, SingleReading
from models.written_sessions import UnitOfWork

_SET = (
    "select set_config('app.organization_id', {}, true), set_config('app.actor', {}, true), "
    "set_config('app.request_id', {}, true)"
)
_NAMES = ("organization_id", "actor", "request_id")
_SCOPE = sa.text(_SET.format(*(f":{name}" for name in _NAMES)))
# The same and its transaction in one round trip: the driver's client-side cursor sends several statements at once.
_READING = "begin read only; " + _SET.format(*(f"%({name})s" for name in _NAMES))

_PATIENCE = 3.0  # seconds a read waits for a connection
_FRESH = 30.0  # seconds since its last use in which a silent connection is taken to live


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy's URL for psycopg 3."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def _ping_when_in_doubt(engine: sa.Engine) -> None:
    """A connection is asked whether it lives where it lay idle for long, or where the server has said something.

    A server that ends a connection says so, and nothing else is said unasked; looking costs no round trip.
    """

    def note(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def ping(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        quiet = not _has_something_to_read(connection.driver_connection.fileno())
        if quiet and time.monotonic() - record.info.get("used", 0.0) < _FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            raise DisconnectionError from error

    sa.event.listen(engine, "checkin", note)
    sa.event.listen(engine, "checkout", ping)


def _has_something_to_read(descriptor: int) -> bool:
    looking = select.poll()
    looking.register(descriptor, select.POLLIN)
    return bool(looking.poll(0))


async def _with_quick_json(connection: psycopg.AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)


async def _lives(connection: psycopg.AsyncConnection[Any]) -> None:
    """A server that ends a connection says so: then it is asked. Raises OperationalError for one that is dead."""
    if _has_something_to_read(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


class Database:
    """Connections as the application role: without a tenant scope, row-level security shows no tenant row."""

    def __init__(self, url: str, pool_size: int = 10, *, patience: float = 30.0) -> None:
        """`patience`: seconds that a transaction waits for a free connection; a read waits less."""
        self.url = url
        self.engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=patience,
            hide_parameters=True,  # they are names and words, and errors reach logs and workflow histories
        )
        _ping_when_in_doubt(self.engine.sync_engine)
        self._reads = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=pool_size,
            timeout=_PATIENCE,
            reconnect_timeout=_PATIENCE,
            kwargs={"autocommit": True},
            configure=_with_quick_json,
            check=_lives,
            open=False,
        )
        self._changes = ChangeNotifier(url)
        self._sessions = async_sessionmaker(
            self.engine,
            sync_session_class=UnitOfWork,
            expire_on_commit=False,
            committed=self._changes.notify,
        )

    @asynccontextmanager
    async def tenant(self, organization_id: UUID) -> AsyncIterator[AsyncSession]:
        """A transaction that sees and writes the rows of one organization. Commits on success.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._transaction() as session:
            await session.execute(_SCOPE, _scope(organization_id))
            yield session

    @asynccontextmanager
    async def unscoped(self) -> AsyncIterator[AsyncSession]:
        """A transaction outside any tenant: sees what the schema's cross-tenant functions give."""
        async with self._transaction() as session:
            yield session

    @asynccontextmanager
    async def reading(self, organization_id: UUID) -> AsyncIterator[Reading]:
        """A transaction that sees the rows of one organization and writes none.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._for_reading() as connection:
            await psycopg.AsyncClientCursor(connection).execute(_READING, _scope(organization_id))
            yield Reading(connection)

    @asynccontextmanager
    async def single_reading(self, organization_id: UUID) -> AsyncIterator[Reading]:
        """As `reading`, for one query, which costs half as much.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._for_reading() as connection:
            yield SingleReading(connection, _READING, _scope(organization_id))

    @asynccontextmanager
    async def lookup(self) -> AsyncIterator[Reading]:
        """Outside any tenant and any transaction: what the schema's cross-tenant functions give, in one round trip.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._for_reading() as connection:
            yield Reading(connection)

    @asynccontextmanager
    async def _for_reading(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A transaction that is left open is ended by the pool."""
        try:
            if self._reads.closed:
                await self._reads.open()
            async with self._reads.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unavailable("the database isn't responding") from error
        except psycopg.DataError as error:
            raise _no_value() from error

    @asynccontextmanager
    async def driver(self, writing: Collection[UUID]) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A transaction outside any tenant on the driver's own connection, for hot paths. Commits on success.

        `writing` are the ids of the sessions whose rows it writes: nobody looks into the driver's statements.

        Raises Unavailable when the database cannot be reached.
        """
        try:
            async with self.engine.connect() as pooled:
                connection = (await pooled.get_raw_connection()).driver_connection
                assert connection is not None, "it was just taken from the pool"
                try:
                    yield connection
                    await connection.commit()
                    self._changes.notify(writing)
                finally:
                    if connection.broken:
                        await pooled.invalidate()
        except (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, PoolTimeout) as error:
            raise Unavailable("the database isn't responding") from error

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions.begin() as session:
                yield session
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise Unavailable("the database isn't responding") from error
        except DataError as error:
            raise _no_value() from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("the database connection was lost") from error
            raise

    async def ping(self) -> None:
        async with self.unscoped() as session:
            await session.execute(sa.text("select 1"))

    async def aclose(self) -> None:
        await self._changes.aclose()
        await self.engine.dispose()
        await self._reads.close()


def _scope(organization_id: UUID) -> dict[str, str]:
    """Values of the scope's parameters."""
    author = authorship.get()
    return {
        "organization_id": str(organization_id),
        "actor": author.actor,
        "request_id": author.request_id,
    }


def _no_value() -> InvalidInput:
    return InvalidInput(
        "a value can't be stored", next_step="Look for NUL characters and numbers out of range."
    )
