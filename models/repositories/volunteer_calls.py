"""Calls for volunteers: classes that staff offer to everybody who can take them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.scheduling.volunteers import CallState, call_state_now
from domain.sessions.states import SessionState
from models.session import Session
from models.volunteer_call import VolunteerCall


@dataclass(frozen=True)
class CallRow:
    """A call with its class."""

    call: VolunteerCall
    session: Session

    def state(self, now: datetime) -> CallState:
        """What holds of the call at this moment."""
        call, session = self.call, self.session
        stands = (
            session.outcome != "cancelled"
            and session.instructor_id == call.instructor_id
            and session.starts_at == call.starts_at
        )
        has_begun = session.state != SessionState.SCHEDULED or session.starts_at <= now
        return call_state_now(call.state, stands=stands, has_begun=has_begun)


def stands() -> sa.ColumnElement[bool]:
    """The condition for open calls whose class, which the query joins, is as it was when they were opened."""
    return sa.and_(
        sa.literal_column("volunteer_call.state = 'open'", sa.Boolean),
        col(Session.state) == SessionState.SCHEDULED,
        col(Session.outcome).is_(None),
        col(Session.instructor_id) == col(VolunteerCall.instructor_id),
        col(Session.starts_at) == col(VolunteerCall.starts_at),
    )


async def latest(db: AsyncSession, session_id: UUID) -> CallRow | None:
    """The latest call of a class, as it is now."""
    query = (
        sa.select(VolunteerCall, Session)
        .join(Session, col(Session.id) == col(VolunteerCall.session_id))
        .where(col(VolunteerCall.session_id) == session_id)
        .order_by(col(VolunteerCall.created_at).desc(), col(VolunteerCall.id).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    found = (await db.execute(query)).first()
    return CallRow(*found) if found else None


async def taught_in(db: AsyncSession, course_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By course, the instructors who have classes in it, past or coming."""
    query = (
        sa.select(col(Session.course_id), col(Session.instructor_id))
        .where(col(Session.course_id).in_(course_ids), col(Session.outcome).is_distinct_from("cancelled"))
        .distinct()
    )
    found: dict[UUID, set[UUID]] = {}
    for course_id, instructor_id in await db.execute(query):
        found.setdefault(course_id, set()).add(instructor_id)
    return found
