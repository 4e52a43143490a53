"""The rows of the live board: all of them, or those of the sessions that changed."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.board import SessionFacts, SessionRow, board_row, sorted_rows
from models.repositories import board
from models.repositories.board import EVERYTHING, BoardSelection

_BATCH = 100  # rows computed before other tasks get to run


async def rows(
    db: AsyncSession,
    now: datetime,
    ids: Collection[UUID] | None = None,
    selection: BoardSelection = EVERYTHING,
) -> list[SessionRow]:
    """The rows that are selected, running classes first; `ids` limits them to these sessions."""
    return sorted_rows(await _rows(await board.facts(db, now, ids, selection), now))


async def session_ids(db: AsyncSession, now: datetime) -> set[UUID]:
    """The sessions of the whole board."""
    return await board.session_ids(db, now)


async def _rows(sessions: list[SessionFacts], now: datetime) -> list[SessionRow]:
    computed: list[SessionRow] = []
    for start in range(0, len(sessions), _BATCH):
        computed += [board_row(facts, now) for facts in sessions[start : start + _BATCH]]
        await asyncio.sleep(0)
    return computed
