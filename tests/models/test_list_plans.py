"""Every filter and sort of the lists finds its rows by an index of its own, also where it asks for few of many rows."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import AccessRole, Principal
from domain.record.documentation_filter import DocumentationFilter
from domain.sessions.states import SessionState
from models.database import Database
from models.notice import Notice
from models.people import Guardian
from models.repositories import cases, change_log, class_lists, pages
from models.repositories.change_log import LogFilter
from models.repositories.class_lists import ClassFilter
from models.repositories.pages import PageRequest
from tests.models.rows import NOON, Tenant, make_tenant

pytestmark = pytest.mark.adapter
STUDENT = UUID(int=1)


class PlansRead:
    """Explains what a list asks, in the transaction of the list."""

    def __init__(self, db: AsyncSession) -> None:
        self._db = db
        self.indexes: set[str] = set()
        self.whole: set[str] = set()

    async def of(self, statement: str, values: Any) -> None:
        raw = (await (await self._db.connection()).get_raw_connection()).driver_connection
        assert isinstance(raw, psycopg.AsyncConnection)
        await raw.execute("set local enable_seqscan = off")
        await raw.execute("set local enable_sort = off")
        found: Any = await (await raw.execute(f"explain (format json) {statement}", values)).fetchone()
        waiting = [found[0][0]["Plan"]]
        while waiting:
            step = waiting.pop()
            if "Index Name" in step:
                self.indexes.add(step["Index Name"])
            if step["Node Type"] == "Seq Scan":
                self.whole.add(step["Relation Name"])
            waiting += step.get("Plans", [])


async def indexes_of(database: Database, tenant: Tenant, ask: Any) -> PlansRead:
    """The indexes that the statements of a list use on an empty database where tables are not read whole."""
    sent: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lower().lstrip().startswith("select") and "set_config" not in statement:
            sent.append((statement, parameters))

    sync = database.engine.sync_engine
    sa.event.listen(sync, "before_cursor_execute", note)
    try:
        async with database.tenant(tenant.id) as db:
            await ask(db)
    finally:
        sa.event.remove(sync, "before_cursor_execute", note)
    async with database.tenant(tenant.id) as db:
        plans = PlansRead(db)
        for statement, values in sent:
            await plans.of(statement, values)
    return plans


@pytest.fixture
async def school(database: Database) -> Tenant:
    return await make_tenant(database)


def who(school: Tenant) -> Principal:
    return Principal(organization_id=school.id, role=AccessRole.OPS, actor="member:1", person_id=None)


def request(sort: str = "starts_at", **equal: Any) -> PageRequest:
    return PageRequest(sort, 50, equal=equal)


@pytest.mark.parametrize(
    ("wanted", "narrowed", "index"),
    [
        (request(), ClassFilter(start=NOON), "ix_session_starts_at"),
        (request("-starts_at"), ClassFilter(), "ix_session_starts_at"),
        (request("created_at"), ClassFilter(), "ix_session_created_at"),
        (request(state=SessionState.REVIEW), ClassFilter(), "ix_session_state_starts_at"),
        (request(course_id=STUDENT), ClassFilter(), "ix_session_course_id_starts_at"),
        (request(instructor_id=STUDENT), ClassFilter(), "ix_session_instructor_id_starts_at"),
        (request(), ClassFilter(student_id=STUDENT), "ix_participant_student_id_session_id"),
        (request(), ClassFilter(without_instructor=True), "uq_substitution_searching"),
        (request(), ClassFilter(open_to_volunteers=True), "uq_volunteer_call_open"),
        (
            request(),
            ClassFilter(documentation=DocumentationFilter.MISSING),
            "ix_session_undocumented",
        ),
        (
            request(),
            ClassFilter(documentation=DocumentationFilter.DRAFT),
            "ix_documentation_status_session_id",
        ),
    ],
)
async def test_classes(
    database: Database, school: Tenant, wanted: PageRequest, narrowed: ClassFilter, index: str
) -> None:
    plans = await indexes_of(database, school, lambda db: class_lists.page(db, who(school), wanted, narrowed))
    assert index in plans.indexes
    assert plans.whole == set()


@pytest.mark.parametrize(
    ("table", "wanted", "index"),
    [
        (Guardian, request("name"), "ix_guardian_listed_by_name"),
        (Guardian, PageRequest("name", 50, retired=True), "ix_guardian_retired"),
        (Notice, request("-created_at", kind="summary"), "ix_notice_kind_created_at"),
        (Notice, request("-created_at", recipient_id=STUDENT), "ix_notice_recipient_id_created_at"),
    ],
)
async def test_people_and_messages(
    database: Database, school: Tenant, table: Any, wanted: PageRequest, index: str
) -> None:
    plans = await indexes_of(database, school, lambda db: pages.page(db, table, wanted))
    assert index in plans.indexes
    assert plans.whole == set()


@pytest.mark.parametrize("unresolved", [True, False])
async def test_exceptions_by_a_name(database: Database, school: Tenant, unresolved: bool) -> None:
    wanted = PageRequest("due_at", 50, text=school["instructor"]["name"])
    plans = await indexes_of(database, school, lambda db: cases.page(db, wanted, unresolved=unresolved))
    assert plans.whole == set()
    if not unresolved:  # which are few, and have an index of their own
        assert {
            "ix_exception_case_subject_id",
            "ix_exception_case_occasion",
            "ix_exception_case_session_id",
        } <= plans.indexes


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (LogFilter(kinds=("api_key.*",)), "ix_change_log_subject_occurred_at"),
        (LogFilter(actor="member:7"), "ix_change_log_actor_occurred_at"),
        (LogFilter(until=datetime(2031, 1, 1, tzinfo=UTC)), "ix_change_log_occurred_at"),
    ],
)
async def test_the_change_log(database: Database, school: Tenant, wanted: LogFilter, index: str) -> None:
    plans = await indexes_of(database, school, lambda db: change_log.before(db, None, 50, wanted))
    assert index in plans.indexes


async def test_a_text_is_found_in_the_own_organization_alone(database: Database, school: Tenant) -> None:
    other = await make_tenant(database)
    own_title, other_title = school["session"]["title"], other["session"]["title"]
    async with database.tenant(school.id) as db:
        for title, count in ((own_title, 1), (other_title, 0), (own_title[3:20], 1), ("no such text", 0)):
            wanted = PageRequest("starts_at", 50, text=title, searched=("title",))
            rows, _ = await class_lists.page(db, who(school), wanted, ClassFilter())
            assert len(rows) == count, title
