"""Mail domains that lead people to an identity provider: an organization proves that a domain is its own.

The owner of a domain publishes a TXT record with the organization's id, or the operator of the deployment vouches for
it. Until then a domain may stand in a provider, and leads nobody there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from domain.errors import Conflict, NotFound
from integrations.dns_records import TextRecords
from models.access import IdentityProvider, ProvenDomain
from models.database import Database
from models.repositories import organizations, sign_ins
from models.repositories.sign_ins import DomainHolder


class Proof(StrEnum):
    """How a domain was proven."""

    DNS = "dns"
    OPERATOR = "operator"
    CLAIM = "claim"  # its provider was there before domains had to be proven; any other proof replaces it


@dataclass(frozen=True)
class SignInDomain:
    """A domain of an identity provider, its proof, and the TXT record that proves it."""

    domain: str
    provider_id: UUID
    proof: Proof | None  # None: not proven, it leads nobody to the provider
    proven_at: datetime | None
    record_name: str
    record_value: str


class SignInDomains:
    def __init__(self, database: Database, records: TextRecords) -> None:
        self._database = database
        self._records = records

    async def prove(self, organization_id: UUID, domain: str, now: datetime) -> SignInDomain:
        """Look for the record of a domain of the organization's providers.

        Raises NotFound, Conflict if the record is missing or the domain is proven by another organization, and
        Unavailable if the records cannot be read.
        """
        async with self._database.tenant(organization_id) as db:
            claimed = _named(await domains(db, organization_id), domain)
        texts = await self._records.read(claimed.record_name)
        if claimed.record_value not in texts:
            raise Conflict(
                f"there is no TXT record {claimed.record_value} at {claimed.record_name}",
                next_step="Publish it with whoever runs the domain, wait some minutes, then check again.",
            )
        holder = await self._holder(claimed.domain)
        if holder and holder.organization_id != organization_id and not _gives_way(holder, texts):
            raise Conflict(
                f"{claimed.domain} is proven by another organization",
                next_step="Remove its TXT record from the domain, or ask the operator of this deployment.",
            )
        if holder is None or (holder.organization_id, holder.proof) != (organization_id, Proof.OPERATOR):
            await self._give(organization_id, claimed.domain, Proof.DNS, holder, now)
        async with self._database.tenant(organization_id) as db:
            return _named(await domains(db, organization_id), domain)

    async def vouch(self, organization_id: UUID, domain: str, now: datetime) -> None:
        """Give a domain to an organization, in the operator's name, whoever has it. Raises NotFound, Conflict."""
        async with self._database.tenant(organization_id) as db:
            if await organizations.get_organization(db) is None:
                raise NotFound("there is no such organization")
        await self._give(organization_id, domain, Proof.OPERATOR, await self._holder(domain), now)

    async def withdraw(self, organization_id: UUID, domain: str) -> None:
        """End an organization's proof of a domain, which leads nobody to its provider any more. Raises NotFound."""
        async with self._database.tenant(organization_id) as db:
            row = (await sign_ins.proven_domains(db)).get(domain)
            if row is None:
                raise NotFound(f"{domain} is not proven by this organization")
            await db.delete(row)

    async def _holder(self, domain: str) -> DomainHolder | None:
        async with self._database.unscoped() as db:
            return await sign_ins.domain_holder(db, domain)

    async def _give(
        self, organization_id: UUID, domain: str, proof: Proof, holder: DomainHolder | None, now: datetime
    ) -> None:
        if holder:
            async with self._database.tenant(holder.organization_id) as db:
                await db.execute(sa.delete(ProvenDomain).where(col(ProvenDomain.id) == holder.id))
        proven = ProvenDomain(
            organization_id=organization_id, id=uuid7(), domain=domain, proof=proof, created_at=now
        )
        try:
            async with self._database.tenant(organization_id) as db:
                db.add(proven)
        except IntegrityError as error:
            raise Conflict(f"another organization has just proven {domain}") from error


async def domains(db: AsyncSession, organization_id: UUID) -> list[SignInDomain]:
    """The domains of the organization's providers, in alphabetical order."""
    proven = await sign_ins.proven_domains(db)
    return sorted(
        (
            _sign_in_domain(provider, domain, organization_id, proven.get(domain))
            for provider in await sign_ins.providers(db)
            for domain in provider.domains
        ),
        key=lambda one: one.domain,
    )


def _sign_in_domain(
    provider: IdentityProvider, domain: str, organization_id: UUID, proven: ProvenDomain | None
) -> SignInDomain:
    return SignInDomain(
        domain=domain,
        provider_id=provider.id,
        proof=Proof(proven.proof) if proven else None,
        proven_at=proven.created_at if proven else None,
        record_name=f"_homeroom.{domain}",
        record_value=_record_value(organization_id),
    )


def _record_value(organization_id: UUID) -> str:
    return f"homeroom={organization_id}"


def _named(found: Sequence[SignInDomain], domain: str) -> SignInDomain:
    for one in found:
        if one.domain == domain:
            return one
    raise NotFound(
        f"none of your identity providers has the domain {domain}",
        next_step="Add the domain to the provider first.",
    )


def _gives_way(holder: DomainHolder, texts: Sequence[str]) -> bool:
    """Whether another proof replaces this one: its record is gone, or there was never one."""
    if holder.proof == Proof.DNS:
        return _record_value(holder.organization_id) not in texts
    return holder.proof == Proof.CLAIM
