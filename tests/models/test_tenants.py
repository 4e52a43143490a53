"""No table's rows can be read or written across tenants."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from models.database import Database
from models.repositories import organizations, presence, sessions
from models.written_sessions import WRITES_SESSIONS
from tests.models.rows import (
    APPEND_ONLY,
    NOON,
    TENANT,
    TENANT_TABLES,
    Tenant,
    make_tenant,
    references,
    row_of,
    same_row,
    scope_column,
)
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

every_table = pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
every_scope = pytest.mark.parametrize("scope", ["another", "none"])


@dataclass(frozen=True)
class TwoTenants:
    database: Database
    owner: Tenant
    other: Tenant

    def scope(self, name: str) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.tenant(self.other.id) if name == "another" else self.database.unscoped()


@pytest.fixture(scope="module")
async def two(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[TwoTenants]:
    """Two organizations with a row each in every table. Tests leave these rows as they are."""
    urls = postgres_server.create_database(template=migrated_template)
    database = Database(urls.application)
    yield TwoTenants(database, await make_tenant(database), await make_tenant(database))
    await database.aclose()
    postgres_server.drop_database(urls.name)


async def _is_unchanged(two: TwoTenants, table: sa.Table) -> bool:
    async with two.database.tenant(two.owner.id) as db:
        rows = (await db.execute(sa.select(table))).mappings().all()
    expected = two.owner[table.name]
    return [{name: row[name] for name in expected} for row in rows].count(expected) == 1


@every_table
async def test_tenant_sees_only_its_own_rows(two: TwoTenants, table: sa.Table) -> None:
    async with two.database.tenant(two.owner.id) as db:
        seen = (await db.scalars(sa.select(scope_column(table)))).all()
    assert set(seen) == {two.owner.id}


@every_scope
@every_table
async def test_rows_of_another_tenant_cannot_be_read(two: TwoTenants, table: sa.Table, scope: str) -> None:
    mine = scope_column(table) == two.owner.id
    async with two.scope(scope) as db:
        assert (await db.execute(sa.select(table).where(mine))).all() == []
        assert (await db.execute(sa.select(table).where(same_row(table, two.owner[table.name])))).all() == []


@every_scope
@every_table
async def test_rows_of_another_tenant_cannot_be_changed(two: TwoTenants, table: sa.Table, scope: str) -> None:
    column = scope_column(table)
    statement = sa.update(table).where(same_row(table, two.owner[table.name])).values({column: column})
    await _affects_no_row(two, table, scope, statement)


@every_scope
@every_table
async def test_rows_of_another_tenant_cannot_be_deleted(two: TwoTenants, table: sa.Table, scope: str) -> None:
    await _affects_no_row(two, table, scope, sa.delete(table).where(same_row(table, two.owner[table.name])))


async def _affects_no_row(
    two: TwoTenants, table: sa.Table, scope: str, statement: sa.Update | sa.Delete
) -> None:
    if table.name in APPEND_ONLY:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with two.scope(scope) as db:
                await db.execute(statement)
    else:
        async with two.scope(scope) as db:
            assert (await db.execute(statement.returning(sa.literal(1)))).all() == []
    assert await _is_unchanged(two, table)


@every_scope
@every_table
async def test_rows_cannot_be_inserted_for_another_tenant(
    two: TwoTenants, table: sa.Table, scope: str
) -> None:
    forged = row_of(table, two.owner)
    if table is TENANT:
        forged["id"] = uuid4()
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with two.scope(scope) as db:
            await db.execute(sa.insert(table).values(forged))
    assert await _is_unchanged(two, table)


@pytest.mark.parametrize(
    "table", [t for t in TENANT_TABLES if t.name not in APPEND_ONLY], ids=lambda table: table.name
)
async def test_rows_cannot_be_moved_to_another_tenant(two: TwoTenants, table: sa.Table) -> None:
    statement = sa.update(table).values({scope_column(table): two.owner.id})
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with two.database.tenant(two.other.id) as db:
            await db.execute(statement)
    assert await _is_unchanged(two, table)


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("verb", ["update {} set organization_id = organization_id", "delete from {}"])
async def test_append_only_rows_cannot_be_changed_or_deleted(two: TwoTenants, table: str, verb: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with two.database.tenant(two.owner.id) as db:
            await db.execute(sa.text(verb.format(table)), execution_options={WRITES_SESSIONS: ()})


@pytest.mark.parametrize(
    ("table", "column", "referred"),
    [
        pytest.param(table, column, referred, id=f"{table.name}.{column.name}")
        for table in TENANT_TABLES
        for column, referred in references(table)
        if referred.table in TENANT_TABLES and column.name != "organization_id"
    ],
)
async def test_rows_cannot_refer_to_rows_of_another_tenant(
    two: TwoTenants, table: sa.Table, column: sa.Column[object], referred: sa.Column[object]
) -> None:
    """Foreign keys bypass row-level security, so they include the tenant."""
    owner = await make_tenant(two.database, before=table)
    other = await make_tenant(two.database, before=table)
    values = row_of(table, other) | {column.name: owner[referred.table.name][referred.name]}
    if column.name == "hold_id":  # what a hold reserves is no class's
        values |= {"session_id": None, "expires_at": NOON}
    with pytest.raises(IntegrityError, match="violates foreign key"):
        async with two.database.tenant(other.id) as db:
            await db.execute(sa.insert(table).values(values))


async def test_cross_tenant_lookups_return_only_what_they_should(two: TwoTenants) -> None:
    session, key = two.owner["session"], two.owner["api_key"]
    async with two.database.unscoped() as db:
        session_ids = [session["id"], uuid4()]
        assert await sessions.tenants_of_sessions(db, session_ids) == {session["id"]: two.owner.id}
        (running,) = await presence.running_sessions(db, session["region"], [session["state"]])
        assert (running.session_id, running.organization_id) == (session["id"], two.owner.id)
        assert await presence.running_sessions(db, session["region"], ["closed"]) == []
        assert await presence.running_sessions(db, "elsewhere", [session["state"]]) == []
        assert await organizations.key_by_prefix(db, key["prefix"]) is None, "it is revoked"


async def test_api_key_is_found_by_prefix_until_revoked(database: Database) -> None:
    tenant = await make_tenant(database)
    table = sa.table("api_key", sa.column("revoked_at"))
    async with database.tenant(tenant.id) as db:
        await db.execute(sa.update(table).values(revoked_at=None))
    async with database.unscoped() as db:
        holder = await organizations.key_by_prefix(db, tenant["api_key"]["prefix"])
        assert holder is not None
        assert holder.organization_id == tenant.id
        assert holder.secret_hash == tenant["api_key"]["secret_hash"]
        assert await organizations.key_by_prefix(db, "%") is None


async def test_scope_ends_with_its_transaction(two: TwoTenants) -> None:
    """A connection does not keep the tenant when it goes back to the pool."""
    for _ in range(30):
        async with two.database.tenant(two.owner.id) as db:
            await db.execute(sa.select(1))
        async with two.database.unscoped() as db:
            assert (await db.execute(sa.select(TENANT))).all() == []
