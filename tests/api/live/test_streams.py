"""Server-sent events: pages are notified of changes to what they show, and disconnected pages are removed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.live.session_tenants import SessionTenants
from api.live.streams import LiveHub
from models.changes import channel_of
from models.database import Database
from tests.api.classes import make_classes
from tests.api.record import archive
from tests.campus import PATIENCE, Campus, School, serving, settings_for
from tests.links import open_link
from tests.models.rows import Tenant, another_session, make_tenant
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


@pytest.fixture
async def hub(database: Database) -> AsyncIterator[LiveHub]:
    started = LiveHub(database.url, SessionTenants(database))
    yield started
    await started.aclose()


class Page:
    """A stream, which reads one message ahead so that `quiet` needs no waiting."""

    def __init__(self, stream: AsyncIterator[str]) -> None:
        self._stream = stream
        self._next = self._ahead()

    def _ahead(self) -> "asyncio.Task[str]":
        return asyncio.ensure_future(anext(self._stream))

    @property
    def quiet(self) -> bool:
        return not self._next.done()

    async def changed(self) -> None:
        """Waits for the next `changed` event."""
        async with asyncio.timeout(PATIENCE):
            while "event: changed" not in await self._next:
                self._next = self._ahead()
        self._next = self._ahead()

    async def close(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)


@asynccontextmanager
async def pages(hub: LiveHub, *wanted: tuple[UUID, UUID]) -> AsyncIterator[list[Page]]:
    """Streams of sessions, as (organization, session), after their initial `changed` event."""
    first = Page(hub.stream(uuid4(), uuid4()))
    for _ in range(2):  # at once, and when the hub listens
        await first.changed()
    opened = [Page(hub.stream(*session)) for session in wanted]
    try:
        for page in opened:
            await page.changed()
        yield opened
    finally:
        for page in (first, *opened):
            await page.close()


def notify(database: Database, *sessions: UUID | str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        for session_id in sessions:
            connection.execute("select pg_notify(%s, %s)", [channel_of(database.url), str(session_id)])


@pytest.fixture
async def two(database: Database) -> tuple[Tenant, Tenant]:
    return await make_tenant(database), await make_tenant(database)


async def test_a_session_page_is_notified_of_its_own_session_only(
    hub: LiveHub, database: Database, two: tuple[Tenant, Tenant]
) -> None:
    tenant, other = two
    sibling = await another_session(database, tenant)
    async with pages(hub, (tenant.id, tenant.session_id), (tenant.id, sibling)) as (page, siblings):
        notify(database, other.session_id, sibling, uuid4())
        await siblings.changed()
        assert page.quiet
        notify(database, tenant.session_id)
        await page.changed()
        assert siblings.quiet


async def test_a_page_reloads_after_a_while_without_a_notification(database: Database) -> None:
    async with aclosing(LiveHub(database.url, SessionTenants(database), reload_interval=0.1)) as hub:
        page = Page(hub.stream(uuid4(), uuid4()))
        for _ in range(4):  # two of them because the page opens and the hub begins to listen
            await page.changed()
        await page.close()


async def test_changes_of_another_organizations_session_are_not_sent(
    hub: LiveHub, database: Database, two: tuple[Tenant, Tenant]
) -> None:
    """Not even a viewer who knows the session's id."""
    tenant, other = two
    async with pages(hub, (other.id, tenant.session_id), (tenant.id, tenant.session_id)) as (stranger, page):
        notify(database, tenant.session_id)
        await page.changed()
        assert stranger.quiet


async def test_a_malformed_notification_reloads_no_page_and_stops_no_updates(
    hub: LiveHub, database: Database, two: tuple[Tenant, Tenant]
) -> None:
    tenant, other = two
    opened = [(tenant.id, tenant.session_id), (other.id, other.session_id)]
    async with pages(hub, *opened) as (page, stranger):
        notify(database, "no session at all")
        notify(database, tenant.session_id)
        await page.changed()
        assert stranger.quiet


async def test_pages_reload_after_a_lost_database_connection(
    hub: LiveHub, database: Database, database_urls: DatabaseUrls, two: tuple[Tenant, Tenant]
) -> None:
    async with pages(hub, *((tenant.id, tenant.session_id) for tenant in two)) as opened:
        with psycopg.connect(database_urls.superuser) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = %s and datname = %s",
                [f"listen {channel_of(database.url)}", database_urls.name],
            )
        for page in opened:
            await page.changed()


@pytest.fixture
async def console(campus: Campus, harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.browser() as browser:
        await open_link(browser, campus.console_url(harbour.id))
        yield browser


@asynccontextmanager
async def watching(browser: httpx.AsyncClient, path: str) -> AsyncIterator[Page]:
    async with browser.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        page = Page(answer.aiter_lines())
        await page.changed()
        yield page
        await page.close()


async def test_a_command_updates_the_session_page(harbour: School, console: httpx.AsyncClient) -> None:
    session_id = await harbour.book()
    await harbour.run_until(session_id, "scheduled")
    async with watching(console, f"/sessions/{session_id}/live") as page:
        await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
        await page.changed()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/sessions/{session}/guests", {"name": "Aunt"}),
        ("/v1/exceptions/{exception_case}/assign", {}),
        ("/v1/exceptions/{exception_case}/resolve", {"resolution": "called the family"}),
    ],
)
async def test_changes_through_the_api_update_the_session_page(
    hub: LiveHub, database_urls: DatabaseUrls, path: str, body: dict[str, str]
) -> None:
    async with archive(database_urls) as kept, kept.client() as api:
        with psycopg.connect(kept.urls.superuser) as connection:
            connection.execute("update exception_case set state = 'open'")
        ids = {table: kept.tenant[table]["id"] for table in ("session", "exception_case")}
        async with pages(hub, (kept.tenant.id, kept.tenant.session_id)) as (page,):
            assert page.quiet
            (await api.post(path.format(**ids), json=body)).raise_for_status()
            await page.changed()


async def test_disconnected_pages_are_removed(
    campus: Campus, harbour: School, caplog: pytest.LogCaptureFixture
) -> None:
    hub: LiveHub = campus.app.state.homeroom.hub
    live = f"/sessions/{await harbour.book()}/live"
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            async with campus.browser() as browser:
                await open_link(browser, campus.console_url(harbour.id))
                async with watching(browser, live), watching(browser, live):
                    assert hub.watchers(harbour.id) == 2
        async with asyncio.timeout(PATIENCE):
            while hub.watchers(harbour.id):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert caplog.records == []


async def test_a_stopping_server_completes_open_streams(
    database: Database, database_urls: DatabaseUrls, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(database_urls)
    with caplog.at_level(logging.WARNING):
        async with AsyncExitStack() as browsers:
            async with serving(settings, grace=1) as app:
                campus = Campus(settings, database_urls, app)
                browser = await browsers.enter_async_context(campus.browser())
                (organization_id,) = (await make_classes(database, 1, 1)).values()
                await open_link(browser, campus.console_url(organization_id))
                answer = await browsers.enter_async_context(browser.stream("GET", "/today/live"))
                lines = answer.aiter_lines()
                await anext(lines)
            assert [line async for line in lines][-1] == "", "the stream has an end"
    assert [record for record in caplog.records if record.exc_info] == []
