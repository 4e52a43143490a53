"""Proposals that are made after changes, and up to where the changes were looked through."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.scheduling.term_plans import PlanScope, PlanState
from models.course import Enrollment
from models.term_plan import PlanRun, ReplanningPosition

_UNDECIDED = (PlanState.PLANNING, PlanState.PROPOSED)


async def position(db: AsyncSession) -> ReplanningPosition | None:
    """Locked."""
    return (await db.scalars(sa.select(ReplanningPosition).with_for_update())).one_or_none()


async def undecided(db: AsyncSession) -> list[PlanRun]:
    """The proposals that nobody has published or dismissed, locked."""
    query = sa.select(PlanRun).where(
        col(PlanRun.scope) == PlanScope.CHANGED,
        col(PlanRun.state).in_(_UNDECIDED),
        sa.func.jsonb_array_length(col(PlanRun.causes)) > 0,
    )
    query = query.order_by(col(PlanRun.created_at), col(PlanRun.id)).with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


async def not_started(db: AsyncSession, created_before: datetime) -> list[UUID]:
    """Proposals that are planned since long ago."""
    query = sa.select(col(PlanRun.id)).where(
        col(PlanRun.scope) == PlanScope.CHANGED,
        col(PlanRun.state) == PlanState.PLANNING,
        col(PlanRun.created_at) < created_before,
    )
    return list(await db.scalars(query))


async def courses_of_enrollments(db: AsyncSession, enrollment_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The courses of enrollments, by enrollment."""
    query = sa.select(col(Enrollment.id), col(Enrollment.course_id)).where(
        col(Enrollment.id).in_(enrollment_ids)
    )
    return {row.id: row.course_id for row in await db.execute(query)}
