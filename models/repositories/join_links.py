"""Renews the join links of participants, and finds whose links a change concerns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.roles import Role
from domain.sessions.states import FINAL_STATES, OVER_STATES
from models.session import Participant, Session

Place = tuple[Session, Participant]


async def of_people(db: AsyncSession, person_ids: Collection[UUID]) -> list[Place]:
    """The classes of these students and instructors that are not filed or cancelled, with their participant.

    A class that is over is among them, because it can be reopened.
    """
    return await _places(db, _of(person_ids).where(col(Session.state).not_in(FINAL_STATES)))


async def renew(db: AsyncSession, participant_ids: Collection[UUID], *, put_out: bool) -> None:
    """Let the present join links and codes of these participants open nothing any more.

    With `put_out`, connections that were made with them have no place in the room.
    """
    version = col(Participant.link_version) + 1
    code, replaced = col(Participant.join_code_hash), col(Participant.replaced_code_hashes)
    values: dict[str, Any] = {
        "link_version": version,
        "replaced_code_hashes": sa.case(
            (code.is_(None), replaced), else_=replaced.op("||", return_type=JSONB)(sa.func.to_jsonb(code))
        ),
        "join_code_hash": None,
    }
    if put_out:
        values["room_version"] = version
    await db.execute(
        sa.update(Participant)
        .where(col(Participant.id).in_(participant_ids))
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )


async def renewed_to_come(
    db: AsyncSession, person_ids: Collection[UUID], now: datetime, limit: int
) -> Sequence[Place]:
    """Coming and running classes of these people whose link in earlier messages opens nothing any more, by start."""
    query = (
        _of(person_ids)
        .where(
            col(Participant.removed_at).is_(None),
            col(Participant.link_version) > 0,
            col(Session.state).not_in(OVER_STATES),
            col(Session.outcome).is_(None),
            col(Session.ends_at) > now,
        )
        .order_by(col(Session.starts_at), col(Participant.name), col(Participant.id))
        .limit(limit)
    )
    return await _places(db, query)


async def present_of_people(
    db: AsyncSession, session_ids: Collection[UUID], person_ids: Collection[UUID]
) -> list[Participant]:
    """The participants of these students and instructors in these classes: who teaches or learns and is not removed."""
    query = sa.select(Participant).where(
        col(Participant.session_id).in_(session_ids),
        is_theirs(person_ids),
        col(Participant.removed_at).is_(None),
        col(Participant.role) != Role.OBSERVER,
    )
    return list(await db.scalars(query))


def is_theirs(person_ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """Whether a participant is one of these students and instructors."""
    return col(Participant.student_id).in_(person_ids) | col(Participant.instructor_id).in_(person_ids)


def _of(person_ids: Collection[UUID]) -> sa.Select[Session, Participant]:
    """All classes of these students and instructors, with their participant."""
    return (
        sa.select(Session, Participant)
        .join(Participant, col(Participant.session_id) == col(Session.id))
        .where(is_theirs(person_ids))
    )


async def _places(db: AsyncSession, query: sa.Select[Session, Participant]) -> list[Place]:
    return [(session, person) for session, person in await db.execute(query)]
