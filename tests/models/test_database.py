"""A unit of work commits all or nothing, and raises database errors as domain errors."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidInput, Unavailable
from models.course import Course
from models.database import Database
from models.organization import Organization
from models.repositories import booked_times
from tests.models.rows import Tenant, course
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


async def count(database: Database, tenant: Tenant) -> int:
    async with database.tenant(tenant.id) as db:
        return await db.scalar(sa.select(sa.func.count()).select_from(Course)) or 0


async def test_error_rolls_back_the_whole_transaction(database: Database, tenant: Tenant) -> None:
    async def write_and_fail() -> None:
        async with database.tenant(tenant.id) as db:
            db.add(course(tenant, "half"))
            await db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()
    assert await count(database, tenant) == 1


@pytest.mark.parametrize("title", ["a\0b", "\0"])
async def test_nul_in_a_text_is_invalid_input(database: Database, tenant: Tenant, title: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        async with database.tenant(tenant.id) as db:
            db.add(course(tenant, title))
    assert refused.value.next_step
    assert await count(database, tenant) == 1


async def test_nul_in_a_json_document_is_invalid_input(database: Database, tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        async with database.tenant(tenant.id) as db:
            await db.execute(sa.update(Organization).values(policy={"a": ["b\0"]}))


async def test_error_text_holds_no_written_values(database: Database, tenant: Tenant) -> None:
    """The text reaches logs and workflow histories."""
    duplicate = course(tenant, "Noor's course")
    duplicate.id = tenant["course"]["id"]
    with pytest.raises(IntegrityError) as failed:
        async with database.tenant(tenant.id) as db:
            db.add(duplicate)
    assert "Noor" not in str(failed.value)


async def test_killed_connection_is_unavailable_and_the_next_works(
    database: Database, tenant: Tenant, database_urls: DatabaseUrls
) -> None:
    async def write_on_a_killed_connection() -> None:
        async with database.tenant(tenant.id) as db:
            pid = await db.scalar(sa.text("select pg_backend_pid()"))
            with psycopg.connect(database_urls.superuser) as admin:
                admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
            db.add(course(tenant, "lost"))
            await db.flush()

    with pytest.raises(Unavailable):
        await write_on_a_killed_connection()
    assert await count(database, tenant) == 1


async def test_connection_that_was_closed_in_the_pool_is_replaced(database_urls: DatabaseUrls) -> None:
    """As one is whose query was cancelled while a pipeline waited for its results."""
    async with aclosing(Database(database_urls.application, 1)) as single:
        async with single.unscoped() as db:
            raw = await (await db.connection()).get_raw_connection()
            connection: Any = raw.driver_connection
        await connection.close()
        await single.ping()
        async with single.driver([]) as other:
            assert other is not connection


async def test_unreachable_server_is_unavailable(nowhere: Database) -> None:
    with pytest.raises(Unavailable):
        await nowhere.ping()
    with pytest.raises(Unavailable):
        async with nowhere.tenant(UUID(int=0)):
            pass


async def test_exhausted_pool_is_unavailable(database_urls: DatabaseUrls) -> None:
    async with aclosing(Database(database_urls.application, pool_size=1, patience=0.01)) as database:
        async with database.unscoped() as one, database.unscoped() as another:
            await one.execute(sa.select(1))
            await another.execute(sa.select(1))
            with pytest.raises(Unavailable):
                await database.ping()
        await database.ping()


async def test_a_transaction_that_loses_a_deadlock_is_repeated(database: Database, tenant: Tenant) -> None:
    people, both_have_one = [uuid4(), uuid4()], asyncio.Barrier(2)
    attempts: list[UUID] = []

    def in_order(first: UUID, second: UUID) -> Callable[[AsyncSession], Awaitable[None]]:
        async def lock(db: AsyncSession) -> None:
            attempts.append(first)
            await booked_times.lock_people(db, [first])
            if len(attempts) <= 2:
                await both_have_one.wait()
            await booked_times.lock_people(db, [second])

        return lock

    await asyncio.gather(*(database.retried(tenant.id, in_order(*order)) for order in (people, people[::-1])))
    assert len(attempts) == 3


async def test_an_unreachable_server_is_not_tried_again(nowhere: Database) -> None:
    attempts: list[AsyncSession] = []

    async def work(db: AsyncSession) -> None:
        attempts.append(db)

    with pytest.raises(Unavailable):
        await nowhere.retried(uuid4(), work)
    assert attempts == []
