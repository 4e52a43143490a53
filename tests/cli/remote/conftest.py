from collections.abc import AsyncIterator

import pytest

from tests.api.campus import school
from tests.api.console.taught import Hall
from tests.cli.remote.shell import Shell


@pytest.fixture
async def shell(hall: Hall) -> AsyncIterator[Shell]:
    """Of a school of one test."""
    async with school(hall.campus) as opened:
        yield Shell(opened)
