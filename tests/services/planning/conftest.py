import pytest

from models.database import Database
from tests.activities.school_rows import SchoolRows


@pytest.fixture
async def school(database: Database) -> SchoolRows:
    """A school with one booked class."""
    opened = SchoolRows(database)
    await opened.open()
    return opened
