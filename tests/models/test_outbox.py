"""The same notice is written once, and the same case is opened once."""

import asyncio
from uuid import uuid4

import pytest

from domain.cases.states import CaseState
from models.database import Database
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.repositories import cases, notices
from tests.models.rows import NOON, Tenant, another_session

pytestmark = pytest.mark.adapter


def notice(tenant: Tenant, key: str, **values: object) -> Notice:
    return Notice(
        **tenant["notice"] | {"id": uuid4(), "key": key, "sent_at": None, "failed_at": None} | values
    )


def case(tenant: Tenant, occasion: str) -> ExceptionCase:
    values = {"id": uuid4(), "occasion": occasion, "state": CaseState.OPEN}
    return ExceptionCase(**tenant["exception_case"] | values)


async def prepare(database: Database, tenant: Tenant, *rows: Notice) -> None:
    async with database.tenant(tenant.id) as db:
        await notices.prepare(db, rows)


async def test_notice_prepared_again_is_left_as_it_is(database: Database, tenant: Tenant) -> None:
    await prepare(database, tenant, notice(tenant, "a", subject="first"))
    async with database.tenant(tenant.id) as db:
        (sent,) = await notices.by_keys(db, ["a"])
        await notices.mark_sent(db, sent.id, NOON)
    await prepare(database, tenant, notice(tenant, "a", subject="second"), notice(tenant, "b"))
    async with database.tenant(tenant.id) as db:
        rows = {row.key: row for row in await notices.by_keys(db, ["a", "b", "c"])}
    assert set(rows) == {"a", "b"}
    assert (rows["a"].subject, rows["a"].sent_at, rows["a"].attempts) == ("first", NOON, 2)
    assert rows["b"].sent_at is None


async def test_preparing_nothing_writes_nothing(database: Database, tenant: Tenant) -> None:
    await prepare(database, tenant)
    async with database.tenant(tenant.id) as db:
        assert len(await notices.of_session(db, tenant.session_id)) == 1


async def test_racing_preparations_write_each_notice_once(database: Database, tenant: Tenant) -> None:
    keys = [f"key-{number}" for number in range(6)]
    orders = [keys[start:] + keys[:start] for start in range(len(keys))]
    await asyncio.gather(
        *(prepare(database, tenant, *(notice(tenant, key) for key in sorted(order))) for order in orders)
    )
    async with database.tenant(tenant.id) as db:
        assert sorted(row.key for row in await notices.by_keys(db, keys)) == keys


async def test_failed_attempts_are_counted_and_the_final_one_ends_the_notice(
    database: Database, tenant: Tenant
) -> None:
    row = notice(tenant, "a", attempts=0)
    await prepare(database, tenant, row)
    async with database.tenant(tenant.id) as db:
        await notices.mark_failed(db, row.id, "unavailable", None)
    async with database.tenant(tenant.id) as db:
        await notices.mark_failed(db, row.id, "undeliverable", NOON)
    async with database.tenant(tenant.id) as db:
        (row,) = await notices.by_keys(db, ["a"])
    assert (row.attempts, row.error, row.failed_at) == (2, "undeliverable", NOON)


async def test_case_is_opened_only_once(database: Database, tenant: Tenant) -> None:
    async def open_case(occasion: str) -> bool:
        async with database.tenant(tenant.id) as db:
            reported = await cases.report(db, case(tenant, occasion), reopens_since=NOON)
            return reported is not None and reported[1]

    assert await open_case("a")
    assert not await open_case("a")
    assert await open_case("b")
    assert sum(await asyncio.gather(*(open_case("c") for _ in range(8)))) == 1
    async with database.tenant(tenant.id) as db:
        rows = await cases.of_session(db, tenant.session_id)
    assert {"a", "b", "c"} <= {row.occasion for row in rows}
    assert len(rows) == 4


async def test_same_case_of_another_class_is_a_new_case(database: Database, tenant: Tenant) -> None:
    other_session = await another_session(database, tenant)
    async with database.tenant(tenant.id) as db:
        again = ExceptionCase(**tenant["exception_case"] | {"id": uuid4(), "subject_id": other_session})
        assert await cases.report(db, again, reopens_since=NOON)
        assert len(await cases.of_session(db, other_session)) == 1
