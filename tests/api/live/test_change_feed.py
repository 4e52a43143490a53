"""The live change feed survives a poll that fails."""

import asyncio

import psycopg
import pytest

from api.live.change_feed import FeedHub
from api.live.streams import CHANGED
from models.database import Database
from tests.campus import PATIENCE
from tests.models.rows import another_session, make_tenant
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


async def test_the_feed_continues_after_an_unexpected_poll_error(
    database: Database, database_urls: DatabaseUrls, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = await make_tenant(database)
    hub = FeedHub(database)
    feed = hub.changes(tenant.id)
    try:
        async with asyncio.timeout(PATIENCE):
            await anext(feed)
            following = asyncio.ensure_future(anext(feed))
            with psycopg.connect(database_urls.owner, autocommit=True) as owner:
                owner.execute("alter function changed_organizations(bigint) rename to away")
                while "polling the change log failed" not in caplog.text:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                owner.execute("alter function away(bigint) rename to changed_organizations")
            await another_session(database, tenant)
            assert CHANGED in await following
    finally:
        await hub.aclose()
