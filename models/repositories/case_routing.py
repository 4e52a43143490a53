"""Who is told of exceptions: versions of the rules, rotas with their overrides, channels, preferences of staff."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.people.access import AccessRole
from domain.subjects import Subject, SubjectKind
from models.access import Member
from models.case_routing import AlertChannel, AlertPreference, Rota, RotaOverride
from models.course import Course
from models.organization import Region
from models.series import Series
from models.session import Session


async def regions(db: AsyncSession) -> set[str]:
    return set(await db.scalars(sa.select(col(Region.id))))


async def course_of(db: AsyncSession, subject: Subject) -> UUID | None:
    """The course that a subject is, or that it is a class or series of."""
    if subject.kind == SubjectKind.COURSE:
        return subject.id
    if subject.kind == SubjectKind.SERIES:
        of_series = sa.select(col(Series.course_id)).where(col(Series.id) == subject.id)
        return (await db.scalars(of_series)).one_or_none()
    if subject.session_id is None:
        return None
    query = sa.select(col(Session.course_id)).where(col(Session.id) == subject.session_id)
    return (await db.scalars(query)).one_or_none()


async def courses_of(db: AsyncSession, subjects: Collection[Subject]) -> dict[Subject, UUID]:
    """By subject, the course that it is, or that it is a class of; subjects without one are left out."""
    found = {subject: subject.id for subject in subjects if subject.kind == SubjectKind.COURSE}
    of_classes = {subject.session_id: subject for subject in subjects if subject.session_id is not None}
    query = sa.select(col(Session.id), col(Session.course_id)).where(col(Session.id).in_(of_classes))
    for session_id, course_id in await db.execute(query):
        if course_id is not None:
            found[of_classes[session_id]] = course_id
    return found


async def all_courses(db: AsyncSession, most: int) -> list[Course]:
    """The courses in use, by title."""
    query = sa.select(Course).where(col(Course.retired_at).is_(None))
    return list(await db.scalars(query.order_by(col(Course.title), col(Course.id)).limit(most)))


async def courses_in_use(db: AsyncSession, keys: Collection[UUID]) -> set[UUID]:
    query = sa.select(col(Course.id)).where(col(Course.id).in_(keys), col(Course.retired_at).is_(None))
    return set(await db.scalars(query))


async def members(db: AsyncSession, keys: Collection[UUID], roles: Collection[AccessRole]) -> list[Member]:
    """Those in use who have one of these ids or roles."""
    query = sa.select(Member).where(
        col(Member.id).in_(keys) | col(Member.role).in_(roles), col(Member.retired_at).is_(None)
    )
    return list(await db.scalars(query.order_by(col(Member.name), col(Member.id))))


async def preferences(db: AsyncSession, keys: Collection[UUID]) -> dict[UUID, AlertPreference]:
    """By member; those who have none are left out."""
    rows = await db.scalars(sa.select(AlertPreference).where(col(AlertPreference.member_id).in_(keys)))
    return {row.member_id: row for row in rows}


async def rotas(db: AsyncSession, keys: Collection[UUID] | None = None) -> list[Rota]:
    """Those in use, or those of these ids that are in use."""
    query = sa.select(Rota).where(col(Rota.retired_at).is_(None))
    if keys is not None:
        query = query.where(col(Rota.id).in_(keys))
    return list(await db.scalars(query.order_by(col(Rota.name), col(Rota.id))))


async def rota(db: AsyncSession, key: UUID) -> Rota:
    """Retired or not. Raises NotFound."""
    row = await db.get(Rota, key)
    if row is None:
        raise NotFound(f"there is no rota {key}")
    return row


async def overrides(
    db: AsyncSession, rota_ids: Collection[UUID], ending_after: datetime
) -> Mapping[UUID, Sequence[RotaOverride]]:
    """By rota, in the order of their making."""
    query = sa.select(RotaOverride).where(
        col(RotaOverride.rota_id).in_(rota_ids), col(RotaOverride.ends_at) > ending_after
    )
    found: dict[UUID, list[RotaOverride]] = defaultdict(list)
    for row in await db.scalars(query.order_by(col(RotaOverride.created_at), col(RotaOverride.id))):
        found[row.rota_id].append(row)
    return found


async def delete_override(db: AsyncSession, rota_id: UUID, key: UUID) -> None:
    """Raises NotFound."""
    query = sa.delete(RotaOverride).where(col(RotaOverride.id) == key, col(RotaOverride.rota_id) == rota_id)
    if (await db.execute(query.returning(col(RotaOverride.id)))).first() is None:
        raise NotFound(f"there is no override {key} of this rota")


async def retired_members(db: AsyncSession, keys: Collection[UUID]) -> frozenset[UUID]:
    """Those of these ids that are no members in use."""
    query = sa.select(col(Member.id)).where(col(Member.id).in_(keys), col(Member.retired_at).is_(None))
    return frozenset(keys) - frozenset(await db.scalars(query))


async def channels(db: AsyncSession, keys: Collection[UUID] | None = None) -> list[AlertChannel]:
    """Those in use, or those of these ids that are in use."""
    query = sa.select(AlertChannel).where(col(AlertChannel.retired_at).is_(None))
    if keys is not None:
        query = query.where(col(AlertChannel.id).in_(keys))
    return list(await db.scalars(query.order_by(col(AlertChannel.name), col(AlertChannel.id))))


async def channel(db: AsyncSession, key: UUID) -> AlertChannel:
    """Retired or not. Raises NotFound."""
    row = await db.get(AlertChannel, key)
    if row is None:
        raise NotFound(f"there is no channel {key}")
    return row


async def rotas_to_check(db: AsyncSession, most: int) -> list[tuple[UUID, UUID]]:
    """Organization and id of rotas that are empty, or have an unresolved exception about it; of all tenants."""
    rows = await db.execute(sa.text("select * from rotas_to_check(:most)"), {"most": most})
    return [(row.organization_id, row.id) for row in rows]
