"""Outages of the database and Temporal: nothing is accepted that could be lost, and retries have one effect."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from models.tables import metadata
from tests.api.events import count_events, joined, post_webhook, recorded
from tests.campus import Campus, School, problem_of, school, serving, settings_for
from tests.links import open_link
from tests.models.rows import Tenant, row_of
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


@pytest.fixture
async def alone(database_urls: DatabaseUrls) -> AsyncIterator[Campus]:
    """The application with a database of its own, and without Temporal."""
    settings = settings_for(database_urls)
    async with serving(settings) as app:
        yield Campus(settings, database_urls, app)


@pytest.fixture
async def lonely(alone: Campus) -> AsyncIterator[School]:
    async with school(alone) as opened:
        yield opened


async def insert_session(opened: School, key: UUID | None = None) -> str:
    """Inserts a session that has no workflow."""
    made = Tenant(opened.id)
    made.rows["organization"] = {"id": opened.id}
    for name in ("course", "instructor"):
        made.rows[name] = {"id": UUID(opened.ids[name]), "organization_id": opened.id}
    table = metadata.tables["session"]
    values = row_of(table, made) | {"id": key or uuid4()}
    async with opened.transaction() as db:
        await db.execute(sa.insert(table).values(values))
    return str(values["id"])


@contextmanager
def database_down(urls: DatabaseUrls) -> Iterator[None]:
    """Cuts all connections to the database and refuses new ones."""
    allow = sql.SQL("alter database {} allow_connections {}")
    with psycopg.connect(urls.superuser.replace(f"/{urls.name}", "/postgres"), autocommit=True) as admin:
        admin.execute(allow.format(sql.Identifier(urls.name), sql.SQL("false")))
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [urls.name]
        )
        try:
            yield
        finally:
            admin.execute(allow.format(sql.Identifier(urls.name), sql.SQL("true")))


@pytest.mark.parametrize("cached", [False, True], ids=["new session", "cached session"])
async def test_a_webhook_refused_without_a_database_is_recorded_on_retry(
    alone: Campus, lonely: School, cached: bool
) -> None:
    session_id = await insert_session(lonely)
    if cached:
        assert (await post_webhook(alone, joined(session_id))).status_code == 200
    before, bodies = count_events(alone), [joined(session_id) for _ in range(5)]
    with database_down(alone.database):
        for answer in await asyncio.gather(*(post_webhook(alone, body) for body in bodies)):
            problem_of(answer, 503, "unavailable")
            assert answer.headers["retry-after"]
    for _ in range(2):
        for answer in await asyncio.gather(*(post_webhook(alone, body) for body in bodies)):
            assert answer.status_code == 200
    assert count_events(alone) == before + len(bodies)


async def test_without_a_database_api_and_pages_answer_503(alone: Campus, lonely: School) -> None:
    console = alone.console_url(lonely.id)
    async with alone.browser() as browser:
        assert (await open_link(browser, console)).status_code == 200
        with database_down(alone.database):
            for path in ("/v1/sessions", "/v1/policy", "/healthz"):
                problem_of(await lonely.api.get(path), 503, "unavailable")
            page = await browser.get("/today")
            assert page.status_code == 503
            assert page.headers["content-type"].startswith("text/html")
        assert (await browser.get("/today")).status_code == 200
    assert (await lonely.get("/v1/sessions"))["items"] == []


async def test_without_temporal_bookings_are_refused(lonely: School) -> None:
    before = lonely.rows()
    answer = await lonely.api.post("/v1/sessions", json=lonely.booking())
    problem_of(answer, 503, "unavailable")
    assert lonely.rows() == before


async def test_without_temporal_sessions_can_still_be_read(lonely: School) -> None:
    session_id = await insert_session(lonely)
    assert (await lonely.get(f"/v1/sessions/{session_id}"))["state"] == "scheduled"
    answer = await lonely.api.post(f"/v1/sessions/{session_id}/cancel", json={})
    problem_of(answer, 503, "unavailable")


async def test_an_event_that_cannot_be_written_does_not_fail_the_others(
    alone: Campus, lonely: School
) -> None:
    """The events share a commit, and one belongs to an erased session; LiveKit need not send it again."""
    kept, erased = await insert_session(lonely), await insert_session(lonely)
    for session_id in (kept, erased):
        assert (await post_webhook(alone, joined(session_id))).status_code == 200
    with psycopg.connect(alone.database.superuser) as admin:
        admin.execute("delete from session_event where session_id = %s", [erased])
        admin.execute("delete from session where id = %s", [erased])
    bodies = [joined(erased if number == 7 else kept) for number in range(20)]
    answers = await asyncio.gather(*(post_webhook(alone, body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await recorded(lonely, kept)) == 20


async def test_an_unknown_session_is_looked_up_again(alone: Campus, lonely: School) -> None:
    """An event may arrive just before its session is committed."""
    session_id = uuid4()
    assert (await post_webhook(alone, joined(str(session_id)))).status_code == 200
    assert count_events(alone) == 0
    await insert_session(lonely, session_id)
    assert (await post_webhook(alone, joined(str(session_id)))).status_code == 200
    assert count_events(alone) == 1
