"""Work that is costly for everybody: one organization has one piece of it at a time, all together have a few."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.errors import RateLimited
from domain.people.access import AccessRole, Principal
from integrations.outside_calendars import OutsideCalendars
from models.database import Database
from services.closure_files import ClosureFiles
from services.inputs.closures import ClosureFile
from services.turns import Turns
from tests.models.rows import make_tenant
from tests.stack import DatabaseUrls

IMPATIENT = 0.05  # seconds

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1@elsewhere
DTSTAMP:20300101T000000Z
DTSTART;VALUE=DATE:20310101
SUMMARY:New Year
END:VEVENT
END:VCALENDAR
"""


async def is_free(turns: Turns, organization_id: UUID) -> bool:
    try:
        async with turns.of(organization_id):
            return True
    except RateLimited:
        return False


async def test_an_organization_has_one_turn_and_others_have_theirs() -> None:
    turns, one, another = Turns(2, patience=IMPATIENT), uuid4(), uuid4()
    async with turns.of(one):
        assert not await is_free(turns, one)
        assert await is_free(turns, another)
    assert await is_free(turns, one)


async def test_those_who_wait_for_an_own_turn_keep_nobody_else_waiting() -> None:
    turns, one, another = Turns(2), uuid4(), uuid4()
    async with turns.of(one):
        waiting = [asyncio.create_task(is_free(turns, one)) for _ in range(5)]
        await asyncio.sleep(0)
        assert await is_free(turns, another)
        assert not any(task.done() for task in waiting)
    assert await asyncio.gather(*waiting) == [True] * 5


async def test_all_together_have_so_many_turns_and_a_cancelled_one_is_given_back() -> None:
    turns = Turns(2, patience=IMPATIENT)
    async with AsyncExitStack() as taken:
        for _ in range(2):
            await taken.enter_async_context(turns.of(uuid4()))
        late = uuid4()
        assert not await is_free(turns, late)
        given_up = asyncio.create_task(is_free(turns, late))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
    assert await is_free(turns, late)


@asynccontextmanager
async def opened(urls: DatabaseUrls) -> AsyncIterator[Database]:
    database = Database(urls.application)
    try:
        yield database
    finally:
        await database.aclose()


@pytest.mark.adapter
async def test_a_calendar_is_read_in_a_turn(database_urls: DatabaseUrls) -> None:
    """While one of the organization is read, the next waits; another organization's does not."""
    turns, now = Turns(2, patience=IMPATIENT), datetime(2030, 6, 1, tzinfo=UTC)
    async with opened(database_urls) as database:
        school, other = [await make_tenant(database) for _ in range(2)]
        with psycopg.connect(database_urls.superuser) as connection:
            connection.execute("update organization set time_zone = 'UTC'")
        files = ClosureFiles(database, OutsideCalendars(local=False), turns)
        file = ClosureFile(content=CALENDAR)
        who, stranger = [Principal(one.id, AccessRole.ADMIN, "a test") for one in (school, other)]
        async with turns.of(school.id):
            with pytest.raises(RateLimited):
                await files.read(who, file, now)
            assert [one.name for one in await files.read(stranger, file, now)] == ["New Year"]
        assert [one.name for one in await files.read(who, file, now)] == ["New Year"]
