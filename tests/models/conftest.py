import pytest

from models.database import Database
from tests.models.rows import Tenant, make_tenant


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    """An organization with one row in every table."""
    return await make_tenant(database)
