"""Signed-in browsers and the links that lead there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from domain.access import AccessRole
from models.access import SignedIn


@dataclass(frozen=True)
class Holder:
    """Who holds a cookie that is good."""

    id: UUID
    organization_id: UUID
    subject_kind: str
    subject_id: UUID | None
    role: AccessRole
    last_seen_at: datetime


async def holder_of(db: AsyncSession | AsyncConnection, token_hash: str, now: datetime) -> Holder | None:
    """Looks across tenants, by the schema's function for just that."""
    query = sa.text("select * from signed_in_by_token(:token, :now)")
    row = (await db.execute(query, {"token": token_hash, "now": now})).one_or_none()
    if row is None:
        return None
    return Holder(
        row.id, row.organization_id, row.subject_kind, row.subject_id, AccessRole(row.role), row.last_seen_at
    )


async def saw(db: AsyncSession, key: UUID, now: datetime) -> None:
    await db.execute(sa.update(SignedIn).where(col(SignedIn.id) == key).values(last_seen_at=now))


async def end(db: AsyncSession, key: UUID, now: datetime) -> None:
    await db.execute(
        sa.update(SignedIn)
        .where(col(SignedIn.id) == key, col(SignedIn.ended_at).is_(None))
        .values(ended_at=now)
    )
