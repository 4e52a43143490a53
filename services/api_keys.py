"""API keys: create, rotate and revoke. A secret is returned once, when its key is created."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotAllowed, NotFound, TransitionRefused
from domain.people.access import Principal
from models.organization import ApiKey
from models.repositories import entities
from services.inputs.api_keys import NewKey
from signing.hashing import hash_secret


@dataclass(frozen=True)
class MadeKey:
    row: ApiKey
    api_key: str  # the whole key; only a hash of it is stored


async def make(db: AsyncSession, who: Principal, new: NewKey, key_id: UUID, now: datetime) -> MadeKey:
    """Create a key with a new secret. Raises NotAllowed for a key with more access than its creator's."""
    if who.scopes is not None and not (new.scopes and set(new.scopes) <= who.scopes):
        raise NotAllowed(
            "a key can't create a key with more access than its own",
            next_step=f"Choose scopes from {', '.join(sorted(who.scopes))}.",
        )
    return await add(db, who.organization_id, new, who.actor, key_id, now)


async def rotate(
    db: AsyncSession, who: Principal, key_id: UUID, overlap: timedelta, new_id: UUID, now: datetime
) -> MadeKey:
    """Create a key with the same role and scopes; the old one works until the overlap has passed.

    Raises NotFound, TransitionRefused for a key that is revoked or expired.
    """
    old = await _locked_key(db, key_id)
    if old.revoked_at or (old.expires_at and old.expires_at <= now):
        raise TransitionRefused("this key no longer works", next_step="Create a new key instead.")
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    new = NewKey(
        name=old.name, role=old.role, scopes=old.scopes, expires_at=now + lifetime if lifetime else None
    )
    ends_at = now + overlap
    entities.touch(old, {"expires_at": min(old.expires_at or ends_at, ends_at)}, now)
    return await make(db, who, new, new_id, now)


async def revoke(db: AsyncSession, key_id: UUID, now: datetime) -> None:
    """Revoke a key; it stops working at once. Raises NotFound."""
    row = await _locked_key(db, key_id)
    if row.revoked_at is None:
        entities.touch(row, {"revoked_at": now}, now)


async def get(db: AsyncSession, key_id: UUID) -> ApiKey:
    """Raises NotFound."""
    row = await db.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"there is no key {key_id}")
    return row


async def _locked_key(db: AsyncSession, key_id: UUID) -> ApiKey:
    row = await entities.lock(db, ApiKey, key_id)
    if row is None:
        raise NotFound(f"there is no key {key_id}")
    return row


async def add(db: AsyncSession, tenant: UUID, new: NewKey, by: str, key_id: UUID, now: datetime) -> MadeKey:
    """Write a key. Called again with the same id, it replaces the secret: the first one never reached the caller."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = await db.get(ApiKey, key_id) or ApiKey(
        id=key_id,
        organization_id=tenant,
        name=new.name,
        prefix=prefix,
        secret_hash="",
        role=new.role,
        scopes=[str(scope) for scope in new.scopes],
        expires_at=new.expires_at,
        created_by=by,
        created_at=now,
    )
    row.prefix, row.secret_hash = prefix, hash_secret(secret)
    db.add(row)
    await db.flush()
    return MadeKey(row, f"hr_{prefix}_{secret}")
