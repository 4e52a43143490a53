"""Calendar feeds: whose an address is, and the classes that its calendar shows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.calendar_feed import CalendarFeed
from models.people import Guardian, Instructor, Student
from models.reading import Readable, first
from models.repositories.join_links import is_theirs
from models.session import Participant, Session

_HOLDER = sa.text("select * from calendar_feed_of(:token_hash)")
_KINDS: dict[str, type[Any]] = {
    "instructor": Instructor,
    "guardian": Guardian,
    "student": Student,
}


@dataclass(frozen=True)
class FeedHolder:
    organization_id: UUID
    person_kind: str
    person_id: UUID


async def holder_of(db: Readable, token_hash: str) -> FeedHolder | None:
    """Whose feed an address is, of any tenant, read with a function of the schema that may cross tenants."""
    row = await first(db, _HOLDER, {"token_hash": token_hash})
    return FeedHolder(*row) if row else None


async def feed(db: AsyncSession, person_id: UUID) -> CalendarFeed | None:
    return await db.get(CalendarFeed, person_id, populate_existing=True)


async def remove(db: AsyncSession, person_id: UUID) -> None:
    await db.execute(sa.delete(CalendarFeed).where(col(CalendarFeed.person_id) == person_id))


async def lock_person(db: AsyncSession, person_id: UUID) -> str | None:
    """The kind of person of an id; locked, so that one address is made at a time."""
    for kind, table in _KINDS.items():
        query = sa.select(col(table.id)).where(col(table.id) == person_id).with_for_update()
        if await db.scalar(query):
            return kind
    return None


async def classes_of(
    db: AsyncSession, person_ids: Collection[UUID], since: datetime, limit: int
) -> list[Session]:
    """The classes that these students and instructors are in and that end after `since`, the earliest first."""
    taking_part = (
        sa.select(sa.literal(1))
        .where(
            col(Participant.session_id) == col(Session.id),
            col(Participant.removed_at).is_(None),
            is_theirs(person_ids),
        )
        .correlate(Session)
        .exists()
    )
    query = (
        sa.select(Session)
        .where(taking_part, col(Session.ends_at) > since)
        .order_by(col(Session.starts_at), col(Session.id))
        .limit(limit)
    )
    return list(await db.scalars(query))
