"""Fixtures of the tests of commands that use the API."""

from collections.abc import AsyncIterator

import pytest

from tests.campus import school
from tests.cli.remote.shell import Shell
from tests.console.taught import Hall


@pytest.fixture
async def shell(hall: Hall) -> AsyncIterator[Shell]:
    """A shell of a user of a new school."""
    async with school(hall.campus) as opened:
        yield Shell(opened)
