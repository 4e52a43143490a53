"""A read that is cancelled at any moment stays cancelled, and the next reader of its connection notices nothing."""

import asyncio
import random
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from domain.sessions.board import SessionRow
from models.database import Database
from services import board
from tests.api.running import open_school, start_classes
from tests.campus import Campus

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
