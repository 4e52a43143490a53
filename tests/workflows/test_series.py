"""The workflow of a series looks when a class is due, after a failure, and when it is told of a change."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import NotFound
from domain.scheduling.series_changes import SeriesState
from tests.workflows.planning import MINUTE, scripted_series
from workflows.contracts.series import SeriesLook

pytestmark = pytest.mark.workflow

ENDED = SeriesLook(SeriesState.ENDED, booked=12)
HOUR = timedelta(hours=1)


async def test_it_looks_again_when_the_next_class_is_due_and_ends_with_the_series(
    environment: WorkflowEnvironment,
) -> None:
    now = await environment.get_current_time()
    waits = SeriesLook(SeriesState.RUNNING, booked=10, planned=2, look_again_at=now + timedelta(days=3))
    async with scripted_series(environment, waits, ENDED) as series:
        assert await series.until_over() == ENDED
        assert timedelta(days=3) <= series.looked_at[1] - now < timedelta(days=3, minutes=2)


async def test_a_change_is_looked_at_at_once_and_progress_can_be_asked(
    environment: WorkflowEnvironment,
) -> None:
    now = await environment.get_current_time()
    waits = SeriesLook(SeriesState.RUNNING, planned=2, look_again_at=now + timedelta(days=30))
    async with scripted_series(environment, waits, waits, ENDED) as series:
        await environment.sleep(MINUTE)
        assert (await series.handle.query("progress"))["planned"] == 2
        await series.changed()
        await environment.sleep(MINUTE)
        await series.changed()
        await series.until_over()
        assert series.looked_at[-1] - now < 5 * MINUTE


async def test_a_look_that_fails_is_made_again_after_an_hour(environment: WorkflowEnvironment) -> None:
    async with scripted_series(environment, NotFound("gone"), ENDED) as series:
        assert await series.until_over() == ENDED
        assert HOUR <= series.looked_at[1] - series.looked_at[0] < HOUR + 2 * MINUTE


async def test_without_a_row_it_ends_by_itself(environment: WorkflowEnvironment) -> None:
    async with scripted_series(environment, SeriesLook(None)) as series:
        assert (await series.until_over()).state is None
        assert len(series.looked_at) == 5
