"""A schedule runs the housekeeping of a region."""

import asyncio
from uuid import uuid4

import pytest
from temporalio.client import ScheduleActionExecutionStartWorkflow, ScheduleHandle, ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment

from tests.stack import TestTemporal
from tests.workflows.delivering import delivering, keep_house
from wiring.temporal import connect
from workflows.client import ensure_housekeeping, housekeeping_id
from workflows.contracts.housekeeping import HousekeepingResult

pytestmark = pytest.mark.workflow


async def test_housekeeping_starts_deliveries_and_deletes_expired_rows(
    environment: WorkflowEnvironment,
) -> None:
    async with delivering(environment.client) as housekeeper:
        handle = await keep_house(environment)
        assert await handle.result() == HousekeepingResult(deliveries=2, forgotten=3, differences=1, swept=4)
    assert housekeeper.calls == ["start deliveries", "forget", "compare", "sweep"]


async def test_schedule_exists_once_however_many_workers_start(temporal_server: TestTemporal) -> None:
    client = await connect(temporal_server.address, temporal_server.namespace)
    region = f"region-{uuid4()}"
    for _ in range(3):
        await ensure_housekeeping(client, region)
    schedule = client.get_schedule_handle(housekeeping_id(region))
    described = (await schedule.describe()).schedule
    assert described.policy.overlap == ScheduleOverlapPolicy.SKIP
    assert len(described.spec.intervals) == 1
    await schedule.delete()


async def test_scheduled_run_is_executed_by_the_regions_workers(temporal_server: TestTemporal) -> None:
    client = await connect(temporal_server.address, temporal_server.namespace)
    region = f"region-{uuid4()}"
    await ensure_housekeeping(client, region)
    schedule = client.get_schedule_handle(housekeeping_id(region))
    async with delivering(client, region) as housekeeper:
        await schedule.trigger()
        handle = client.get_workflow_handle(await first_run_of(schedule), result_type=HousekeepingResult)
        assert await handle.result() == HousekeepingResult(deliveries=2, forgotten=3, differences=1, swept=4)
    assert housekeeper.calls[:2] == ["start deliveries", "forget"]  # the schedule may be due as well
    await schedule.delete()


async def first_run_of(schedule: ScheduleHandle) -> str:
    """The id of the first workflow that a schedule has started."""
    async with asyncio.timeout(30):
        while True:
            if started := (await schedule.describe()).info.recent_actions:
                action = started[0].action
                assert isinstance(action, ScheduleActionExecutionStartWorkflow)
                return action.workflow_id
            await asyncio.sleep(0.1)
