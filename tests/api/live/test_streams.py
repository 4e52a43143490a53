"""Server-sent events: a change is told to the pages that look at it, and a page that goes leaves nothing behind."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.live.session_tenants import Tenants
from api.live.streams import LiveHub
from models.changes import channel_of
from models.database import Database
from tests.api.classes import make_classes
from tests.api.record import archive
from tests.campus import PATIENCE, Campus, School, serving, settings_for
from tests.models.rows import Tenant, another_session, make_tenant
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


@pytest.fixture
async def hub(database: Database) -> AsyncIterator[LiveHub]:
    started = LiveHub(database.url, Tenants(database))
    yield started
    await started.aclose()


class Page:
    """A stream, read ahead by one message."""

    def __init__(self, stream: AsyncIterator[str]) -> None:
        self._stream = stream
        self._next = self._ahead()

    def _ahead(self) -> "asyncio.Task[str]":
        return asyncio.ensure_future(anext(self._stream))

    @property
    def quiet(self) -> bool:
        return not self._next.done()

    async def told(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while "event: changed" not in await self._next:
                self._next = self._ahead()
        self._next = self._ahead()

    async def close(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)


@asynccontextmanager
async def pages(hub: LiveHub, *wanted: tuple[UUID, UUID]) -> AsyncIterator[list[Page]]:
    """Streams that have been told to look for the first time."""
    first = Page(hub.stream(uuid4(), uuid4()))
    for _ in range(2):  # at once, and when the hub listens
        await first.told()
    opened = [Page(hub.stream(*one)) for one in wanted]
    try:
        for page in opened:
            await page.told()
        yield opened
    finally:
        for page in (first, *opened):
            await page.close()


def change(database: Database, *sessions: UUID | str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        for session_id in sessions:
            connection.execute("select pg_notify(%s, %s)", [channel_of(database.url), str(session_id)])


@pytest.fixture
async def two(database: Database) -> tuple[Tenant, Tenant]:
    return await make_tenant(database), await make_tenant(database)


async def test_a_session_page_hears_of_its_session_alone(
    hub: LiveHub, database: Database, two: tuple[Tenant, Tenant]
) -> None:
    tenant, other = two
    sibling = await another_session(database, tenant)
    async with pages(hub, (tenant.id, tenant.session_id), (tenant.id, sibling)) as (page, siblings):
        change(database, other.session_id, sibling, uuid4())
        await siblings.told()
        assert page.quiet
        change(database, tenant.session_id)
        await page.told()
        assert siblings.quiet


async def test_nobody_sees_a_session_of_another_organization_change(
    hub: LiveHub, database: Database, two: tuple[Tenant, Tenant]
) -> None:
    """Even with its id."""
    tenant, other = two
    async with pages(hub, (other.id, tenant.session_id), (tenant.id, tenant.session_id)) as (spy, page):
        change(database, tenant.session_id)
        await page.told()
        assert spy.quiet


async def test_a_message_that_is_not_understood_silences_no_page(
    hub: LiveHub, database: Database, two: tuple[Tenant, Tenant]
) -> None:
    tenant, _ = two
    async with pages(hub, (tenant.id, tenant.session_id)) as (page,):
        change(database, "no session at all")
        await page.told()
        change(database, tenant.session_id)
        await page.told()


async def test_a_lost_connection_is_a_reason_to_look_again(
    hub: LiveHub, database: Database, database_urls: DatabaseUrls, two: tuple[Tenant, Tenant]
) -> None:
    async with pages(hub, *((one.id, one.session_id) for one in two)) as opened:
        with psycopg.connect(database_urls.superuser) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = %s and datname = %s",
                [f"listen {channel_of(database.url)}", database_urls.name],
            )
        for page in opened:
            await page.told()


@pytest.fixture
async def desk(campus: Campus, harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.browser() as browser:
        await browser.get(campus.desk_url(harbour.id))
        yield browser


@asynccontextmanager
async def watching(browser: httpx.AsyncClient, path: str) -> AsyncIterator[Page]:
    async with browser.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        page = Page(answer.aiter_lines())
        await page.told()
        yield page
        await page.close()


async def test_a_command_is_seen_on_the_page(harbour: School, desk: httpx.AsyncClient) -> None:
    session_id = await harbour.book()
    await harbour.run_until(session_id, "scheduled")
    async with watching(desk, f"/sessions/{session_id}/live") as page:
        await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
        await page.told()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/sessions/{session}/guests", {"name": "Aunt"}),
        ("/v1/exceptions/{exception_case}/assign", {}),
        ("/v1/exceptions/{exception_case}/resolve", {"resolution": "called the family"}),
    ],
)
async def test_a_page_hears_of_what_is_done_through_the_api(
    hub: LiveHub, database_urls: DatabaseUrls, path: str, body: dict[str, str]
) -> None:
    async with archive(database_urls) as kept, kept.client() as api:
        with psycopg.connect(kept.urls.superuser) as connection:
            connection.execute("update exception_case set state = 'open'")
        ids = {table: kept.tenant[table]["id"] for table in ("session", "exception_case")}
        async with pages(hub, (kept.tenant.id, kept.tenant.session_id)) as (page,):
            assert page.quiet
            (await api.post(path.format(**ids), json=body)).raise_for_status()
            await page.told()


async def test_a_page_that_goes_leaves_nothing_behind(
    campus: Campus, harbour: School, caplog: pytest.LogCaptureFixture
) -> None:
    hub: LiveHub = campus.app.state.homeroom.hub
    live = f"/sessions/{await harbour.book()}/live"
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            async with campus.browser() as browser:
                await browser.get(campus.desk_url(harbour.id))
                async with watching(browser, live), watching(browser, live):
                    assert hub.watchers(harbour.id) == 2
        async with asyncio.timeout(PATIENCE):
            while hub.watchers(harbour.id):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert caplog.records == []


async def test_a_server_that_stops_ends_its_open_pages(
    database: Database, database_urls: DatabaseUrls, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(database_urls)
    with caplog.at_level(logging.WARNING):
        async with AsyncExitStack() as browsers:
            async with serving(settings, grace=1) as app:
                campus = Campus(settings, database_urls, app)
                browser = await browsers.enter_async_context(campus.browser())
                (organization_id,) = (await make_classes(database, 1, 1)).values()
                await browser.get(campus.desk_url(organization_id))
                answer = await browsers.enter_async_context(browser.stream("GET", "/today/live"))
                lines = answer.aiter_lines()
                await anext(lines)
            assert [line async for line in lines][-1] == "", "the stream has an end"
    assert [record for record in caplog.records if record.exc_info] == []
