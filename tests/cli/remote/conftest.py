from collections.abc import AsyncIterator

import pytest

from tests.api.campus import school
from tests.api.console.hall import hall_on
from tests.api.console.taught import Hall
from tests.cli.remote.shell import Shell
from tests.stack import TestLiveKit, TestMail, TestPostgres, TestTemporal, temporary_folder


@pytest.fixture(scope="package")
async def hall(
    postgres_server: TestPostgres,
    migrated_template: str,
    temporal_server: TestTemporal,
    livekit_server: TestLiveKit,
    mail_sink: TestMail,
) -> AsyncIterator[Hall]:
    database = postgres_server.create_database(template=migrated_template)
    with temporary_folder("hall") as folder:
        async with hall_on(database, temporal_server, livekit_server, mail_sink, folder) as opened:
            yield opened


@pytest.fixture
async def shell(hall: Hall) -> AsyncIterator[Shell]:
    """Of a school of one test."""
    async with school(hall.campus) as opened:
        yield Shell(opened)
