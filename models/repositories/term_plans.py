"""Plans of a term: the runs, their assignments, and the classes of series that they are for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.scheduling.series_changes import OccurrenceState
from models.course import Course
from models.series import Series, SeriesOccurrence
from models.session import Session
from models.term_plan import PlanAssignment, PlanRun


async def get(db: AsyncSession, plan_id: UUID, *, lock: bool = False) -> PlanRun:
    """Raises NotFound."""
    query = sa.select(PlanRun).where(col(PlanRun.id) == plan_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await db.scalars(query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no plan {plan_id}")
    return row


async def open_occurrences(
    db: AsyncSession, start: datetime, end: datetime
) -> list[tuple[SeriesOccurrence, Series]]:
    """Classes of series in a span that are not booked, by start; those of retired courses can't be."""
    query = (
        sa.select(SeriesOccurrence, Series)
        .join(Series, col(Series.id) == col(SeriesOccurrence.series_id))
        .join(Course, col(Course.id) == col(Series.course_id))
        .where(
            col(Course.retired_at).is_(None),
            col(SeriesOccurrence.state).in_([OccurrenceState.PLANNED, OccurrenceState.REFUSED]),
            col(SeriesOccurrence.starts_at) >= start,
            col(SeriesOccurrence.starts_at) < end,
        )
        .order_by(col(SeriesOccurrence.starts_at), col(SeriesOccurrence.id))
    )
    return [(row[0], row[1]) for row in await db.execute(query)]


async def assignments(db: AsyncSession, plan_id: UUID) -> list[PlanAssignment]:
    """By start."""
    query = sa.select(PlanAssignment).where(col(PlanAssignment.plan_run_id) == plan_id)
    return list(await db.scalars(query.order_by(col(PlanAssignment.starts_at), col(PlanAssignment.class_id))))


async def rules_set_aside(db: AsyncSession, start: datetime, end: datetime) -> dict[UUID, list[str]]:
    """By booked class that starts in this span, the rules that were set aside for it."""
    query = sa.select(col(Session.id), col(Session.overridden_rules)).where(
        col(Session.starts_at) >= start,
        col(Session.starts_at) < end,
        col(Session.override_reason).is_not(None),
    )
    return {row[0]: row[1] for row in await db.execute(query)}


async def occurrences_of(db: AsyncSession, plan_id: UUID) -> dict[UUID, tuple[SeriesOccurrence, Series]]:
    """The classes of series that a plan is for."""
    query = (
        sa.select(SeriesOccurrence, Series)
        .join(Series, col(Series.id) == col(SeriesOccurrence.series_id))
        .join(PlanAssignment, col(PlanAssignment.occurrence_id) == col(SeriesOccurrence.id))
        .where(col(PlanAssignment.plan_run_id) == plan_id)
    )
    return {row[0].id: (row[0], row[1]) for row in await db.execute(query)}


async def sessions_of(db: AsyncSession, plan_id: UUID) -> dict[UUID, Session]:
    """The booked classes that a plan is for."""
    query = sa.select(Session).join(PlanAssignment, col(PlanAssignment.session_id) == col(Session.id))
    return {row.id: row for row in await db.scalars(query.where(col(PlanAssignment.plan_run_id) == plan_id))}


async def note_held(
    db: AsyncSession, plan_id: UUID, class_ids: Collection[UUID], problems: Mapping[UUID, str]
) -> None:
    """Write which of these classes could not be held, and why."""
    for one in await _assignments(db, plan_id, class_ids):
        one.hold_problem = problems.get(one.class_id, "")
    await db.flush()


async def count_not_held(db: AsyncSession, plan_id: UUID) -> int:
    query = sa.select(sa.func.count()).where(
        col(PlanAssignment.plan_run_id) == plan_id, col(PlanAssignment.hold_problem) != ""
    )
    return int(await db.scalar(query) or 0)


async def _assignments(
    db: AsyncSession, plan_id: UUID, class_ids: Collection[UUID]
) -> Sequence[PlanAssignment]:
    query = sa.select(PlanAssignment).where(
        col(PlanAssignment.plan_run_id) == plan_id, col(PlanAssignment.class_id).in_(class_ids)
    )
    return list(await db.scalars(query))


async def to_publish(db: AsyncSession, plan_id: UUID, most: int) -> list[PlanAssignment]:
    """Assignments that differ from what stood and that no batch has dealt with, by start."""
    return list(await db.scalars(_unpublished(plan_id).limit(most)))


async def changes(db: AsyncSession, plan_id: UUID) -> list[PlanAssignment]:
    """Assignments that differ from what stands, by start."""
    return list(await db.scalars(_unpublished(plan_id)))


async def count_to_publish(db: AsyncSession, plan_id: UUID) -> int:
    query = sa.select(sa.func.count()).select_from(_unpublished(plan_id).order_by(None).subquery())
    return int(await db.scalar(query) or 0)


def _unpublished(plan_id: UUID) -> sa.Select[PlanAssignment]:
    row = PlanAssignment
    return (
        sa.select(row)
        .where(
            col(row.plan_run_id) == plan_id,
            col(row.instructor_id).is_not(None),
            col(row.instructor_id).is_distinct_from(col(row.former_instructor_id)),
            col(row.published_at).is_(None),
            col(row.problem) == "",
        )
        .order_by(col(row.starts_at), col(row.class_id))
    )


async def given_away(
    db: AsyncSession,
    plan_id: UUID,
    instructor_id: UUID,
    *,
    class_id: UUID | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> list[PlanAssignment]:
    """Booked classes that the instructor has, and that the plan is still to give to somebody else, by start."""
    query = (
        _unpublished(plan_id)
        .join(Session, col(Session.id) == col(PlanAssignment.session_id))
        .where(
            col(Session.instructor_id) == instructor_id, col(PlanAssignment.instructor_id) != instructor_id
        )
    )
    if class_id is not None:
        query = query.where(col(PlanAssignment.class_id) == class_id)
    if between is not None:
        start, end = between
        query = query.where(col(PlanAssignment.starts_at) < end, col(PlanAssignment.ends_at) > start)
    return list(await db.scalars(query))


async def replace_assignments(db: AsyncSession, plan_id: UUID, rows: Sequence[PlanAssignment]) -> None:
    await db.execute(sa.delete(PlanAssignment).where(col(PlanAssignment.plan_run_id) == plan_id))
    db.add_all(rows)
    await db.flush()
