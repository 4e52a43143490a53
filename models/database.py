"""The engine and the unit of work. One request or activity step is one transaction in one tenant's scope."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from domain.errors import InvalidInput, Unavailable
from models.authorship import authorship

_SCOPE = sa.text(
    "select set_config('app.organization_id', :organization_id, true), set_config('app.actor', :actor, true), "
    "set_config('app.request_id', :request_id, true)"
)


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy's URL for psycopg 3."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


class Database:
    """Connections as the application role: without a tenant scope, row-level security shows no tenant row."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # they are names and words, and errors reach logs and workflow histories
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def tenant(self, organization_id: UUID) -> AsyncIterator[AsyncSession]:
        """A transaction that sees and writes the rows of one organization. Commits on success.

        Raises Unavailable when the database cannot be reached, InvalidInput for a value no column can hold.
        """
        async with self._transaction() as session:
            author = authorship.get()
            await session.execute(
                _SCOPE,
                {
                    "organization_id": str(organization_id),
                    "actor": author.actor,
                    "request_id": author.request_id,
                },
            )
            yield session

    @asynccontextmanager
    async def unscoped(self) -> AsyncIterator[AsyncSession]:
        """A transaction outside any tenant: sees what the schema's cross-tenant functions give."""
        async with self._transaction() as session:
            yield session

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A transaction outside any tenant on the driver's own connection, for hot paths. Commits on success.

        Raises Unavailable when the database cannot be reached.
        """
        try:
            async with self.engine.connect() as pooled:
                connection = (await pooled.get_raw_connection()).driver_connection
                assert connection is not None, "it was just taken from the pool"
                try:
                    yield connection
                    await connection.commit()
                finally:
                    if connection.broken:
                        await pooled.invalidate()
        except (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, PoolTimeout) as error:
            raise Unavailable("the database does not answer") from error

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions.begin() as session:
                yield session
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise Unavailable("the database does not answer") from error
        except DataError as error:
            raise InvalidInput(
                "a value cannot be stored", next_step="Look for NUL characters and numbers out of range."
            ) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("the database connection was lost") from error
            raise

    async def ping(self) -> None:
        async with self.unscoped() as session:
            await session.execute(sa.text("select 1"))

    async def aclose(self) -> None:
        await self.engine.dispose()
