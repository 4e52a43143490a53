"""Sign-in: signed-in browsers, sign-in links, identity providers, and attempts counted for lock-out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from domain.errors import LinkExpired, LinkUsed
from domain.people.access import AccessRole
from domain.people.sign_in import Limit
from models.access import (
    IdentityProvider,
    Member,
    ProvenDomain,
    SignedIn,
    SignInAttempt,
    SignInBinding,
    SignInLink,
)
from models.people import Guardian, Instructor
from models.reading import Readable, first


@dataclass(frozen=True)
class Holder:
    """The holder of a valid sign-in cookie."""

    id: UUID
    organization_id: UUID
    subject_kind: str
    subject_id: UUID | None
    role: AccessRole
    last_seen_at: datetime


_BY_TOKEN = sa.text("select * from signed_in_by_token(:token, :now)")


async def holder_of(db: Readable, token_hash: str, now: datetime) -> Holder | None:
    """The holder of a cookie, of any tenant, read with a function of the schema that may cross tenants."""
    row = await first(db, _BY_TOKEN, {"token": token_hash, "now": now})
    if row is None:
        return None
    return Holder(
        row.id, row.organization_id, row.subject_kind, row.subject_id, AccessRole(row.role), row.last_seen_at
    )


async def mark_seen(db: AsyncSession, key: UUID, now: datetime) -> None:
    await db.execute(sa.update(SignedIn).where(col(SignedIn.id) == key).values(last_seen_at=now))


async def end(db: AsyncSession, key: UUID, now: datetime) -> None:
    await db.execute(
        sa.update(SignedIn)
        .where(col(SignedIn.id) == key, col(SignedIn.ended_at).is_(None))
        .values(ended_at=now)
    )


def _signed_in(kind: str, subject_id: UUID | None) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition for browsers of one person, or of the operator, that are not signed out."""
    column = col(SignedIn.subject_id)
    is_subject = column == subject_id if subject_id is not None else column.is_(None)
    return col(SignedIn.subject_kind) == kind, is_subject, col(SignedIn.ended_at).is_(None)


async def end_all_of(db: AsyncSession, kind: str, subject_id: UUID | None, now: datetime) -> None:
    """Sign out all browsers of a person in this organization, and end the links that were mailed to them."""
    ended = sa.update(SignedIn).where(*_signed_in(kind, subject_id))
    await db.execute(ended.values(ended_at=now, ended_everywhere=True))
    await db.execute(
        sa.update(SignInLink)
        .where(
            col(SignInLink.subject_kind) == kind,
            col(SignInLink.subject_id) == subject_id,
            col(SignInLink.expires_at) > now,
        )
        .values(expires_at=now)
    )


async def operator_link_used(db: AsyncSession, link_id: UUID) -> bool:
    """Whether a browser was signed in with this link of the operator."""
    query = sa.select(sa.literal(1)).where(col(SignedIn.link_id) == link_id)
    return (await db.execute(query)).first() is not None


async def operator_signed_out_since(db: AsyncSession, issued_at: datetime) -> bool:
    """Whether the operator has signed out everywhere in this organization since then."""
    query = sa.select(sa.literal(1)).where(
        col(SignedIn.subject_kind) == "operator",
        col(SignedIn.ended_everywhere),
        col(SignedIn.ended_at) >= issued_at,
    )
    return (await db.execute(query.limit(1))).first() is not None


async def browsers_of(db: AsyncSession, kind: str, subject_id: UUID | None, now: datetime) -> list[SignedIn]:
    """The signed-in browsers of a person, the latest first."""
    query = sa.select(SignedIn).where(*_signed_in(kind, subject_id), col(SignedIn.expires_at) > now)
    return list(await db.scalars(query.order_by(col(SignedIn.created_at).desc()).limit(50)))


@dataclass(frozen=True)
class Account:
    """An account that a mail address can sign in to: an organization, and a person in it."""

    organization_id: UUID
    organization: str
    kind: str  # member | instructor | guardian
    subject_id: UUID
    language: str


async def accounts_of(db: AsyncSession, address: str) -> list[Account]:
    """The accounts of a mail address in all tenants, read with a function of the schema that may cross tenants."""
    rows = await db.execute(sa.text("select * from people_by_email(:address)"), {"address": address})
    accounts = [Account(r.organization_id, r.organization_name, r.kind, r.id, r.language) for r in rows]
    return sorted(accounts, key=lambda account: (account.organization, account.organization_id, account.kind))


async def add_link(db: AsyncSession, link: SignInLink) -> None:
    db.add(link)
    await db.flush()


async def organization_of_link(db: AsyncSession, token_hash: str) -> tuple[UUID, UUID] | None:
    """The ids of a link and its organization, by the link's token, across tenants."""
    query = sa.text("select id, organization_id from sign_in_link_by_token(:token)")
    row = (await db.execute(query, {"token": token_hash})).one_or_none()
    return (row.id, row.organization_id) if row else None


async def use_link(db: AsyncSession, key: UUID, now: datetime) -> SignInLink:
    """Mark a link as used. Raises LinkUsed, LinkExpired. Of concurrent calls only one succeeds."""
    query = sa.select(SignInLink).where(col(SignInLink.id) == key).with_for_update()
    link = (await db.scalars(query)).one()
    if link.used_at is not None:
        raise LinkUsed
    if link.expires_at <= now:
        raise LinkExpired
    link.used_at = now
    await db.flush()
    return link


