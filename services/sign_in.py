"""Signs browsers in and out."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import SignInRefused
from domain.people.access import AccessRole
from models.access import Member, SignedIn
from models.authorship import authorship
from models.database import Database
from models.repositories import sign_ins
from signing.hashing import hash_secret

SIGN_IN_TTL = timedelta(hours=12)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignIn:
    token: str  # the value of the cookie
    role: AccessRole


async def start_browser_session(
    db: AsyncSession,
    tenant: UUID,
    kind: str,
    subject_id: UUID | None,
    method: str,
    now: datetime,
    *,
    link_id: UUID | None = None,
) -> str:
    """Start a browser session and return the value of its cookie.

    `kind` is member, instructor, guardian or operator; `method` is mail, oidc, link or desk. `link_id` is that of a
    link that works once.
    """
    token = secrets.token_urlsafe(32)
    db.add(
        SignedIn(
            id=uuid7(),
            organization_id=tenant,
            token_hash=hash_secret(token),
            subject_kind=kind,
            subject_id=subject_id,
            method=method,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SIGN_IN_TTL,
            link_id=link_id,
        )
    )
    await db.flush()
    return token


async def sign_in_person(
    database: Database, tenant: UUID, kind: str, person_id: UUID, method: str, now: datetime
) -> SignIn:
    """Sign in a person who has proved their identity. Raises SignInRefused for one who is retired."""
    authorship.get().actor = f"{kind}:{person_id}"
    async with database.tenant(tenant) as db:
        person = await sign_ins.person(db, kind, person_id)
        if person is None:
            raise SignInRefused("this account is no longer in use")
        if isinstance(person, Member) and person.first_signed_in_at is None:
            person.first_signed_in_at = now
        token = await start_browser_session(db, tenant, kind, person_id, method, now)
    role = person.role if isinstance(person, Member) else AccessRole(kind)
    logger.info("signed in", extra={"kind": kind, "method": method})
    return SignIn(token, role)


async def sign_out(database: Database, cookie: str, now: datetime, *, everywhere: bool = False) -> None:
    """End the session of one browser, or of all browsers of the same person and the links that sign in another."""
    async with database.lookup() as db:
        holder = await sign_ins.holder_of(db, hash_secret(cookie), now)
    if holder is None:
        return
    authorship.get().actor = f"{holder.subject_kind}:{holder.subject_id}"
    async with database.tenant(holder.organization_id) as db:
        if everywhere:
            await sign_ins.end_all_of(db, holder.subject_kind, holder.subject_id, now)
        else:
            await sign_ins.end(db, holder.id, now)
