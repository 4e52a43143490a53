"""Keeps the exceptions about on-call rotas on which nobody can be on duty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.subjects import Subject, SubjectKind
from models.database import Database
from models.repositories import case_routing
from services.cases import NewCase, open_case, resolve_about
from services.rotas import rules_of

_MOST_CHECKED = 1_000  # in a run of housekeeping


async def check_all(database: Database, now: datetime) -> int:
    """Open an exception for each rota that is empty, and resolve those of rotas that are not; returns how many."""
    async with database.unscoped() as db:
        found = await case_routing.rotas_to_check(db, _MOST_CHECKED)
    for organization_id, rota_id in found:
        async with database.tenant(organization_id) as db:
            await _check(db, organization_id, rota_id, now)
    return len(found)


async def _check(db: AsyncSession, organization_id: UUID, rota_id: UUID, now: datetime) -> None:
    row = await case_routing.rota(db, rota_id)
    (rules,) = await rules_of(db, [row], now)
    subject = Subject(SubjectKind.ROTA, rota_id)
    if row.retired_at is None and rules.is_empty:
        # Counted once a day, so that the history of the exception doesn't grow with every run.
        await open_case(
            db,
            NewCase(organization_id, subject, ExceptionKind.ROTA_EMPTY, key=f"{now:%Y-%m-%d}"),
            now,
        )
        return
    why = "the rota was retired" if row.retired_at else "somebody can be on duty again"
    await resolve_about(db, subject, ExceptionKind.ROTA_EMPTY, why, now)
