"""Organizations: made by the operator; their rules and keys, set by themselves."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.access import hash_secret
from api.idempotency import NewIds
from api.schemas.organizations import KeyMade, KeyOut, NewKey, NewOrganization, OrganizationMade
from api.versions import check_version
from domain.access import AccessRole, Principal
from domain.errors import NotAllowed, NotFound, TransitionRefused
from domain.policies import SessionPolicy
from models.database import Database
from models.organization import ApiKey, Organization
from models.repositories import living, organizations


async def make_organization(
    database: Database, new: NewOrganization, region: str, ids: NewIds, now: datetime
) -> OrganizationMade:
    """A tenant and its first API key. Made again under the same ids, its first key gets another secret."""
    made = ids.next()
    async with database.tenant(made) as db:
        await organizations.ensure_region(db, region)
        if await organizations.get_organization(db) is None:
            db.add(Organization(id=made, region=region, created_at=now, **new.model_dump()))
            await db.flush()
        first = NewKey(name="first key", role=AccessRole.ADMIN)
        key = await _add_key(db, made, first, "operator", ids.next(), now)
    return OrganizationMade(id=made, api_key=key.api_key)


async def organization(db: AsyncSession, *, lock: bool = False) -> Organization:
    found = await organizations.get_organization(db, lock=lock)
    assert found is not None, "a unit of work has a tenant"
    return found


async def change_organization(
    db: AsyncSession, change: dict[str, Any], version: int | None, now: datetime
) -> Organization:
    """Raises StaleVersion."""
    row = await organization(db, lock=True)
    check_version(row.version, version)
    living.touch(row, change, now)
    await db.flush()
    return row


def policy_of(row: Organization) -> SessionPolicy:
    return SessionPolicy.model_validate(row.policy)


async def change_policy(
    db: AsyncSession, change: dict[str, Any], now: datetime, version: int | None = None
) -> SessionPolicy:
    """Raises pydantic.ValidationError, as the request would, where the rules do not hold; StaleVersion."""
    row = await organization(db, lock=True)
    check_version(row.version, version)
    policy = SessionPolicy.model_validate(row.policy | change)
    living.touch(row, {"policy": policy.model_dump(mode="json", exclude_defaults=True)}, now)
    return policy


async def make_key(db: AsyncSession, who: Principal, new: NewKey, key_id: UUID, now: datetime) -> KeyMade:
    """Raises NotAllowed for a key that may do more than who makes it."""
    if who.scopes is not None and not (new.scopes and set(new.scopes) <= who.scopes):
        raise NotAllowed(
            "a key cannot make one that may do more than itself",
            next_step=f"Name scopes among {', '.join(sorted(who.scopes))}.",
        )
    return await _add_key(db, who.organization_id, new, who.actor, key_id, now)


async def rotate_key(
    db: AsyncSession, who: Principal, key_id: UUID, overlap: timedelta, new_id: UUID, now: datetime
) -> KeyMade:
    """A key of the same role and scopes; the old one works until the overlap is over.

    Raises NotFound, TransitionRefused for one that is revoked or expired.
    """
    old = await _locked_key(db, key_id)
    if old.revoked_at or (old.expires_at and old.expires_at <= now):
        raise TransitionRefused("this key does not work any more", next_step="Make a key instead.")
    lasts = old.expires_at - old.created_at if old.expires_at else None
    new = NewKey(name=old.name, role=old.role, scopes=old.scopes, expires_at=now + lasts if lasts else None)
    ends_at = now + overlap
    living.touch(old, {"expires_at": min(old.expires_at or ends_at, ends_at)}, now)
    return await make_key(db, who, new, new_id, now)


async def revoke_key(db: AsyncSession, key_id: UUID, now: datetime) -> None:
    """At once. Raises NotFound."""
    row = await _locked_key(db, key_id)
    if row.revoked_at is None:
        living.touch(row, {"revoked_at": now}, now)


async def key(db: AsyncSession, key_id: UUID) -> ApiKey:
    """Raises NotFound."""
    row = await db.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"there is no key {key_id}")
    return row


async def _locked_key(db: AsyncSession, key_id: UUID) -> ApiKey:
    row = await living.lock(db, ApiKey, key_id)
    if row is None:
        raise NotFound(f"there is no key {key_id}")
    return row


async def _add_key(
    db: AsyncSession, tenant: UUID, new: NewKey, by: str, key_id: UUID, now: datetime
) -> KeyMade:
    """Made again under the same id, only its secret is another: nobody was told the first."""
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
    return KeyMade(**KeyOut.of(row).model_dump(), api_key=f"hr_{prefix}_{secret}")
