"""While a part is away nothing is accepted that could be lost, and what is sent again is recorded once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from models.tables import metadata
from tests.api.events import how_many, joined, recorded, tell
from tests.campus import Campus, School, problem_of, school, serving, settings_for
from tests.models.rows import Tenant, row_of
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter


@pytest.fixture
async def alone(database_urls: DatabaseUrls) -> AsyncIterator[Campus]:
    """The application with a database of its own, and nothing else."""
    settings = settings_for(database_urls)
    async with serving(settings) as app:
        yield Campus(settings, database_urls, app)


@pytest.fixture
async def lonely(alone: Campus) -> AsyncIterator[School]:
    async with school(alone) as opened:
        yield opened


async def session_of(opened: School, key: UUID | None = None) -> str:
    """A session that no workflow carries."""
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
def database_away(urls: DatabaseUrls) -> Iterator[None]:
    """Nobody is connected, and nobody can."""
    allow = sql.SQL("alter database {} allow_connections {}")
    with psycopg.connect(urls.superuser.replace(f"/{urls.name}", "/postgres"), autocommit=True) as admin:
        admin.execute(allow.format(sql.Identifier(urls.name), sql.SQL("false")))
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [urls.name]
        )
        try:
            yield
        finally:
            admin.execute(allow.format(sql.Identifier(urls.name), sql.SQL("true")))


@pytest.mark.parametrize("known", [False, True], ids=["new session", "known session"])
async def test_a_webhook_that_finds_no_database_is_recorded_when_it_comes_again(
    alone: Campus, lonely: School, known: bool
) -> None:
    session_id = await session_of(lonely)
    if known:
        assert (await tell(alone, joined(session_id))).status_code == 200
    before, bodies = how_many(alone), [joined(session_id) for _ in range(5)]
    with database_away(alone.database):
        for answer in await asyncio.gather(*(tell(alone, body) for body in bodies)):
            problem_of(answer, 503, "unavailable")
            assert answer.headers["retry-after"]
    for _ in range(2):
        for answer in await asyncio.gather(*(tell(alone, body) for body in bodies)):
            assert answer.status_code == 200
    assert how_many(alone) == before + len(bodies)


async def test_without_a_database_every_door_says_so(alone: Campus, lonely: School) -> None:
    desk = alone.desk_url(lonely.id)
    async with alone.browser() as browser:
        assert (await browser.get(desk)).status_code == 200
        with database_away(alone.database):
            for path in ("/v1/sessions", "/v1/policy", "/healthz"):
                problem_of(await lonely.api.get(path), 503, "unavailable")
            page = await browser.get("/today")
            assert page.status_code == 503
            assert page.headers["content-type"].startswith("text/html")
        assert (await browser.get("/today")).status_code == 200
    assert (await lonely.get("/v1/sessions"))["items"] == []


async def test_without_temporal_nothing_is_booked(lonely: School) -> None:
    before = lonely.rows()
    answer = await lonely.api.post("/v1/sessions", json=lonely.booking())
    problem_of(answer, 503, "unavailable")
    assert lonely.rows() == before


async def test_without_temporal_a_session_can_still_be_looked_at(lonely: School) -> None:
    session_id = await session_of(lonely)
    assert (await lonely.get(f"/v1/sessions/{session_id}"))["state"] == "scheduled"
    answer = await lonely.api.post(f"/v1/sessions/{session_id}/cancel", json={})
    problem_of(answer, 503, "unavailable")


async def test_an_event_that_cannot_be_written_costs_no_other(alone: Campus, lonely: School) -> None:
    """They share a commit, and one of them is about a session that was erased: there is nothing to send again."""
    kept, erased = await session_of(lonely), await session_of(lonely)
    for session_id in (kept, erased):
        assert (await tell(alone, joined(session_id))).status_code == 200
    with psycopg.connect(alone.database.superuser) as admin:
        admin.execute("delete from session_event where session_id = %s", [erased])
        admin.execute("delete from session where id = %s", [erased])
    told = [joined(erased if number == 7 else kept) for number in range(20)]
    answers = await asyncio.gather(*(tell(alone, body) for body in told))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await recorded(lonely, kept)) == 20


async def test_unknown_sessions_are_looked_for_again(alone: Campus, lonely: School) -> None:
    """An event may come a moment before its session is committed elsewhere."""
    session_id = uuid4()
    assert (await tell(alone, joined(str(session_id)))).status_code == 200
    assert how_many(alone) == 0
    await session_of(lonely, session_id)
    assert (await tell(alone, joined(str(session_id)))).status_code == 200
    assert how_many(alone) == 1
