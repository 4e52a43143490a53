from collections.abc import AsyncIterator

import pytest

from models.database import Database
from tests.models.rows import Tenant, make_tenant


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    """An organization with one row in every table."""
    return await make_tenant(database)


@pytest.fixture
async def nowhere() -> AsyncIterator[Database]:
    """A database whose server cannot be reached."""
    opened = Database("postgresql://nobody@127.0.0.1:1/nothing")
    yield opened
    await opened.aclose()
