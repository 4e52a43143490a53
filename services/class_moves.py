"""Whether a class could be moved to a time, and who would be told: what a calendar asks before it moves one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BookingInPast, HomeroomError, InstructorUnavailable, TransitionRefused
from domain.notices.kinds import NoticeKind
from domain.people.access import Principal
from domain.sessions.states import Trigger, advance
from models.people import Instructor
from models.repositories import entities, sessions
from models.session import Session
from services.clashes import require_bookable
from services.recipients import Recipient, recipients


@dataclass(frozen=True)
class MoveCheck:
    session: Session
    starts_at: datetime
    ends_at: datetime
    refusal: HomeroomError | None = None  # None: the class can be moved to this time

    @property
    def can_override(self) -> bool:
        """Whether a reason would set aside what refuses the move."""
        return isinstance(self.refusal, InstructorUnavailable)


async def check_move(
    db: AsyncSession, who: Principal, session_id: UUID, starts_at: datetime, region: str, now: datetime
) -> MoveCheck:
    """What a move of the class to this start would answer, its length kept. Nothing is reserved. Raises NotFound.

    `region` is that of this process, which can only move its own classes.
    """
    session = await sessions.get_visible(db, session_id, who)
    ends_at = starts_at + (session.ends_at - session.starts_at)
    if session.region != region:
        text = f"nothing works on the classes of the region {session.region} here"
        refusal = TransitionRefused(text, next_step="Move it where its region runs.")
        return MoveCheck(session, starts_at, ends_at, refusal)
    try:
        await require_movable(db, who, session, starts_at, ends_at, now)
    except HomeroomError as error:
        return MoveCheck(session, starts_at, ends_at, error)
    return MoveCheck(session, starts_at, ends_at)


async def require_movable(
    db: AsyncSession,
    who: Principal,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    besides: Collection[UUID] = (),
    override: bool = False,
) -> None:
    """Raises the error with which the move would be refused, as far as it can be seen before.

    For `besides` and `override` see `require_bookable`.
    """
    advance(session.state, Trigger.RESCHEDULE)
    if starts_at <= now:
        raise BookingInPast
    people = await sessions.held_people(db, session.id)
    await require_bookable(db, who, session, people, starts_at, ends_at, besides=besides, override=override)


async def told_of(db: AsyncSession, kind: NoticeKind, session: Session, now: datetime) -> list[Recipient]:
    """Everybody who would get this message about the class."""
    instructor = await entities.get(db, Instructor, session.instructor_id)
    people = await sessions.participants(db, session.id)
    return await recipients(db, kind, session, instructor, people, now)
