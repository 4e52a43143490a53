"""The live board, read whole or by the sessions that changed."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.board import SessionFacts, SessionRow, board_row, sorted_rows
from models.repositories import board

_AT_ONCE = 100  # rows, then others have their turn


async def rows(db: AsyncSession, now: datetime, ids: Collection[UUID] | None = None) -> list[SessionRow]:
    """In the order of the board."""
    return sorted_rows(await _rows(await board.facts(db, now, ids), now))


async def _rows(found: list[SessionFacts], now: datetime) -> list[SessionRow]:
    made: list[SessionRow] = []
    for start in range(0, len(found), _AT_ONCE):
        made += [board_row(facts, now) for facts in found[start : start + _AT_ONCE]]
        await asyncio.sleep(0)
    return made