async def count_attempt(
    db: AsyncSession, about: str, limit: Limit, now: datetime, *, note: bool = True
) -> int:
    """Seconds until the next attempt is allowed; 0 if this one is. An allowed attempt is counted if `note` is set.

    Attempts on the same `about` wait for each other, so that concurrent ones are all counted.
    """
    await db.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:about, 0))"), {"about": about})
    query = (
        sa.select(col(SignInAttempt.attempted_at))
        .where(col(SignInAttempt.about) == about, col(SignInAttempt.attempted_at) > now - limit.window)
        .order_by(col(SignInAttempt.attempted_at).desc())
        .limit(limit.count)
    )
    earlier = list(await db.scalars(query))
    if len(earlier) >= limit.count:
        return max(1, math.ceil((earlier[-1] + limit.window - now).total_seconds()))
    if note:
        db.add(SignInAttempt(id=uuid7(), about=about, attempted_at=now))
        await db.flush()
    return 0


_PEOPLE: dict[str, type[Member] | type[Instructor] | type[Guardian]] = {
    "member": Member,
    "instructor": Instructor,
    "guardian": Guardian,
}


async def person(db: AsyncSession, kind: str, key: UUID) -> Member | Instructor | Guardian | None:
    """A person of this tenant who is not retired."""
    row: Member | Instructor | Guardian | None = await db.get(_PEOPLE[kind], key)
    return row if row is not None and row.retired_at is None else None


async def id_by_email(db: AsyncSession, kind: str, addresses: Sequence[str]) -> UUID | None:
    """The id of the person of this kind with one of these mail addresses; not of one who is retired."""
    table = _PEOPLE[kind]
    query = (
        sa.select(col(table.id))
        .where(
            sa.func.lower(col(table.email)).in_([address.lower() for address in addresses]),
            col(table.retired_at).is_(None),
        )
        .order_by(col(table.created_at))
        .limit(1)
    )
    return (await db.scalars(query)).first()


async def lock_bindings(db: AsyncSession, organization_id: UUID, issuer: str) -> None:
    """Until the end of the transaction nobody else binds accounts of this issuer in this organization."""
    about = {"about": f"sign-in bindings {organization_id} {issuer}"}
    await db.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:about, 0))"), about)


async def bindings_of_account(db: AsyncSession, issuer: str, subject: str) -> dict[str, SignInBinding]:
    """The bindings of an account at a provider, by kind of person."""
    query = sa.select(SignInBinding).where(
        col(SignInBinding.issuer) == issuer, col(SignInBinding.subject) == subject
    )
    return {row.person_kind: row for row in await db.scalars(query)}


async def binding_of_person(db: AsyncSession, issuer: str, person_id: UUID) -> SignInBinding | None:
    query = sa.select(SignInBinding).where(
        col(SignInBinding.issuer) == issuer, col(SignInBinding.person_id) == person_id
    )
    return (await db.scalars(query)).one_or_none()


async def bindings(db: AsyncSession, person_id: UUID | None = None) -> list[SignInBinding]:
    """All bindings of the organization, or those of one person, the oldest first."""
    query = sa.select(SignInBinding).order_by(col(SignInBinding.created_at), col(SignInBinding.id))
    if person_id is not None:
        query = query.where(col(SignInBinding.person_id) == person_id)
    return list(await db.scalars(query))


async def providers_of_domain(db: AsyncSession, domain: str) -> list[tuple[UUID, UUID]]:
    """The ids of the identity providers that a proven mail domain leads to, and of their organizations."""
    query = sa.text("select id, organization_id from identity_provider_by_domain(:domain)")
    return [(row.id, row.organization_id) for row in await db.execute(query, {"domain": domain})]


async def proven_domains(db: AsyncSession) -> dict[str, ProvenDomain]:
    """The organization's own mail domains, by name."""
    return {row.domain: row for row in await db.scalars(sa.select(ProvenDomain))}


@dataclass(frozen=True)
class DomainHolder:
    """Whose a mail domain is, by which proof."""

    id: UUID  # of the proven domain
    organization_id: UUID
    proof: str


async def domain_holder(db: AsyncSession, domain: str) -> DomainHolder | None:
    """Whose a mail domain is, across tenants."""
    query = sa.text("select id, organization_id, proof from proven_domain_by_name(:domain)")
    row = (await db.execute(query, {"domain": domain})).one_or_none()
    return DomainHolder(row.id, row.organization_id, row.proof) if row else None


async def providers(db: AsyncSession) -> list[IdentityProvider]:
    """The organization's identity providers in use, the oldest first."""
    query = sa.select(IdentityProvider).where(col(IdentityProvider.retired_at).is_(None))
    return list(await db.scalars(query.order_by(col(IdentityProvider.created_at))))


async def claim_domain(db: AsyncSession, domain: str) -> None:
    """Lock a mail domain: until the end of the transaction nobody else can give it to a provider."""
    about = {"about": f"mail domain {domain}"}
    await db.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:about, 0))"), about)


async def provider(db: AsyncSession, key: UUID) -> IdentityProvider | None:
    return await db.get(IdentityProvider, key)
