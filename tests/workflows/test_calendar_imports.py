"""A schedule reads the imported calendars of a region again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment

from tests.stack import TestTemporal
from tests.workflows.delivering import delivering, read_calendars
from wiring.temporal import connect
from workflows.client import calendar_imports_id, ensure_calendar_imports
from workflows.contracts.calendars import CalendarsResult

pytestmark = pytest.mark.workflow


async def test_a_run_reads_the_calendars(environment: WorkflowEnvironment) -> None:
    async with delivering(environment.client) as worker:
        handle = await read_calendars(environment)
        assert await handle.result() == CalendarsResult(read=5, failed=1)
    assert worker.calls == ["read calendars"]


async def test_the_schedule_exists_once_and_starts_no_run_beside_another(
    temporal_server: TestTemporal,
) -> None:
    client = await connect(temporal_server.address, temporal_server.namespace)
    region = f"region-{uuid4()}"
    for _ in range(2):
        await ensure_calendar_imports(client, region)
    schedule = client.get_schedule_handle(calendar_imports_id(region))
    described = (await schedule.describe()).schedule
    assert described.policy.overlap == ScheduleOverlapPolicy.SKIP
    assert [interval.every for interval in described.spec.intervals] == [timedelta(minutes=30)]
    await schedule.delete()
