"""Organizations and their API keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.access import AccessRole
from models.organization import ApiKey, Organization, Region
from models.reading import Readable, first


@dataclass(frozen=True)
class KeyHolder:
    key_id: UUID
    organization_id: UUID
    secret_hash: str
    role: AccessRole
    scopes: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None


async def ensure_region(db: AsyncSession, region: str) -> None:
    await db.execute(insert(Region).values(id=region, title=region).on_conflict_do_nothing())


async def get_organization(db: AsyncSession, *, lock: bool = False) -> Organization | None:
    """The organization of the unit of work's tenant scope."""
    query = sa.select(Organization)
    if lock:  # read again what this transaction may have read before it had the lock
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(query)).one_or_none()


_BY_PREFIX = sa.text("select * from api_key_by_prefix(:prefix)")


async def key_by_prefix(db: Readable, prefix: str) -> KeyHolder | None:
    """The key with this prefix, of any tenant, read with a function of the schema that may cross tenants."""
    row = await first(db, _BY_PREFIX, {"prefix": prefix})
    if row is None:
        return None
    return KeyHolder(
        row.id,
        row.organization_id,
        row.secret_hash,
        AccessRole(row.role),
        row.scopes,
        row.expires_at,
        row.last_used_at,
    )


async def mark_key_used(db: AsyncSession, key_id: UUID, at: datetime) -> None:
    await db.execute(sa.update(ApiKey).where(col(ApiKey.id) == key_id).values(last_used_at=at))
