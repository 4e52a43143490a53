from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.recording_activities import World
from tests.workflows.session_driver import time_skipping_server, workers


@pytest.fixture
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """A server of the test's own: what a failed test leaves running would stop the time of all that follow."""
    async with time_skipping_server() as started:
        yield started


@pytest.fixture
async def world(environment: WorkflowEnvironment) -> AsyncIterator[World]:
    """The fake activities of one test, served by running workers."""
    world = World()
    async with workers(environment.client, world):
        yield world
