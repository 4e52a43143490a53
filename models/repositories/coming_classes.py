"""Classes to come with what they ask of their instructor, to see whether the instructor still can."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.sessions.states import SessionState
from models.reading import Readable
from models.session import Session

_ORGANIZATIONS = sa.text("select organization_id from organizations_with_classes(:region, :starts_before)")


@dataclass(frozen=True)
class ComingClass:
    session_id: UUID
    instructor_id: UUID
    course_id: UUID
    starts_at: datetime
    ends_at: datetime
    overridden: tuple[str, ...]  # rules that were set aside for this time


async def organizations(db: Readable, region: str, starts_before: datetime) -> list[UUID]:
    """Those of a region with a class until then, read with a function of the schema that may cross tenants."""
    values = {"region": region, "starts_before": starts_before}
    return [organization_id for (organization_id,) in await db.execute(_ORGANIZATIONS, values)]


async def between(db: AsyncSession, since: datetime, until: datetime, most: int) -> list[ComingClass]:
    """Scheduled classes that start in this span, the next ones first."""
    query = (
        sa.select(
            col(Session.id),
            col(Session.instructor_id),
            col(Session.course_id),
            col(Session.starts_at),
            col(Session.ends_at),
            col(Session.overridden_rules),
        )
        .where(
            col(Session.state) == SessionState.SCHEDULED,
            col(Session.starts_at) > since,
            col(Session.starts_at) < until,
        )
        .order_by(col(Session.starts_at), col(Session.id))
        .limit(most)
    )
    return [
        ComingClass(key, instructor_id, course_id, starts_at, ends_at, tuple(overridden))
        for key, instructor_id, course_id, starts_at, ends_at, overridden in await db.execute(query)
    ]
