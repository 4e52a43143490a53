"""The live board, read whole or by the sessions that changed."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.board import Facts, Row, board_row, in_order
from models.repositories import board

_AT_ONCE = 100  # rows, then others have their turn


async def rows(db: AsyncSession, now: datetime, ids: Collection[UUID] | None = None) -> list[Row]:
    """In the order of the board."""
    return in_order(await _rows(await board.facts(db, now, ids), now))


async def _rows(found: list[Facts], now: datetime) -> list[Row]:
    made: list[Row] = []
    for start in range(0, len(found), _AT_ONCE):
        made += [board_row(facts, now) for facts in found[start : start + _AT_ONCE]]
        await asyncio.sleep(0)
    return made
