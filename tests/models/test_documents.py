"""No revision of documentation is lost, and only the current one can be decided on."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from domain.errors import NotFound, StaleRevision
from domain.record.documentation import Citation, DocumentationStatus, Section, Statement
from models.database import Database
from models.documentation import BriefingRow
from models.repositories import documents, sessions
from tests.models.rows import HOUR, NOON, Tenant, another_session

pytestmark = pytest.mark.adapter

STATEMENT = Statement(Section.TOPICS, "They added fractions.", (Citation(uuid4(), "we add them"),))
WRITERS = 8


@pytest.fixture
async def session_id(database: Database, tenant: Tenant) -> UUID:
    """A session without documentation."""
    return await another_session(database, tenant)


async def revise(
    database: Database, tenant: Tenant, session_id: UUID, based_on: int, reason: str = ""
) -> int:
    async with database.tenant(tenant.id) as db:
        return await documents.add_revision(
            db,
            tenant.id,
            session_id,
            (STATEMENT,),
            author="person",
            reason=reason,
            based_on=based_on,
            at=NOON,
        )


async def test_revisions_are_numbered_from_one_and_all_kept(
    database: Database, tenant: Tenant, session_id: UUID
) -> None:
    assert [
        await revise(database, tenant, session_id, based_on, f"r{based_on}") for based_on in range(3)
    ] == [1, 2, 3]
    async with database.tenant(tenant.id) as db:
        kept = await documents.revisions(db, session_id)
        assert [(row.revision, row.reason) for row in kept] == [(1, "r0"), (2, "r1"), (3, "r2")]
        (kept_statement,) = await documents.statements(db, session_id, 2)
        assert replace(kept_statement, audience=None) == STATEMENT


@pytest.mark.parametrize("based_on", [0, 1, 3, 10**12])
async def test_revision_based_on_an_old_one_is_refused(
    database: Database, tenant: Tenant, session_id: UUID, based_on: int
) -> None:
    for current in range(2):
        await revise(database, tenant, session_id, current)
    with pytest.raises(StaleRevision):
        await revise(database, tenant, session_id, based_on)
    async with database.tenant(tenant.id) as db:
        assert len(await documents.revisions(db, session_id)) == 2


async def test_refused_first_revision_leaves_no_documentation(
    database: Database, tenant: Tenant, session_id: UUID
) -> None:
    with pytest.raises(StaleRevision):
        await revise(database, tenant, session_id, 1)
    async with database.tenant(tenant.id) as db:
        assert await documents.documentation(db, session_id) is None


@pytest.mark.parametrize("based_on", [0, 1])
async def test_one_of_racing_revisions_wins_and_the_others_are_stale(
    database: Database, tenant: Tenant, session_id: UUID, based_on: int
) -> None:
    for current in range(based_on):
        await revise(database, tenant, session_id, current)

    all_have_read = asyncio.Barrier(WRITERS)

    async def read_and_revise() -> int:
        async with database.tenant(tenant.id) as db:
            read = await documents.documentation(db, session_id)
            assert (read.revision if read else 0) == based_on
            await all_have_read.wait()
            return await documents.add_revision(
                db, tenant.id, session_id, (STATEMENT,), author="p", reason="", based_on=based_on, at=NOON
            )

    results = await asyncio.gather(*(read_and_revise() for _ in range(WRITERS)), return_exceptions=True)
    assert [result for result in results if isinstance(result, int)] == [based_on + 1]
    assert sum(isinstance(result, StaleRevision) for result in results) == WRITERS - 1


async def test_only_the_current_revision_can_be_decided_on(
    database: Database, tenant: Tenant, session_id: UUID
) -> None:
    for current in range(2):
        await revise(database, tenant, session_id, current)
    async with database.tenant(tenant.id) as db:
        with pytest.raises(StaleRevision):
            await documents.set_status(db, session_id, 1, DocumentationStatus.APPROVED, by="p", at=NOON)
    async with database.tenant(tenant.id) as db:
        await documents.set_status(db, session_id, 2, DocumentationStatus.APPROVED, by="p", at=NOON)
    async with database.tenant(tenant.id) as db:
        row = await documents.documentation(db, session_id)
    assert row is not None
    assert (row.status, row.approved_by, row.approved_at) == (DocumentationStatus.APPROVED, "p", NOON)


async def test_new_revision_resets_the_decision(database: Database, tenant: Tenant, session_id: UUID) -> None:
    await revise(database, tenant, session_id, 0)
    async with database.tenant(tenant.id) as db:
        await documents.set_status(db, session_id, 1, DocumentationStatus.CHANGES_REQUESTED)
    await revise(database, tenant, session_id, 1)
    async with database.tenant(tenant.id) as db:
        row = await documents.documentation(db, session_id)
    assert row is not None
    assert (row.status, row.revision) == (DocumentationStatus.DRAFT, 2)


async def test_missing_documentation_is_not_found(
    database: Database, tenant: Tenant, session_id: UUID
) -> None:
    async with database.tenant(tenant.id) as db:
        with pytest.raises(NotFound):
            await documents.set_status(db, session_id, 1, DocumentationStatus.APPROVED)
        with pytest.raises(NotFound):
            await documents.statements(db, session_id, 1)


async def test_briefing_saved_again_replaces_the_content(
    database: Database, tenant: Tenant, session_id: UUID
) -> None:
    course_id = tenant["course"]["id"]
    for number in range(2):
        briefing = briefing_of(tenant, session_id, NOON + HOUR, number)
        async with database.tenant(tenant.id) as db:
            await documents.save_briefing(db, briefing)
    async with database.tenant(tenant.id) as db:
        assert await documents.latest_briefing(db, course_id) == {"number": 1}
        kept = await documents.briefing_from(db, session_id)
    assert kept is not None
    assert kept.content == {"number": 1}


async def test_latest_briefing_is_from_the_last_class(
    database: Database, tenant: Tenant, session_id: UUID
) -> None:
    """An earlier class may be approved after a later one."""
    earlier = await another_session(database, tenant)
    async with database.tenant(tenant.id) as db:
        await sessions.change(db, session_id, starts_at=NOON + 24 * HOUR, ends_at=NOON + 25 * HOUR)
        await documents.save_briefing(db, briefing_of(tenant, session_id, NOON + 26 * HOUR, 2))
        await documents.save_briefing(db, briefing_of(tenant, earlier, NOON + 30 * HOUR, 1))
        assert await documents.latest_briefing(db, tenant["course"]["id"]) == {"number": 2}


def briefing_of(tenant: Tenant, session_id: UUID, at: datetime, number: int) -> BriefingRow:
    return BriefingRow(
        id=uuid4(),
        organization_id=tenant.id,
        course_id=tenant["course"]["id"],
        source_session_id=session_id,
        content={"number": number},
        created_at=at,
    )
