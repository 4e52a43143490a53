"""Sign-in with an organization's identity provider (OpenID Connect)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from domain.errors import NotFound, SignInRefused
from integrations.openid import AuthorizationState, OpenIdConnect, Provider
from models.access import IdentityProvider
from models.database import Database
from models.repositories import organizations, sign_ins
from services.sign_in import SignIn, sign_in_person
from services.sign_in_bindings import SignInBindings
from signing.sealing import Sealer, Unsealable

FLOW_TTL = timedelta(minutes=15)


@dataclass(frozen=True)
class ProviderChoice:
    """A provider that people of an email domain can sign in with."""

    id: UUID
    organization: str
    host: str


class OpenIdSignIn:
    def __init__(self, database: Database, openid: OpenIdConnect, secrets: Sealer, flows: Sealer) -> None:
        """`secrets` seals the providers' client secrets; `flows` seals the cookie of a sign-in in progress."""
        self._database = database
        self._openid = openid
        self._secrets = secrets
        self._flows = flows
        self._bindings = SignInBindings(database)

    async def choices(self, domain: str) -> list[ProviderChoice]:
        """The providers of an email domain."""
        async with self._database.unscoped() as db:
            providers = await sign_ins.providers_of_domain(db, domain)
        choices = []
        for key, tenant in providers:
            async with self._database.tenant(tenant) as db:
                row = await sign_ins.provider(db, key)
                organization = await organizations.get_organization(db)
            if row and organization:
                choices.append(ProviderChoice(key, organization.name, urlsplit(row.issuer).netloc))
        return choices

    async def begin(self, key: UUID, domain: str, path: str | None, hint: str) -> tuple[str, str]:
        """Start a sign-in: the URL to redirect to, and the cookie to set.

        Raises NotFound, ProviderUnusable, Unavailable.
        """
        async with self._database.unscoped() as db:
            tenants = dict(await sign_ins.providers_of_domain(db, domain))
        if key not in tenants:
            raise NotFound("there is no such identity provider", next_step="Start again on the sign-in page.")
        row = await self._row(tenants[key], key)
        url, flow = await self._openid.begin(self._provider(row), hint)
        state = {
            "provider": str(key),
            "organization": str(row.organization_id),
            "next": path,
            "flow": [flow.state, flow.nonce, flow.verifier],
        }
        return url, self._flows.seal(json.dumps(state))

    async def finish(
        self, cookie: str, state: str, code: str, issuer: str | None, now: datetime
    ) -> tuple[SignIn, str | None]:
        """Finish a sign-in; also returns the path that was requested first.

        Raises SignInRefused, ProviderUnusable, Unavailable.
        """
        try:
            begun = json.loads(self._flows.open(cookie, max_age=FLOW_TTL))
        except Unsealable as error:
            raise SignInRefused("this sign-in started in another browser or too long ago") from error
        flow = AuthorizationState(*begun["flow"])
        if state != flow.state:
            raise SignInRefused("this sign-in started in another browser")
        tenant = UUID(begun["organization"])
        row = await self._row(tenant, UUID(begun["provider"]))
        account = await self._openid.finish(self._provider(row), flow, code, issuer, now)
        kind, person_id = await self._bindings.person(row, account, now)
        return await sign_in_person(self._database, tenant, kind, person_id, "oidc", now), begun["next"]

    async def _row(self, tenant: UUID, key: UUID) -> IdentityProvider:
        async with self._database.tenant(tenant) as db:
            row = await sign_ins.provider(db, key)
        if row is None or row.retired_at is not None:
            raise SignInRefused("this identity provider is no longer in use")
        return row

    def _provider(self, row: IdentityProvider) -> Provider:
        try:
            secret = self._secrets.open(row.client_secret)
        except Unsealable as error:
            raise SignInRefused(
                "the provider's client secret can no longer be read",
                next_step="An admin needs to enter it again because the deployment's secrets have changed.",
            ) from error
        return Provider(row.issuer, row.client_id, secret)
