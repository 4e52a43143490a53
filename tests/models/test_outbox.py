"""Notices and cases: the same message is one message, the same case one case."""

import asyncio
from uuid import uuid4

import pytest

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
    return ExceptionCase(**tenant["exception_case"] | {"id": uuid4(), "occasion": occasion})


async def prepare(database: Database, tenant: Tenant, *rows: Notice) -> None:
    async with database.tenant(tenant.id) as db:
        await notices.prepare(db, rows)


async def test_a_message_prepared_twice_is_one_and_stays_as_it_was(
    database: Database, tenant: Tenant
) -> None:
    await prepare(database, tenant, notice(tenant, "a", subject="first"))
    async with database.tenant(tenant.id) as db:
        (sent,) = await notices.by_keys(db, ["a"])
        await notices.mark_sent(db, sent.id, NOON)
    await prepare(database, tenant, notice(tenant, "a", subject="second"), notice(tenant, "b"))
    async with database.tenant(tenant.id) as db:
        found = {row.key: row for row in await notices.by_keys(db, ["a", "b", "c"])}
    assert set(found) == {"a", "b"}
    assert (found["a"].subject, found["a"].sent_at, found["a"].attempts) == ("first", NOON, 2)
    assert found["b"].sent_at is None


async def test_preparing_nothing_writes_nothing(database: Database, tenant: Tenant) -> None:
    await prepare(database, tenant)
    async with database.tenant(tenant.id) as db:
        assert len(await notices.of_session(db, tenant.session_id)) == 1


async def test_racing_preparations_are_one(database: Database, tenant: Tenant) -> None:
    keys = [f"key-{number}" for number in range(6)]
    orders = [keys[start:] + keys[:start] for start in range(len(keys))]
    await asyncio.gather(
        *(prepare(database, tenant, *(notice(tenant, key) for key in sorted(order))) for order in orders)
    )
    async with database.tenant(tenant.id) as db:
        assert sorted(row.key for row in await notices.by_keys(db, keys)) == keys


async def test_a_failed_attempt_is_counted_and_given_up_when_it_is_final(
    database: Database, tenant: Tenant
) -> None:
    row = notice(tenant, "a", attempts=0)
    await prepare(database, tenant, row)
    async with database.tenant(tenant.id) as db:
        await notices.mark_failed(db, row.id, "unavailable", None)
    async with database.tenant(tenant.id) as db:
        await notices.mark_failed(db, row.id, "undeliverable", NOON)
    async with database.tenant(tenant.id) as db:
        (found,) = await notices.by_keys(db, ["a"])
    assert (found.attempts, found.error, found.failed_at) == (2, "undeliverable", NOON)


async def test_a_case_opened_twice_is_one(database: Database, tenant: Tenant) -> None:
    async def open_case(occasion: str) -> bool:
        async with database.tenant(tenant.id) as db:
            return await cases.open_once(db, case(tenant, occasion))

    assert await open_case("a")
    assert not await open_case("a")
    assert await open_case("b")
    assert sum(await asyncio.gather(*(open_case("c") for _ in range(8)))) == 1
    async with database.tenant(tenant.id) as db:
        found = await cases.of_session(db, tenant.session_id)
    assert {"a", "b", "c"} <= {row.occasion for row in found}
    assert len(found) == 4


async def test_cases_of_another_class_are_others(database: Database, tenant: Tenant) -> None:
    elsewhere = await another_session(database, tenant)
    async with database.tenant(tenant.id) as db:
        again = ExceptionCase(**tenant["exception_case"] | {"id": uuid4(), "subject_id": elsewhere})
        assert await cases.open_once(db, again)
        assert len(await cases.of_session(db, elsewhere)) == 1
