"""Reads on the driver's connection keep the tenant scope, raise the same errors and write nothing."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa

from domain.errors import InvalidInput, Unavailable
from models.course import Course
from models.database import Database
from models.repositories import pages
from models.repositories.pages import PageRequest, Position
from tests.models.rows import NOON, Tenant, course
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

_COURSES = sa.select(Course).order_by(Course.title)
_NAMED = sa.select(Course).where(sa.column("title") == sa.bindparam("title"))


@pytest.fixture
async def one_connection(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """With one connection, so that each use follows another's."""
    async with aclosing(Database(database_urls.application, pool_size=1)) as opened:
        yield opened


async def add(database: Database, tenant: Tenant, *titles: str) -> None:
    async with database.tenant(tenant.id) as db:
        for title in titles:
            db.add(course(tenant, title))


async def titles(database: Database, organization_id: UUID) -> list[str]:
    async with database.reading(organization_id) as db:
        return [row.title for row in await db.execute(_COURSES)]


async def test_rows_are_of_one_tenant_with_columns_as_attributes(database: Database, tenant: Tenant) -> None:
    await add(database, tenant, "zoology")
    assert (await titles(database, tenant.id))[-1] == "zoology"
    assert await titles(database, uuid4()) == []


async def test_scope_ends_with_the_transaction(tenant: Tenant, one_connection: Database) -> None:
    async with one_connection.reading(tenant.id) as db:
        assert await db.execute(_COURSES)
    async with one_connection.lookup() as db:
        assert await db.execute(_COURSES) == []


async def test_reading_cannot_write(database: Database, tenant: Tenant) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with database.reading(tenant.id) as db:
            await db.execute(sa.text("delete from course"))
    assert await titles(database, tenant.id)


async def test_pages_are_the_same_as_in_a_unit_of_work(database: Database, tenant: Tenant) -> None:
    await add(database, tenant, "50% off", "Botany", "Chemistry")
    first = PageRequest("title", 1)
    for asked in (
        first,
        PageRequest("-title", 2),
        PageRequest("title", 5, text="0% o", searched=("title", "subject")),
        PageRequest("title", 5, equal={"subject": "s"}, retired=None),
        PageRequest("title", 2, after=Position("50% off", UUID(int=2**128 - 1))),
        PageRequest("created_at", 2, after=Position(NOON, UUID(int=0))),
        PageRequest("title", 2, retired=True),
    ):
        async with database.tenant(tenant.id) as db:
            rows, more = await pages.page(db, Course, asked)
        async with database.reading(tenant.id) as reading:
            read, more_read = await pages.read(reading, Course, asked)
        assert [(row.id, row.title, row.created_at) for row in read] == [
            (row.id, row.title, row.created_at) for row in rows
        ]
        assert more_read == more
        assert rows or asked.retired


async def test_nul_in_a_value_is_invalid_input(database: Database, tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        async with database.reading(tenant.id) as db:
            await db.execute(_NAMED, {"title": "a\0b"})
    assert await titles(database, tenant.id)


async def test_connection_ended_by_the_server_is_not_reused(
    tenant: Tenant, database_urls: DatabaseUrls, one_connection: Database
) -> None:
    async with one_connection.lookup() as db:
        ((pid,),) = await db.execute(sa.text("select pg_backend_pid()"))
    with psycopg.connect(database_urls.superuser) as admin:
        admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert await titles(one_connection, tenant.id)


async def test_connection_killed_during_a_read_is_unavailable(
    database: Database, tenant: Tenant, database_urls: DatabaseUrls
) -> None:
    async def read_on_a_killed_connection() -> None:
        async with database.reading(tenant.id) as db:
            ((pid,),) = await db.execute(sa.text("select pg_backend_pid()"))
            with psycopg.connect(database_urls.superuser) as admin:
                admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
            await db.execute(_COURSES)

    with pytest.raises(Unavailable):
        await read_on_a_killed_connection()
    assert await titles(database, tenant.id)


async def test_unreachable_server_is_unavailable(nowhere: Database) -> None:
    with pytest.raises(Unavailable):
        async with nowhere.lookup():
            pass
    with pytest.raises(Unavailable):
        async with nowhere.reading(UUID(int=0)):
            pass
    with pytest.raises(Unavailable):
        async with nowhere.single_reading(UUID(int=0)):
            pass


async def test_exhausted_pool_is_unavailable(tenant: Tenant, one_connection: Database) -> None:
    async with one_connection.lookup():
        with pytest.raises(Unavailable):
            await titles(one_connection, tenant.id)
    assert await titles(one_connection, tenant.id)


async def test_single_reading_gives_the_same_rows_as_a_reading(database: Database, tenant: Tenant) -> None:
    await add(database, tenant, "100% of 'Geometry' \\ Space")
    for organization_id in (tenant.id, uuid4()):
        async with database.single_reading(organization_id) as single:
            shown = await single.execute(_NAMED, {"title": "100% of 'Geometry' \\ Space"})
        async with database.reading(organization_id) as reading:
            assert shown == await reading.execute(_NAMED, {"title": "100% of 'Geometry' \\ Space"})
        assert len(shown) == (organization_id == tenant.id)


async def test_scope_ends_with_a_single_reading(
    database: Database, tenant: Tenant, one_connection: Database
) -> None:
    await add(database, tenant, "Zoology")
    async with one_connection.single_reading(tenant.id) as db:
        assert await db.execute(_COURSES)
        with pytest.raises(AssertionError):
            await db.execute(_COURSES)
    async with one_connection.lookup() as db:
        assert await db.execute(_COURSES) == []


async def test_failed_single_reading_leaves_the_connection_usable(
    database: Database, tenant: Tenant, one_connection: Database
) -> None:
    await add(database, tenant, "Zoology")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with one_connection.single_reading(tenant.id) as db:
            await db.execute(sa.text("delete from course"))
    with pytest.raises(InvalidInput):
        async with one_connection.single_reading(tenant.id) as db:
            await db.execute(_NAMED, {"title": "a\0b"})
    async with one_connection.single_reading(tenant.id) as db:
        assert await db.execute(_COURSES)
    async with one_connection.lookup() as db:
        assert await db.execute(_COURSES) == []
