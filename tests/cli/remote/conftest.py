from collections.abc import AsyncIterator

import pytest

from tests.campus import school
from tests.cli.remote.shell import Shell
from tests.console.taught import Hall


@pytest.fixture
async def shell(hall: Hall) -> AsyncIterator[Shell]:
    """Of a school of one test."""
    async with school(hall.campus) as opened:
        yield Shell(opened)
