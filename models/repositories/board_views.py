"""The saved views of the board."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from models.board_view import BoardView


async def of_member(db: AsyncSession, member_id: UUID) -> Sequence[BoardView]:
    """The member's own views, by name."""
    query = sa.select(BoardView).where(col(BoardView.member_id) == member_id)
    return (await db.scalars(query.order_by(sa.func.lower(col(BoardView.name)), col(BoardView.id)))).all()


async def get(db: AsyncSession, member_id: UUID, view_id: UUID) -> BoardView:
    """Raises NotFound, for views of other members too."""
    view = await db.get(BoardView, view_id)
    if view is None or view.member_id != member_id:
        raise NotFound("you have no such view")
    return view


async def clear_default(db: AsyncSession, member_id: UUID) -> None:
    own = col(BoardView.member_id) == member_id
    changed = sa.update(BoardView).where(own, col(BoardView.is_default)).values(is_default=False)
    await db.execute(changed, execution_options={"synchronize_session": "fetch"})
