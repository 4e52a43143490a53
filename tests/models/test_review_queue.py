"""The review queue holds the drafts that wait for a decision, by due time."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from models.database import Database
from models.repositories import documents
from models.tables import metadata
from tests.models.rows import HOUR, NOON, Tenant, another_session, make_tenant

pytestmark = pytest.mark.adapter

SESSION, TIMELINE = metadata.tables["session"], metadata.tables["timeline"]
DRAFT, REVISION = metadata.tables["documentation"], metadata.tables["documentation_revision"]


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await make_tenant(database, before=DRAFT)


async def add_draft(
    database: Database, tenant: Tenant, since: timedelta, within: str = "PT24H", status: str = "draft"
) -> UUID:
    """Add a class with a draft in review since `NOON + since`, to be reviewed within `within`."""
    key = await another_session(database, tenant)
    own = {"organization_id": tenant.id, "session_id": key}
    step = {"step": "review", "position": 1, "outcome": "running", "started_at": NOON + since}
    revision = {"revision": 1, "author": "p", "reason": "", "statements": [{}, {}], "created_at": NOON}
    draft = {"status": status, "revision": 1, "changes_wanted": ""}
    async with database.tenant(tenant.id) as db:
        policy = {"state": "review", "policy": {"review_within": within}}
        await db.execute(sa.update(SESSION).where(SESSION.c.id == key).values(**policy))
        await db.execute(sa.insert(TIMELINE).values(**own, **step, occasion="", note="", revision=0))
        await db.execute(sa.insert(DRAFT).values(**own, **draft))
        await db.execute(sa.insert(REVISION).values(**own, **revision))
    return key


async def queue(
    database: Database, tenant: Tenant, after: documents.QueuePosition | None = None
) -> list[UUID]:
    async with database.tenant(tenant.id) as db:
        return [draft.session.id for draft in await documents.waiting(db, after=after)]


async def test_queue_is_ordered_by_due_time(database: Database, tenant: Tenant) -> None:
    late = await add_draft(database, tenant, 2 * HOUR)
    early = await add_draft(database, tenant, HOUR)
    short = await add_draft(database, tenant, 3 * HOUR, "PT30M")
    assert await queue(database, tenant) == [short, early, late]
    async with database.tenant(tenant.id) as db:
        first = await documents.waiting_draft(db, short)
        assert [one.drafts for one in await documents.waiting_by_instructor(db)] == [3]
    assert first is not None
    assert first.due_at == NOON + 3 * HOUR + HOUR / 2
    assert first.statements == 2
    assert await queue(database, tenant, (first.due_at, short)) == [early, late]


async def test_approved_draft_is_not_in_the_queue(database: Database, tenant: Tenant) -> None:
    await add_draft(database, tenant, HOUR, status="approved")
    changes_requested = await add_draft(database, tenant, HOUR, status="changes_requested")
    assert await queue(database, tenant) == [changes_requested]


async def test_queue_is_limited_to_the_organization_and_instructor(
    database: Database, tenant: Tenant
) -> None:
    await add_draft(database, tenant, HOUR)
    other = await make_tenant(database, before=DRAFT)
    assert await queue(database, other) == []
    async with database.tenant(tenant.id) as db:
        assert await documents.waiting(db, instructor_id=UUID(int=1)) == []
        assert len(await documents.waiting(db, instructor_id=tenant["instructor"]["id"])) == 1
