"""A read that is cancelled at any moment stays cancelled, and the next reader of its connection notices nothing."""

import asyncio
import random
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from domain.sessions.board import SessionRow
from models.course import Course
from models.database import Database
from services import board
from tests.api.running import open_school, start_classes
from tests.campus import Campus
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

CLASSES, ROUNDS = 60, 60


async def test_cancelled_read_of_the_board_leaves_a_usable_connection(house: Campus, rows: Database) -> None:
    school = await open_school(rows)
    await start_classes(rows, school, [f"Class {number}" for number in range(CLASSES)])
    chance = random.Random(7)
    async with aclosing(Database(house.database.application, pool_size=1)) as single:

        async def read() -> list[SessionRow]:
            async with single.tenant(school.id) as db:
                return await board.rows(db, datetime.now(UTC))

        await read()
        for _ in range(ROUNDS):
            task = asyncio.create_task(read())
            await asyncio.sleep(chance.random() * 0.02)
            task.cancel()
            (result,) = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(result, list | asyncio.CancelledError), repr(result)
            assert len(await read()) == CLASSES


async def test_connection_whose_reader_was_cancelled_on_the_way_into_a_pipeline_is_replaced(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements in a pipeline have no results. The driver lets other tasks run there if the event loop was busy."""
    monkeypatch.setattr("psycopg.waiting.MAX_BUSY_TIME", 0)
    entering = asyncio.Event()
    async with aclosing(Database(database_urls.application, pool_size=1)) as single:

        async def write() -> None:
            async with single.driver([]) as connection:
                entering.set()
                async with connection.pipeline():
                    pytest.fail("it is cancelled before")

        task = asyncio.create_task(write())
        await entering.wait()
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(result, asyncio.CancelledError), repr(result)
        async with single.tenant(uuid4()) as db:
            assert (await db.scalars(sa.select(Course))).all() == []
