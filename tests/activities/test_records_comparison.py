"""A session that has lost its workflow, and a workflow without a session, each have a case."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from models.exception_case import ExceptionCase
from models.session import Session
from services.records_comparison import RecordsComparison
from tests.activities.school_rows import REGION, SchoolRows, now
from tests.activities.watched import until
from tests.stack import TestTemporal
from wiring.temporal import connect
from workflows.client import RunningSessions, session_workflow_id
from workflows.session import search_attributes

pytestmark = pytest.mark.adapter


async def start(client: Client, school: SchoolRows, session_id: UUID) -> None:
    """A workflow of a class that no worker runs."""
    await client.start_workflow(
        "ClassSession",
        id=session_workflow_id(session_id),
        task_queue=f"no-worker-{session_id}",
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(search_attributes.ORGANIZATION, str(school.id)),
                SearchAttributePair(search_attributes.REGION, REGION),
            ]
        ),
    )


async def cases(school: SchoolRows) -> dict[tuple[str, UUID], str]:
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(sa.select(ExceptionCase))
        return {(row.detail["difference"], UUID(row.detail["session_id"])): row.state.value for row in rows}


async def test_each_difference_has_one_case_that_closes_when_it_is_gone(
    school: SchoolRows, temporal_server: TestTemporal
) -> None:
    client = await connect(temporal_server.address, temporal_server.namespace)
    running = RunningSessions(client, REGION)
    lost, unknown = school.session.session_id, uuid4()
    healthy = (await school.book("Iris", starts_at=now() + timedelta(days=20))).session_id
    await school.change(
        Session, col(Session.organization_id) == school.id, created_at=now() - timedelta(hours=1)
    )
    for session_id in (healthy, unknown):
        await start(client, school, session_id)

    async def listed() -> bool:
        return {healthy, unknown} <= set(await running.running(10_000))

    await until(listed)
    records = RecordsComparison(school.database, running, REGION)
    await records.compare()
    assert await cases(school) == {
        ("no_workflow", lost): "open"
    }  # a young workflow may just be booking its class

    records = RecordsComparison(school.database, running, REGION, settled=timedelta(0))
    for _ in range(2):
        await records.compare()
    assert await cases(school) == {("no_workflow", lost): "open", ("no_session", unknown): "open"}

    await start(client, school, lost)
    assert await running.is_running(lost)

    async def is_back() -> bool:
        return lost in await running.running(10_000)

    await until(is_back)
    await records.compare()

    assert (await cases(school))["no_workflow", lost] == "self_resolved"
    for session_id in (healthy, unknown, lost):
        await client.get_workflow_handle(session_workflow_id(session_id)).terminate()
