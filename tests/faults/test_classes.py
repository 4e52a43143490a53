"""Classes keep their promises while every server behind them fails, and processes are killed."""

import os

import pytest

from tests.faults.class_checks import violations
from tests.faults.class_story import finish, open_school, play_classes
from tests.faults.faulty_stack import faulty_stack
from tests.stack import TestPostgres, TestTemporal, temporary_folder

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.real_time,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        "FAULTS" not in os.environ, reason="takes over five minutes: FAULTS=1, or `make faults`"
    ),
]
SEEDS = (1,)
CLASSES = 2


@pytest.mark.parametrize("seed", SEEDS)
async def test_classes_survive_random_faults(
    postgres_server: TestPostgres, temporal_server: TestTemporal, seed: int
) -> None:
    with temporary_folder("faults") as folder:
        async with faulty_stack(folder, postgres_server, temporal_server) as stack:
            async with open_school(stack, CLASSES) as school:
                story = await play_classes(stack, school, seed, spread=1)
                await finish(school, story)
            found = await violations(stack, story)
    assert found == [], "\n".join([str(story), *found, *story.log])
    assert len(story.faults.counted) > CLASSES
