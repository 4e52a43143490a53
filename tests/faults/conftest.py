"""A school with staff, and a wire to its database that fails on request."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from models.database import Database
from tests.activities.school_rows import SchoolRows
from tests.faults.case_story import add_staff
from tests.faults.wire import Wire
from tests.stack import DatabaseUrls, TestTemporal
from wiring.temporal import connect


@pytest.fixture
async def temporal(temporal_server: TestTemporal) -> Client:
    return await connect(temporal_server.address, temporal_server.namespace)


@pytest.fixture
async def school(database: Database) -> SchoolRows:
    opened = SchoolRows(database)
    await opened.open()
    await add_staff(opened.database, opened.id)
    return opened


@pytest.fixture
async def wire(database_urls: DatabaseUrls) -> AsyncIterator[Wire]:
    async with Wire.to(database_urls.application) as carrying:
        yield carrying


@pytest.fixture
async def faulty(database_urls: DatabaseUrls, wire: Wire) -> AsyncIterator[Database]:
    database = Database(wire.over(database_urls.application), pool_size=2, patience=1)
    yield database
    await database.aclose()
