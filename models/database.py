"""The engine and the unit of work. One request or activity step is one transaction in one tenant's scope.

After a commit, live pages are notified of the sessions it wrote (`models/written_sessions.py`, `models/changes.py`).
"""

import asyncio
import select
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any, TypeVar
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

_SET_SCOPE = (
    "select set_config('app.organization_id', {}, true), set_config('app.actor', {}, true), "
    "set_config('app.request_id', {}, true)"
)
_NAMES = ("organization_id", "actor", "request_id")
_SCOPE = sa.text(_SET_SCOPE.format(*(f":{name}" for name in _NAMES)))
# Begins the transaction and sets the scope in one round trip: a client-side cursor sends several statements at once.
_BEGIN_READING = "begin read only; " + _SET_SCOPE.format(*(f"%({name})s" for name in _NAMES))

Result = TypeVar("Result")

DUE_NOTICES = "due_notices"  # in a transaction's `info`: notices that are to be delivered after its commit
_READ_TIMEOUT = 3.0  # seconds a read waits for a connection
_DEADLOCK = "40P01"
_ATTEMPTS = 5  # of a transaction that Postgres has chosen to end a deadlock
_FRESH = 30.0  # seconds after its last use in which a connection is not checked


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy's URL for psycopg 3."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def _ping_when_in_doubt(engine: sa.Engine) -> None:
    """Check a pooled connection before its use if it was idle for long, has unread data or is closed.

    A server that ends a connection sends a message first, and it sends no others unrequested. Looking for unread data
    costs no round trip. A read that is cancelled in the middle, as by a browser that goes away, may leave its
    connection closed. One that is cancelled while it enters a pipeline leaves the connection in it, where statements
    have no results: such a connection is replaced.
    """

    def note_use(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def ping(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        try:
            if connection.driver_connection.info.pipeline_status:
                raise DisconnectionError("the connection is still in a pipeline")
            is_quiet = not _has_unread_data(connection.driver_connection.fileno())
            if is_quiet and time.monotonic() - record.info.get("used", 0.0) < _FRESH:
                return
            engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            raise DisconnectionError from error

    sa.event.listen(engine, "checkin", note_use)
    sa.event.listen(engine, "checkout", ping)


def _has_unread_data(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


async def _use_orjson(connection: psycopg.AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)


async def _check_if_unread(connection: psycopg.AsyncConnection[Any]) -> None:
    """Check a connection that has unread data, as one has that the server ended. Raises OperationalError for it."""
    if _has_unread_data(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


class Database:
    """Connections as the application's role. Without a tenant scope, row-level security shows no tenant's rows."""

    def __init__(self, url: str, pool_size: int = 10, *, patience: float = 30.0) -> None:
        """`patience`: seconds that a transaction waits for a free connection; a read waits for a shorter time."""
        self.url = url
        self.engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=patience,
            json_deserializer=orjson.loads,
            hide_parameters=True,  # they hold personal data, and errors reach logs and workflow histories
        )
        _ping_when_in_doubt(self.engine.sync_engine)
        self._reads = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=pool_size,
            timeout=_READ_TIMEOUT,
            reconnect_timeout=_READ_TIMEOUT,
            kwargs={"autocommit": True},
            configure=_use_orjson,
            check=_check_if_unread,
            open=False,
        )
        self._changes = ChangeNotifier(url)
        self._deliver: Callable[[Any], Awaitable[None]] | None = None
        self._deliveries: set[asyncio.Task[None]] = set()
        self._sessions = async_sessionmaker(
            self.engine,
            sync_session_class=UnitOfWork,
            expire_on_commit=False,
            committed=self._changes.notify,
        )

    def deliver_with(self, deliver: Callable[[Any], Awaitable[None]]) -> None:
        """Start the deliveries of due notices with this function after the commit that wrote them.

        Without one, and where it fails, housekeeping starts them.
        """
        self._deliver = deliver

    @asynccontextmanager
    async def tenant(self, organization_id: UUID) -> AsyncIterator[AsyncSession]:
        """A transaction that sees and writes the rows of one organization. Commits on success.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._transaction() as session:
            await session.execute(_SCOPE, _scope(organization_id))
            yield session

    async def retried(
        self, organization_id: UUID, work: Callable[[AsyncSession], Awaitable[Result]]
    ) -> Result:
        """The result of `work` in a transaction as `tenant` makes it; repeated where it was ended to end a deadlock.

        Its effects outside the database may happen several times, so it should have none. Raises as `tenant`, and
        Unavailable for a deadlock that happens each time.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.tenant(organization_id) as db:
                    return await work(db)
            except Unavailable as error:
                if attempt == _ATTEMPTS or not _is_deadlock(error.__cause__):
                    raise
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def unscoped(self) -> AsyncIterator[AsyncSession]:
        """A transaction outside any tenant, for the schema's cross-tenant functions."""
        async with self._transaction() as session:
            yield session

    @asynccontextmanager
    async def reading(self, organization_id: UUID) -> AsyncIterator[Reading]:
        """A transaction that sees the rows of one organization and writes none.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._read_connection() as connection:
            await psycopg.AsyncClientCursor(connection).execute(_BEGIN_READING, _scope(organization_id))
            yield Reading(connection)

    @asynccontextmanager
    async def single_reading(self, organization_id: UUID) -> AsyncIterator[Reading]:
        """Like `reading`, but for a single query, at half the cost.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._read_connection() as connection:
            yield SingleReading(connection, _BEGIN_READING, _scope(organization_id))

    @asynccontextmanager
    async def lookup(self) -> AsyncIterator[Reading]:
        """A connection outside any tenant and transaction, for the schema's cross-tenant functions.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._read_connection() as connection:
            yield Reading(connection)

    @asynccontextmanager
    async def _read_connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection for reads. The pool ends a transaction that is left open."""
        try:
            if self._reads.closed:
                await self._reads.open()
            async with self._reads.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unavailable("the database isn't responding") from error
        except psycopg.DataError as error:
            raise _unstorable_value() from error

    @asynccontextmanager
    async def driver(self, writing: Collection[UUID]) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A transaction outside any tenant on the driver's own connection, for hot paths. Commits on success.

        `writing` are the ids of the sessions whose rows it writes, which are not collected from driver statements.

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
            self._start_deliveries(session.info.pop(DUE_NOTICES, ()))
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            _stay_cancelled()
            raise Unavailable("the database isn't responding") from error
        except DataError as error:
            raise _unstorable_value() from error
        except DBAPIError as error:
            _stay_cancelled()
            if error.connection_invalidated:
                raise Unavailable("the database connection was lost") from error
            raise

    def _start_deliveries(self, due: Collection[Any]) -> None:
        if self._deliver is None:
            return
        for notice in due:
            delivery = asyncio.ensure_future(self._deliver(notice))
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)

    async def ping(self) -> None:
        async with self.unscoped() as session:
            await session.execute(sa.text("select 1"))

    async def aclose(self) -> None:
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)
        await self._changes.aclose()
        await self.engine.dispose()
        await self._reads.close()


def _is_deadlock(error: BaseException | None) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _DEADLOCK


def _stay_cancelled() -> None:
    """Raises CancelledError in a task that is cancelled: the rollback of what was interrupted may have failed."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _scope(organization_id: UUID) -> dict[str, str]:
    """The parameter values of the scope's statement."""
    author = authorship.get()
    return {
        "organization_id": str(organization_id),
        "actor": author.actor,
        "request_id": author.request_id,
    }


def _unstorable_value() -> InvalidInput:
    return InvalidInput(
        "a value can't be stored", next_step="Look for NUL characters and numbers out of range."
    )
