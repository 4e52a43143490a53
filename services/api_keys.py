"""API keys: create, rotate and revoke. A secret is returned once, when its key is created."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotAllowed, NotFound, TransitionRefused
from domain.people.access import AccessRole, Permission, Principal, permissions_of
from models.organization import ApiKey
from models.repositories import entities
from services.inputs.api_keys import NewKey
from signing.hashing import hash_secret


@dataclass(frozen=True)
class MadeKey:
    row: ApiKey
    api_key: str  # the whole key; only a hash of it is stored


async def make(db: AsyncSession, who: Principal, new: NewKey, key_id: UUID, now: datetime) -> MadeKey:
    """Create a key with a new secret. Raises NotAllowed for one that may do more than its creator, or for longer."""
    beyond = _permissions(new.role, new.scopes) - _own_permissions(who)
    if beyond:
        raise NotAllowed(
            "a key can't create a key with more access than its own",
            next_step=f"Choose scopes from {', '.join(sorted(_own_permissions(who)))}.",
        )
    end = await _own_end(db, who)
    if end and (new.expires_at is None or new.expires_at > end):
        raise NotAllowed(
            "a key can't create a key that works longer than itself",
            next_step=f"Let it expire at {end.isoformat()} or before.",
        )
    return await add(db, who.organization_id, new, who.actor, key_id, now)


async def rotate(
    db: AsyncSession, who: Principal, key_id: UUID, overlap: timedelta, new_id: UUID, now: datetime
) -> MadeKey:
    """Create a key with the same role and scopes; the old one works until the overlap has passed.

    Raises NotFound, TransitionRefused for a key that is revoked or expired, NotAllowed for one that may do more than
    the caller. A key that expires gives one that ends with the caller at the latest.
    """
    old = await _locked_key(db, key_id)
    _refuse_wider(who, old)
    if old.revoked_at or (old.expires_at and old.expires_at <= now):
        raise TransitionRefused("this key no longer works", next_step="Create a new key instead.")
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    expires_at = now + lifetime if lifetime else None
    if (end := await _own_end(db, who)) and (expires_at is None or expires_at > end):
        expires_at = end
    new = NewKey(name=old.name, role=old.role, scopes=old.scopes, expires_at=expires_at)
    ends_at = now + overlap
    entities.touch(old, {"expires_at": min(old.expires_at or ends_at, ends_at)}, now)
    return await add(db, who.organization_id, new, who.actor, new_id, now)


async def revoke(db: AsyncSession, who: Principal, key_id: UUID, now: datetime) -> None:
    """Revoke a key; it stops working at once. Raises NotFound, NotAllowed for one that may do more than the caller."""
    row = await _locked_key(db, key_id)
    _refuse_wider(who, row)
    if row.revoked_at is None:
        entities.touch(row, {"revoked_at": now}, now)


async def get(db: AsyncSession, key_id: UUID) -> ApiKey:
    """Raises NotFound."""
    row = await db.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"there is no key {key_id}")
    return row


def _permissions(role: AccessRole, scopes: Iterable[str]) -> frozenset[Permission]:
    return frozenset(map(Permission, scopes)) or permissions_of(role)


def _own_permissions(who: Principal) -> frozenset[Permission]:
    return who.scopes if who.scopes is not None else permissions_of(who.role)


def _refuse_wider(who: Principal, key: ApiKey) -> None:
    """Raises NotAllowed for a key that may do something that the caller may not."""
    if _permissions(key.role, key.scopes) - _own_permissions(who):
        raise NotAllowed(
            "this key has more access than yours",
            next_step="Ask an admin, or use a key with all scopes of this one.",
        )


async def _own_end(db: AsyncSession, who: Principal) -> datetime | None:
    """When the caller's own key expires; None for people, and for a key that does not expire."""
    kind, _, key_id = who.actor.partition(":")
    return (await get(db, UUID(key_id))).expires_at if kind == "key" else None


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
