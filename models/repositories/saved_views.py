"""The saved views of lists."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.saved_view import SavedView, ViewedList


async def of_list(db: AsyncSession, listing: ViewedList, member_id: UUID | None) -> Sequence[SavedView]:
    """The member's own views and the shared ones, by name; None: the shared ones alone."""
    query = sa.select(SavedView).where(
        col(SavedView.listing) == listing, col(SavedView.is_shared) | (col(SavedView.member_id) == member_id)
    )
    return (await db.scalars(query.order_by(sa.func.lower(col(SavedView.name)), col(SavedView.id)))).all()


async def clear_default(db: AsyncSession, listing: ViewedList, member_id: UUID, *, of_shared: bool) -> None:
    """Let the list open with none of the member's own views, or of the shared ones."""
    which = (
        col(SavedView.is_shared)
        if of_shared
        else ((col(SavedView.member_id) == member_id) & ~col(SavedView.is_shared))
    )
    changed = (
        sa.update(SavedView)
        .where(col(SavedView.listing) == listing, which, col(SavedView.is_default))
        .values(is_default=False)
    )
    await db.execute(changed, execution_options={"synchronize_session": "fetch"})
