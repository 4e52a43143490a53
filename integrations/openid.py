"""OpenID Connect: signing in with an organization's own accounts, by authorization code with PKCE, state and nonce.

Authlib speaks OAuth and checks the claims, joserfc the signature.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from domain.errors import InvalidInput, ProviderUnusable, SignInRefused, Unavailable
from integrations.egress_guard import refuse_inside

# Signed by a key that the provider alone has: nothing that the client secret, or nobody, could sign.
_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SCOPE = "openid email"
_LEEWAY = 60  # seconds that two clocks may differ
_LARGEST = 256 * 1024  # bytes of a description or a set of keys
_TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Provider:
    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Flow:
    """What ties the provider's answer to the browser that went there."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class _Description:
    """What is used of the provider's metadata."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    secret_in_header: bool
    tells_issuer: bool  # in its answer (RFC 9207)


class OpenIdConnect:
    def __init__(self, redirect_uri: str, *, local: bool) -> None:
        """`local`: providers on the same machine, without TLS, are taken."""
        self.redirect_uri = redirect_uri
        self._local = local

    async def check(self, issuer: str) -> None:
        """Raises ProviderUnusable where nobody could sign in with it."""
        try:
            description = await self._describe(issuer)
            await self._keys(description)
        except Unavailable as error:
            raise ProviderUnusable(error.detail) from error

    async def begin(self, provider: Provider, hint: str = "") -> tuple[str, Flow]:
        """Where to send the browser, and what it keeps. Raises ProviderUnusable, Unavailable."""
        description = await self._describe(provider.issuer)
        flow = Flow(*(secrets.token_urlsafe(32) for _ in range(3)))
        async with self._client(provider, description) as client:
            url, _ = client.create_authorization_url(
                description.authorization_endpoint,
                state=flow.state,
                code_verifier=flow.verifier,
                nonce=flow.nonce,
                **({"login_hint": hint} if hint else {}),
            )
        return url, flow

    async def finish(
        self, provider: Provider, flow: Flow, code: str, told_issuer: str | None, now: datetime
    ) -> str:
        """The verified mail address of who signed in. Raises SignInRefused, ProviderUnusable, Unavailable."""
        description = await self._describe(provider.issuer)
        if told_issuer != description.issuer and (told_issuer is not None or description.tells_issuer):
            raise SignInRefused("the answer comes from another provider")
        token = await self._redeem(provider, description, flow, code)
        claims = await self._verified(provider, description, flow, token, now)
        return _verified_address(claims, await self._userinfo(description, claims, token))

    async def _redeem(
        self, provider: Provider, description: _Description, flow: Flow, code: str
    ) -> dict[str, Any]:
        async with self._client(provider, description) as client:
            try:
                token = await client.fetch_token(
                    description.token_endpoint, code=code, code_verifier=flow.verifier
                )
            except OAuthError as error:
                raise SignInRefused("the provider rejected the code") from error
            except httpx2.HTTPError as error:
                raise Unavailable("the identity provider isn't responding") from error
            except ValueError as error:
                raise SignInRefused("the provider's answer can't be read") from error
        if not isinstance(token.get("id_token"), str):
            raise SignInRefused("the provider sent no ID token")
        return dict(token)

    async def _verified(
        self,
        provider: Provider,
        description: _Description,
        flow: Flow,
        token: dict[str, Any],
        now: datetime,
    ) -> CodeIDToken:
        keys = await self._keys(description)
        try:
            signed = jwt.decode(token["id_token"], keys, algorithms=list(description.algorithms))
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": description.issuer},
                    "aud": {"essential": True, "value": provider.client_id},
                    "nonce": {"essential": True, "value": flow.nonce},
                },
                {
                    "nonce": flow.nonce,
                    "client_id": provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInRefused("the provider's ID token isn't valid") from error
        return claims

    async def _userinfo(
        self, description: _Description, claims: CodeIDToken, token: dict[str, Any]
    ) -> dict[str, Any]:
        """Of the same person; asked for where the ID token does not say the address."""
        if "email" in claims or not description.userinfo_endpoint:
            return {}
        bearer = {"Authorization": f"Bearer {token.get('access_token', '')}"}
        told = await self._json(description.userinfo_endpoint, bearer)
        return told if told.get("sub") == claims["sub"] else {}

    async def _describe(self, issuer: str) -> _Description:
        told = await self._json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise ProviderUnusable("the provider reports a different issuer")
        if "S256" not in told.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderUnusable("the provider doesn't support PKCE with S256")
        offered = told.get("id_token_signing_alg_values_supported", ["RS256"])
        algorithms = tuple(name for name in _SIGNED_BY if name in offered)
        if not algorithms:
            raise ProviderUnusable(
                "the provider signs its ID tokens with an algorithm that isn't trusted here"
            )
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        userinfo = told.get("userinfo_endpoint")
        return _Description(
            issuer=issuer,
            authorization_endpoint=await self._endpoint(told, "authorization_endpoint"),
            token_endpoint=await self._endpoint(told, "token_endpoint"),
            jwks_uri=await self._endpoint(told, "jwks_uri"),
            userinfo_endpoint=userinfo if isinstance(userinfo, str) else None,
            algorithms=algorithms,
            secret_in_header="client_secret_basic" in methods,
            tells_issuer=told.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _endpoint(self, told: dict[str, Any], name: str) -> str:
        url = told.get(name)
        if not isinstance(url, str):
            raise ProviderUnusable(f"the provider's description has no {name}")
        await self._refuse_inside(url, name)
        return url

    async def _refuse_inside(self, url: str, what: str) -> None:
        try:
            await refuse_inside(url, local=self._local)
        except InvalidInput as error:
            raise ProviderUnusable(f"{what}: {error.detail}") from error

    async def _keys(self, description: _Description) -> KeySet:
        try:
            return KeySet.import_key_set(await self._json(description.jwks_uri))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderUnusable("the provider's keys can't be read") from error

    async def _json(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Of a small document; redirects are not followed, since they may lead inside."""
        await self._refuse_inside(url, "issuer")
        body = b""
        try:
            async with (
                httpx2.AsyncClient(timeout=_TIMEOUT) as client,
                client.stream("GET", url, headers=headers) as answer,
            ):
                status = answer.status_code
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST:
                        raise ProviderUnusable(f"{url} is too large")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Unavailable(f"{url} isn't responding") from error
        if status >= 500:
            raise Unavailable(f"{url} responded with {status}")
        if status != 200:
            raise ProviderUnusable(f"{url} responded with {status}")
        try:
            told = json.loads(body)
        except ValueError as error:
            raise ProviderUnusable(f"{url} isn't JSON") from error
        if not isinstance(told, dict):
            raise ProviderUnusable(f"{url} isn't a JSON object")
        return told

    def _client(self, provider: Provider, description: _Description) -> Any:
        return AsyncOAuth2Client(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method="client_secret_basic"
            if description.secret_in_header
            else "client_secret_post",
            scope=_SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )


def _verified_address(claims: CodeIDToken, userinfo: dict[str, Any]) -> str:
    """Raises SignInRefused. Some providers write the boolean as text."""
    told = claims if "email" in claims else userinfo
    address = told.get("email")
    if not isinstance(address, str) or "@" not in address:
        raise SignInRefused("the provider didn't share your email address")
    if told.get("email_verified") is not True and str(told.get("email_verified")).lower() != "true":
        raise SignInRefused(
            "the provider hasn't verified your email address",
            next_step="Confirm your address with your organization's accounts, then sign in again.",
        )
    return address
