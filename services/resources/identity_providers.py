"""The resource of identity providers, with which an organization's people sign in."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict
from domain.people.access import Permission
from models.access import IdentityProvider
from models.repositories import sign_ins
from services.inputs.access import IdentityProviderChange, NewIdentityProvider
from services.inputs.fields import Schema
from services.resources.resource import Outside, Resource


class CheckedProvider(NewIdentityProvider):
    """A provider whose configuration was checked and whose client secret is sealed."""


class CheckedChange(IdentityProviderChange):
    """A change whose issuer was checked and whose client secret is sealed."""


class IdentityProviders(Resource[IdentityProvider]):
    name, table = "identity provider", IdentityProvider
    new, change = NewIdentityProvider, IdentityProviderChange
    read, write = Permission.MEMBERS_MANAGE, Permission.MEMBERS_MANAGE
    sorts = ("created_at", "issuer")
    filters: ClassVar = {"issuer": str}
    searched = ("issuer",)

    async def admit(self, outside: Outside, new_or_change: Schema) -> Schema:
        """Check the provider's configuration and seal its client secret. Raises ProviderUnusable with the reason."""
        given = new_or_change.model_dump(exclude_unset=True)
        if "issuer" in given:
            await outside.openid.check(given["issuer"])
        if "client_secret" in given:
            given["client_secret"] = outside.client_secrets.seal(given["client_secret"])
        checked = CheckedProvider if isinstance(new_or_change, NewIdentityProvider) else CheckedChange
        return checked.model_construct(_fields_set=set(given), **given)

    async def make(
        self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> IdentityProvider:
        assert isinstance(new, CheckedProvider), "a client secret is sealed before it is written"
        await _refuse_taken(db, new.domains, key)
        return await super().make(db, tenant, key, new, now)

    async def relate(self, db: AsyncSession, row: IdentityProvider, change: Schema, now: datetime) -> None:
        assert isinstance(change, CheckedChange), "a client secret is sealed before it is written"
        if "domains" in change.model_fields_set:
            await _refuse_taken(db, change.domains, row.id)

    async def restore(self, db: AsyncSession, key: UUID, now: datetime) -> IdentityProvider:
        await _refuse_taken(db, (await self._locked(db, key, None)).domains, key)
        return await super().restore(db, key, now)


async def _refuse_taken(db: AsyncSession, domains: Sequence[str], key: UUID) -> None:
    """Refuse domains of another provider of the organization: a domain leads to one. Raises Conflict."""
    for domain in sorted(domains):
        await sign_ins.claim_domain(db, domain)
    for other in await sign_ins.providers(db):
        if other.id != key and (taken := sorted(set(other.domains) & set(domains))):
            raise Conflict(
                f"people at {taken[0]} already sign in with another provider",
                next_step="Leave the domain out, or retire the other provider first.",
            )
