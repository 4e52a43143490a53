"""Answers of those who are asked before a plan is published."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.scheduling.term_plans import REFUSED, AnswerState
from models.term_plan import PlanAnswer, PlanAssignment


def _current(plan_id: UUID) -> sa.Select[PlanAnswer]:
    """The answers about whom the plan gives its classes to now."""
    return (
        sa.select(PlanAnswer)
        .join(
            PlanAssignment,
            sa.and_(
                col(PlanAssignment.plan_run_id) == col(PlanAnswer.plan_run_id),
                col(PlanAssignment.class_id) == col(PlanAnswer.class_id),
                col(PlanAssignment.instructor_id) == col(PlanAnswer.instructor_id),
            ),
        )
        .where(col(PlanAnswer.plan_run_id) == plan_id)
        .order_by(col(PlanAssignment.starts_at), col(PlanAnswer.class_id), col(PlanAnswer.recipient_id))
    )


async def current(db: AsyncSession, plan_id: UUID, recipient_id: UUID | None = None) -> list[PlanAnswer]:
    """What was asked and answered about the plan as it is now, by all or one person, by the start of the class."""
    query = _current(plan_id)
    if recipient_id:
        query = query.where(col(PlanAnswer.recipient_id) == recipient_id)
    return list(await db.scalars(query))


async def counts(db: AsyncSession, plan_id: UUID) -> Counter[AnswerState]:
    """How many answers about the plan as it is now are in each state."""
    rows = _current(plan_id).order_by(None).subquery()
    query = sa.select(rows.c.state, sa.func.count()).group_by(rows.c.state)
    return Counter({AnswerState(state): count for state, count in await db.execute(query)})


async def refused(db: AsyncSession, plan_id: UUID) -> list[tuple[UUID, UUID]]:
    """Class and instructor of each assignment that somebody has refused, in this proposal or an earlier one."""
    query = sa.select(col(PlanAnswer.class_id), col(PlanAnswer.instructor_id)).where(
        col(PlanAnswer.plan_run_id) == plan_id, col(PlanAnswer.state).in_(REFUSED)
    )
    return [(row[0], row[1]) for row in await db.execute(query.distinct())]


async def assignments_of(db: AsyncSession, plan_id: UUID, class_ids: Sequence[UUID]) -> list[PlanAssignment]:
    query = sa.select(PlanAssignment).where(
        col(PlanAssignment.plan_run_id) == plan_id, col(PlanAssignment.class_id).in_(class_ids)
    )
    return list(await db.scalars(query.order_by(col(PlanAssignment.starts_at), col(PlanAssignment.class_id))))
