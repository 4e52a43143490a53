"""Swaps of classes between colleagues."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.people.access import Principal, sees_all_classes
from domain.scheduling.swaps import SwapState, state_now
from domain.sessions.states import SessionState
from models.class_swap import ClassSwap
from models.people import Instructor
from models.repositories import pages
from models.repositories.pages import PageRequest
from models.session import Session


@dataclass(frozen=True)
class SwapRow:
    """A swap with what it is about."""

    swap: ClassSwap
    session: Session
    offered_by: Instructor
    offered_to: Instructor
    returned: Session | None  # the class in return

    def state(self, now: datetime) -> SwapState:
        """What holds of the offer at this moment."""
        return state_now(self.swap.state, self.swap.expires_at, stands=stands(self), now=now)


def stands(row: SwapRow) -> bool:
    """Whether both classes are still to come, at the times and with the instructors that the offer names."""
    swap = row.swap
    given = _is_as_offered(row.session, swap.from_instructor_id, swap.starts_at)
    if row.returned is None:
        return given
    return given and _is_as_offered(row.returned, swap.to_instructor_id, swap.return_starts_at)


def _is_as_offered(session: Session, instructor_id: UUID, starts_at: datetime | None) -> bool:
    return (
        session.state == SessionState.SCHEDULED
        and session.outcome is None
        and session.instructor_id == instructor_id
        and session.starts_at == starts_at
    )


_From, _To, _Return = aliased(Instructor), aliased(Instructor), aliased(Session)


async def get(db: AsyncSession, swap_id: UUID) -> SwapRow | None:
    """As it is now."""
    return next(iter(await _read(db, col(ClassSwap.id) == swap_id, 1)), None)


async def of_instructor(
    db: AsyncSession, instructor_id: UUID, since: datetime, limit: int
) -> Sequence[SwapRow]:
    """What an instructor has offered and was asked since then, the latest first."""
    return await _read(db, sa.and_(_is_of(instructor_id), col(ClassSwap.created_at) >= since), limit)


def is_visible(swap: ClassSwap, who: Principal) -> bool:
    """Instructors see what they have offered and were asked."""
    return sees_all_classes(who) or who.person_id in (swap.from_instructor_id, swap.to_instructor_id)


async def page(
    db: AsyncSession, who: Principal, request: PageRequest, instructor_id: UUID | None
) -> tuple[list[SwapRow], bool]:
    """The swaps that the caller may see, or those of them that an instructor offered or was asked; are there more?"""
    people = {instructor_id} if sees_all_classes(who) else {instructor_id, who.person_id}
    where = [_is_of(person) for person in people if person]
    found, more = await pages.page(db, ClassSwap, request, *where)
    rows = {
        row.swap.id: row for row in await _read(db, col(ClassSwap.id).in_([one.id for one in found]), None)
    }
    return [rows[one.id] for one in found], more


def _is_of(instructor_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(
        col(ClassSwap.from_instructor_id) == instructor_id, col(ClassSwap.to_instructor_id) == instructor_id
    )


async def of_sessions(db: AsyncSession, session_ids: Collection[UUID], limit: int) -> Sequence[SwapRow]:
    """The offers that give or take one of these classes and that nobody has answered, the latest first."""
    about = sa.or_(
        col(ClassSwap.session_id).in_(session_ids), col(ClassSwap.return_session_id).in_(session_ids)
    )
    return await _read(db, sa.and_(about, col(ClassSwap.state) == SwapState.OFFERED), limit)


async def offered_since(db: AsyncSession, session_id: UUID, since: datetime) -> list[datetime]:
    """When a class was offered to colleagues after `since`, whatever became of it, in order."""
    query = (
        sa.select(col(ClassSwap.created_at))
        .where(col(ClassSwap.session_id) == session_id, col(ClassSwap.created_at) > since)
        .order_by(col(ClassSwap.created_at))
    )
    return list(await db.scalars(query))


async def _read(db: AsyncSession, which: sa.ColumnElement[bool], limit: int | None) -> list[SwapRow]:
    query = (
        sa.select(ClassSwap, Session, _From, _To, _Return)
        .join(Session, col(Session.id) == col(ClassSwap.session_id))
        .join(_From, col(_From.id) == col(ClassSwap.from_instructor_id))
        .join(_To, col(_To.id) == col(ClassSwap.to_instructor_id))
        .outerjoin(_Return, col(_Return.id) == col(ClassSwap.return_session_id))
        .where(which)
        .order_by(col(ClassSwap.created_at).desc(), col(ClassSwap.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [SwapRow(*row) for row in await db.execute(query)]
