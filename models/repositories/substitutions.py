"""The search for other instructors of classes: its offers, its candidates and what is known of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.people.roles import Role
from domain.scheduling.offers import OfferState, SubstitutionState
from models.case_routing import AlertChannel
from models.people import Instructor
from models.repositories import entities
from models.session import Participant, Session
from models.substitution import InstructorAvailability, Substitution, SubstitutionOffer

# Numbers from here on are of classes that changed hands without a request to their workflow, which counts its own.
_ASSIGNMENTS = 1_000_000
_LATEST = col(Substitution.created_at).desc(), col(Substitution.number).desc()
NOT_OVER = col(Session.outcome).is_(None) & col(Session.ended_at).is_(None)
_OPEN_OFFER = col(SubstitutionOffer.state) == OfferState.OFFERED


async def get(db: AsyncSession, substitution_id: UUID) -> Substitution:
    """Raises NotFound."""
    return _found(await db.get(Substitution, substitution_id))


async def lock(db: AsyncSession, substitution_id: UUID) -> Substitution:
    """The row as it is now, which nobody changes until the transaction ends. Raises NotFound."""
    return _found(await entities.lock(db, Substitution, substitution_id))


async def searching(db: AsyncSession, session_id: UUID) -> Substitution | None:
    """The search that goes on for a class, locked."""
    query = sa.select(Substitution).where(
        col(Substitution.session_id) == session_id, col(Substitution.state) == SubstitutionState.SEARCHING
    )
    found = await db.scalars(query.with_for_update().execution_options(populate_existing=True))
    return found.one_or_none()


async def searched(db: AsyncSession, start: datetime, end: datetime) -> set[UUID]:
    """The classes that start in this span and for which a search goes on."""
    query = (
        sa.select(col(Substitution.session_id))
        .join(Session, col(Session.id) == col(Substitution.session_id))
        .where(
            col(Substitution.state) == SubstitutionState.SEARCHING,
            col(Session.starts_at) >= start,
            col(Session.starts_at) < end,
        )
    )
    return set(await db.scalars(query))


async def withdraw(db: AsyncSession, session_id: UUID, now: datetime) -> None:
    """End the search for a class, if one goes on: its offers hold no more."""
    if going_on := await searching(db, session_id):
        await end(db, going_on, SubstitutionState.WITHDRAWN, now)


async def of_session(db: AsyncSession, session_id: UUID) -> list[Substitution]:
    """All searches for a class, the latest first."""
    query = sa.select(Substitution).where(col(Substitution.session_id) == session_id)
    return list(await db.scalars(query.order_by(*_LATEST)))


async def taken_over(db: AsyncSession, session_id: UUID, instructor_id: UUID) -> Substitution | None:
    """The search by which this instructor has taken over a class; None: they have it from its booking."""
    query = sa.select(Substitution).where(
        col(Substitution.session_id) == session_id, col(Substitution.accepted_by_id) == instructor_id
    )
    return (await db.scalars(query.order_by(*_LATEST).limit(1))).first()


async def next_assignment(db: AsyncSession, session_id: UUID) -> int:
    """The number of the next substitution of a class that no search precedes."""
    query = sa.select(sa.func.max(col(Substitution.number))).where(
        col(Substitution.session_id) == session_id, col(Substitution.number) >= _ASSIGNMENTS
    )
    latest: int | None = (await db.execute(query)).scalar_one()
    return _ASSIGNMENTS if latest is None else latest + 1


async def offers(db: AsyncSession, substitution_ids: Collection[UUID]) -> list[SubstitutionOffer]:
    """In the order of asking, as they are now."""
    query = sa.select(SubstitutionOffer).where(col(SubstitutionOffer.substitution_id).in_(substitution_ids))
    rows = await db.scalars(
        query.order_by(col(SubstitutionOffer.position)).execution_options(populate_existing=True)
    )
    return list(rows)


async def offer(db: AsyncSession, offer_id: UUID) -> SubstitutionOffer | None:
    return await db.get(SubstitutionOffer, offer_id, populate_existing=True)


async def expire_offers(db: AsyncSession, substitution_id: UUID, now: datetime) -> None:
    """End the open offers whose time to answer is over."""
    await db.execute(
        sa.update(SubstitutionOffer)
        .where(
            col(SubstitutionOffer.substitution_id) == substitution_id,
            _OPEN_OFFER,
            col(SubstitutionOffer.expires_at) <= now,
        )
        .values(state=OfferState.EXPIRED)
        .execution_options(synchronize_session=False)
    )


async def end(
    db: AsyncSession,
    substitution: Substitution,
    state: SubstitutionState,
    now: datetime,
    accepted_by_id: UUID | None = None,
) -> None:
    """End a search; the offers that are still open are withdrawn."""
    substitution.state, substitution.ended_at = state, now
    substitution.accepted_by_id = accepted_by_id
    await db.flush()
    await db.execute(
        sa.update(SubstitutionOffer)
        .where(col(SubstitutionOffer.substitution_id) == substitution.id, _OPEN_OFFER)
        .values(state=OfferState.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True)
class Teaching:
    """What an instructor has taught and done that a ranking looks at."""

    students: int = 0  # of those asked about
    course: bool = False
    substitutions: int = 0


async def instructors(
    db: AsyncSession, only: Collection[UUID] | None = None
) -> list[tuple[Instructor, InstructorAvailability | None]]:
    """All who are not retired, or those of them who are asked for, each with when they can teach."""
    query = (
        sa.select(Instructor, InstructorAvailability)
        .outerjoin(InstructorAvailability, col(InstructorAvailability.instructor_id) == col(Instructor.id))
        .where(col(Instructor.retired_at).is_(None))
        .order_by(col(Instructor.id))
    )
    if only is not None:
        query = query.where(col(Instructor.id).in_(only))
    return [(person, availability) for person, availability in await db.execute(query)]


@dataclass(frozen=True)
class ToldByChannel:
    """An instructor whose offers go to a channel besides mail."""

    instructor_id: UUID
    instructor: str  # name
    channel: str  # name
    retired: bool  # the channel, which then is told of nothing


async def told_by_channel(db: AsyncSession) -> list[ToldByChannel]:
    """The instructors in use who have a channel, by name."""
    query = (
        sa.select(
            col(Instructor.id), col(Instructor.name), col(AlertChannel.name), col(AlertChannel.retired_at)
        )
        .join(InstructorAvailability, col(InstructorAvailability.instructor_id) == col(Instructor.id))
        .join(AlertChannel, col(AlertChannel.id) == col(InstructorAvailability.alert_channel_id))
        .where(col(Instructor.retired_at).is_(None))
        .order_by(col(Instructor.name), col(Instructor.id))
    )
    rows = await db.execute(query)
    return [ToldByChannel(key, name, channel, retired is not None) for key, name, channel, retired in rows]


async def availability(
    db: AsyncSession, instructor_id: UUID, *, lock: bool = False
) -> InstructorAvailability | None:
    return await db.get(
        InstructorAvailability, instructor_id, with_for_update=lock or None, populate_existing=True
    )


async def teaching(
    db: AsyncSession,
    instructor_ids: Collection[UUID],
    course_id: UUID,
    student_ids: Sequence[UUID],
    since: datetime,
    substituted_since: datetime,
) -> dict[UUID, Teaching]:
    """What these instructors have taught since then, from the classes that were held."""
    held = col(Session.instructor_id).in_(instructor_ids), col(Session.live_at) >= since
    known = (
        sa.select(col(Session.instructor_id), sa.func.count(sa.distinct(col(Participant.student_id))))
        .join(Participant, col(Participant.session_id) == col(Session.id))
        .where(*held, col(Participant.role) == Role.STUDENT, col(Participant.student_id).in_(student_ids))
        .group_by(col(Session.instructor_id))
    )
    courses = sa.select(col(Session.instructor_id)).where(*held, col(Session.course_id) == course_id)
    accepted = (
        sa.select(col(Substitution.accepted_by_id), sa.func.count())
        .where(
            col(Substitution.accepted_by_id).in_(instructor_ids),
            col(Substitution.ended_at) >= substituted_since,
        )
        .group_by(col(Substitution.accepted_by_id))
    )
    students = await _counts(db, known)
    of_course = set(await db.scalars(courses.distinct()))
    substitutions = await _counts(db, accepted)
    return {
        key: Teaching(students.get(key, 0), key in of_course, substitutions.get(key, 0))
        for key in instructor_ids
    }


async def classes_of(db: AsyncSession, instructor_id: UUID, start: datetime, end: datetime) -> list[Session]:
    """The instructor's classes that are not over and overlap this span, by start."""
    query = sa.select(Session).where(
        col(Session.instructor_id) == instructor_id,
        col(Session.starts_at) < end,
        col(Session.ends_at) > start,
        NOT_OVER,
    )
    return list(await db.scalars(query.order_by(col(Session.starts_at), col(Session.id))))


async def _counts(db: AsyncSession, query: sa.Select[Any, int]) -> dict[Any, int]:
    return {row[0]: row[1] for row in await db.execute(query)}


def _found(row: Substitution | None) -> Substitution:
    if row is None:
        raise NotFound("there is no such substitution")
    return row
