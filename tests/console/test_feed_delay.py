"""Staff and the operator read on their pages that the change feed stands still."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.campus import ADMIN, Campus, house_on
from tests.links import open_link
from tests.markup import Page
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

STANDS_STILL = "Other systems have received no changes since"


@pytest.fixture
async def alone(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Campus]:
    """On a database of its own: the feed is one for all organizations."""
    async with house_on(postgres_server, migrated_template) as campus:
        yield campus


async def test_a_feed_that_stands_still_is_on_today_and_on_the_operators_page(alone: Campus) -> None:
    async with alone.browser() as staff, alone.browser() as operator, alone.client(ADMIN) as founder:
        made = (await founder.post("/v1/organizations", json={"name": "Harbour"})).json()
        assert (await open_link(staff, alone.console_url(made["id"]))).status_code == 200
        assert (await operator.post("/operator/sign-in", data={"token": ADMIN})).status_code == 200

        async def shown() -> list[bool]:
            pages = [await staff.get("/today"), await operator.get("/operator")]
            assert [page.status_code for page in pages] == [200, 200]
            return [STANDS_STILL in Page(page.text).shown for page in pages]

        with psycopg.connect(alone.database.application) as stuck:
            stuck.execute("select pg_current_xact_id()")
            async with alone.client(made["api_key"]) as api:
                await api.post("/v1/guardians", json={"name": "Mia", "email": "mia@family.example"})
            assert await shown() == [False, False], "a change has waited for a moment"
            with psycopg.connect(alone.database.superuser) as later:
                later.execute("update change_log set occurred_at = occurred_at - interval '3 minutes'")
            assert await shown() == [True, True]
        assert await shown() == [False, False]
