from collections.abc import AsyncIterator

import pytest

from models.database import Database
from tests.models.rows import Tenant, make_tenant
from tests.stack import DatabaseUrls


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """As the application sees it: under row-level security."""
    opened = Database(database_urls.application)
    yield opened
    await opened.aclose()


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    """An organization with one row in every table."""
    return await make_tenant(database)
