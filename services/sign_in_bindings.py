"""Binds people of the staff to their accounts at identity providers, and releases them.

The first sign-in finds the person by the verified mail address and binds issuer and subject. From then on these decide:
a person whose address changes stays the same person, and whoever is given an address later does not get its
predecessor's account.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import NotFound, SignInRefused
from domain.people.sign_in import domain_of
from integrations.email_addresses import address_forms, deliverable_address
from integrations.openid import OpenIdAccount
from models.access import IdentityProvider, SignInBinding
from models.authorship import authorship
from models.database import Database
from models.repositories import sign_ins

_KINDS = ("member", "instructor")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Person:
    kind: str  # member | instructor
    id: UUID
    bound: bool  # to the account that signs in


class SignInBindings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(
        self, provider: IdentityProvider, account: OpenIdAccount, now: datetime
    ) -> tuple[str, UUID]:
        """Kind and id of the person who signs in with this account, bound to it by now.

        Raises SignInRefused.
        """
        async with self._database.tenant(provider.organization_id) as db:
            people = await _people(db, provider, account)
        if not all(person.bound for person in people):
            authorship.get().actor = f"{people[0].kind}:{people[0].id}"
            async with self._database.tenant(provider.organization_id) as db:
                await sign_ins.lock_bindings(db, provider.organization_id, account.issuer)
                people = await _people(db, provider, account)  # as they are once nobody else binds
                await _bind(db, provider, account, people, now)
        return people[0].kind, people[0].id


async def _people(db: AsyncSession, provider: IdentityProvider, account: OpenIdAccount) -> list[_Person]:
    """The account's people of the staff, at most one of each kind: those bound to it, and those with its address.

    Who is both signs in as a member. Raises SignInRefused if there are none.
    """
    bindings = await sign_ins.bindings_of_account(db, account.issuer, account.subject)
    people = {
        kind: _Person(kind, row.person_id, bound=True)
        for kind, row in bindings.items()
        if await sign_ins.person(db, kind, row.person_id)
    }
    try:
        people = await _by_address(db, provider, account) | people
    except SignInRefused:
        if not people:
            raise
    if not people:
        raise SignInRefused(
            "nobody in your organization has this address",
            next_step="Ask an admin of your organization to add you, then sign in again.",
        )
    return [people[kind] for kind in _KINDS if kind in people]


async def _by_address(
    db: AsyncSession, provider: IdentityProvider, account: OpenIdAccount
) -> dict[str, _Person]:
    """The people whom the account's verified address names. Raises SignInRefused if one has another account."""
    forms = _verified_forms(provider, account)
    found: dict[str, _Person] = {}
    for kind in _KINDS:
        person_id = await sign_ins.id_by_email(db, kind, forms)
        if person_id is None:
            continue
        own = await sign_ins.binding_of_person(db, account.issuer, person_id)
        if own is not None and own.subject != account.subject:
            logger.warning("sign-in with another account", extra={"kind": kind, "person_id": str(person_id)})
            raise SignInRefused(
                "the person with this address signs in with another account of the provider",
                next_step="Ask an admin of your organization to release that account, or to add you if you are new.",
            )
        found[kind] = _Person(kind, person_id, bound=own is not None)
    return found


def _verified_forms(provider: IdentityProvider, account: OpenIdAccount) -> tuple[str, ...]:
    """The forms of the account's address, if it is verified and of the provider's domains. Raises SignInRefused."""
    if account.address is None:
        raise SignInRefused("the provider didn't share your email address")
    verified = provider.addresses_verified if account.verified is None else account.verified
    if not verified:
        raise SignInRefused(
            "the provider hasn't verified your email address",
            next_step="Confirm your address with your organization's accounts, then sign in again.",
        )
    try:
        forms = address_forms(account.address)
    except ValueError as error:
        raise SignInRefused("the provider answered with an address that is none") from error
    if domain_of(deliverable_address(account.address)) not in provider.domains:
        raise SignInRefused("the provider answered for an address on another domain")
    return forms


async def _bind(
    db: AsyncSession,
    provider: IdentityProvider,
    account: OpenIdAccount,
    people: Sequence[_Person],
    now: datetime,
) -> None:
    """Bind those who are not bound yet, in place of people of the same kind who are retired."""
    earlier = await sign_ins.bindings_of_account(db, account.issuer, account.subject)
    for person in people:
        if person.bound:
            continue
        if retired := earlier.get(person.kind):
            await db.delete(retired)
            await db.flush()
        db.add(
            SignInBinding(
                id=uuid7(),
                organization_id=provider.organization_id,
                issuer=account.issuer,
                subject=account.subject,
                person_kind=person.kind,
                person_id=person.id,
                created_at=now,
            )
        )
    await db.flush()


async def release(db: AsyncSession, key: UUID, now: datetime) -> SignInBinding:
    """Release a person from an account and sign them out: the next sign-in with their address binds them again.

    Raises NotFound.
    """
    row = await db.get(SignInBinding, key)
    if row is None:
        raise NotFound(f"there is no sign-in binding {key}")
    await sign_ins.end_all_of(db, row.person_kind, row.person_id, now)
    await db.delete(row)
    await db.flush()
    return row
