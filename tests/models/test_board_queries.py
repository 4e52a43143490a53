"""The board's filters are part of its query, which finds its rows by indexes where a table is large."""

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind, Severity
from domain.sessions.headline import Reason
from domain.sessions.states import SessionState
from models.database import Database
from models.repositories import board
from models.repositories.board import BoardSelection
from models.tables import metadata
from models.written_sessions import WRITES_SESSIONS
from tests.models.rows import HOUR, NOON, Tenant, another_session
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter
_CLASSES, _CASES = 2_000, 20_000
_KINDS = [kind.value for kind in ExceptionKind]
_SESSIONS = (
    """'id', gen_random_uuid(), 'external_id', null, 'starts_at', %(noon)s::timestamptz + n * interval '1 minute',
       'ends_at', %(noon)s::timestamptz + (n + 50) * interval '1 minute'""",
    "session made, generate_series(-1000, 999) n where made.id = %(session)s",
)
_CASES_OF_SESSIONS = (
    """'id', gen_random_uuid(), 'subject_kind', 'session', 'subject_id', s.id, 'incident_id', null,
       'kind', (%(kinds)s::text[])[1 + n %% %(several)s], 'occasion', n::text,
       'resolved_at', case when n %% 3 = 0 then %(noon)s::timestamptz end""",
    "exception_case made, session s, generate_series(1, %(each)s) n where made.id = %(case)s",
)


def copies(table: str, differences: str, source: str) -> str:
    """Inserts copies of the row `made`, each with these differences."""
    columns = metadata.tables[table].columns
    names = [one.name for one in columns if one.computed is None and one.identity is None]
    row = f"jsonb_populate_record(made, jsonb_build_object({differences}))"
    read = ", ".join(f"(row).{name}" for name in names)
    return f"insert into {table} ({', '.join(names)}) select {read} from (select {row} as row from {source}) rows"


async def rows_of(db: AsyncSession, selection: BoardSelection) -> set[UUID]:
    return {facts.id for facts in await board.facts(db, NOON, selection=selection)}


async def plan(db: AsyncSession, selection: BoardSelection) -> list[dict[str, Any]]:
    """The steps of the plan of the board's query."""
    raw = (await (await db.connection()).get_raw_connection()).driver_connection
    assert isinstance(raw, psycopg.AsyncConnection)
    query, values = selection.statement(NOON)
    found: Any = await (await raw.execute(f"explain (format json) {query}", values)).fetchone()
    steps, waiting = [], [found[0][0]["Plan"]]
    while waiting:
        step = waiting.pop()
        steps.append(step)
        waiting += step.get("Plans", [])
    return steps


async def test_only_classes_with_the_trouble_are_read(database: Database, tenant: Tenant) -> None:
    quiet = await another_session(database, tenant, state=SessionState.LIVE, external_id=None)
    case = sa.text("update exception_case set kind = :kind, severity = :severity, resolved_at = null")
    kind, severity = ExceptionKind.NOBODY_CAME, Severity.LOW
    quietly: dict[str, list[UUID]] = {WRITES_SESSIONS: []}
    async with database.tenant(tenant.id) as db:
        await db.execute(case, {"kind": kind, "severity": severity}, execution_options=quietly)
        everything = await rows_of(db, board.EVERYTHING)
        assert {tenant.session_id, quiet} <= everything
        with_case = everything - {quiet}
        assert await rows_of(db, BoardSelection(trouble=kind)) == with_case
        assert await rows_of(db, BoardSelection(exceptions=True)) == with_case
        assert await rows_of(db, BoardSelection(trouble=ExceptionKind.ROOM_LOST)) == set()
        assert await rows_of(db, BoardSelection(trouble=Reason.EXCEPTION)) == set()
        assert await rows_of(db, BoardSelection(trouble=Reason.NOT_RECORDED)) == {quiet}
        await db.execute(case, {"kind": kind, "severity": Severity.CRITICAL}, execution_options=quietly)
        assert await rows_of(db, BoardSelection(trouble=Reason.EXCEPTION)) == with_case


@pytest.mark.parametrize("trouble", [*Reason, ExceptionKind.NOBODY_CAME])
async def test_every_trouble_makes_a_query_that_runs(
    database: Database, tenant: Tenant, trouble: Reason | ExceptionKind
) -> None:
    async with database.tenant(tenant.id) as db:
        selected = await rows_of(db, BoardSelection(trouble=trouble))
        assert selected <= await rows_of(db, board.EVERYTHING)


async def test_open_cases_of_a_kind_are_found_by_their_index(
    database: Database, tenant: Tenant, database_urls: DatabaseUrls
) -> None:
    values = {
        "noon": NOON,
        "session": tenant.session_id,
        "case": tenant["exception_case"]["id"],
        "kinds": _KINDS,
        "several": len(_KINDS),
        "each": _CASES // _CLASSES,
    }
    async with database.tenant(tenant.id) as db:
        raw = (await (await db.connection()).get_raw_connection()).driver_connection
        assert isinstance(raw, psycopg.AsyncConnection)
        await raw.execute(copies("session", *_SESSIONS), values)
        await raw.execute(copies("exception_case", *_CASES_OF_SESSIONS), values)
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute("analyze session, exception_case")
    async with database.tenant(tenant.id) as db:
        steps = await plan(db, BoardSelection(HOUR, trouble=ExceptionKind.NOBODY_CAME))
    used = {step["Index Name"] for step in steps if "Index Name" in step}
    assert "ix_exception_case_unresolved_kind" in used, json.dumps(steps, indent=1)
    whole = {step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan"}
    assert not whole & {"session", "exception_case"}, json.dumps(steps, indent=1)
