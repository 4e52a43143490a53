"""OpenID Connect client: authorization code flow with PKCE, state and nonce.

Authlib implements OAuth and validates the claims, joserfc verifies the signature.
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
from integrations.egress_guard import ResponseTooLargeError, outside_transport, require_public_url

# Asymmetric algorithms only: HMAC would let anyone with the client secret sign, "none" anyone at all.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SCOPE = "openid email"
_LEEWAY = 60  # seconds by which two clocks may differ
_TIMEOUT = 10  # seconds
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the libraries raise for documents in shapes that no provider sends."""
_MAX_SUBJECT = 255  # characters, by the standard


@dataclass(frozen=True)
class Provider:
    """An identity provider and our registration with it."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class OpenIdAccount:
    """Who signed in at a provider."""

    issuer: str
    subject: str  # with the issuer, names the account for ever
    address: str | None  # mail address; it may change, or be given to somebody else
    verified: bool | None  # whether the provider has verified the address; None: it does not say


@dataclass(frozen=True)
class AuthorizationState:
    """State, nonce and PKCE verifier, which tie the provider's response to the browser that started the sign-in."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class _ProviderMetadata:
    """The fields used of the provider's metadata document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    secret_in_header: bool
    sends_issuer: bool  # in the authorization response (RFC 9207)


class OpenIdConnect:
    """Signs people in with any OpenID provider."""

    def __init__(self, redirect_uri: str, *, local: bool) -> None:
        """With `local`, providers in private networks and without TLS are accepted."""
        self.redirect_uri = redirect_uri
        self._local = local

    async def check(self, issuer: str) -> None:
        """Reads a provider's metadata and keys. Raises ProviderUnusable if nobody could sign in with it."""
        try:
            metadata = await self._discover(issuer)
            await self._keys(metadata)
        except Unavailable as error:
            raise ProviderUnusable(error.detail) from error

    async def begin(self, provider: Provider, hint: str = "") -> tuple[str, AuthorizationState]:
        """The authorization URL for the browser, and the state to keep until it returns.

        Raises ProviderUnusable or Unavailable.
        """
        metadata = await self._discover(provider.issuer)
        state = AuthorizationState(*(secrets.token_urlsafe(32) for _ in range(3)))
        async with self._client(provider, metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=state.state,
                code_verifier=state.verifier,
                nonce=state.nonce,
                **({"login_hint": hint} if hint else {}),
            )
        return url, state

    async def finish(
        self,
        provider: Provider,
        state: AuthorizationState,
        code: str,
        response_issuer: str | None,
        now: datetime,
    ) -> OpenIdAccount:
        """Redeems the code; returns the account of the person who signed in.

        `response_issuer` is the `iss` parameter of the authorization response, if there was one. Raises SignInRefused,
        ProviderUnusable or Unavailable.
        """
        metadata = await self._discover(provider.issuer)
        if response_issuer != metadata.issuer and (response_issuer is not None or metadata.sends_issuer):
            raise SignInRefused("the answer comes from another provider")
        token = await self._exchange_code(provider, metadata, state, code)
        claims = await self._verified_claims(provider, metadata, state, token, now)
        return _account(metadata.issuer, claims, await self._userinfo(metadata, claims, token))

    async def _exchange_code(
        self, provider: Provider, metadata: _ProviderMetadata, state: AuthorizationState, code: str
    ) -> dict[str, Any]:
        async with self._client(provider, metadata) as client:
            try:
                token = await client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=state.verifier
                )
            except OAuthError as error:
                raise SignInRefused("the provider rejected the code") from error
            except httpx2.HTTPError as error:
                raise Unavailable("the identity provider isn't responding") from error
            except InvalidInput as error:
                raise ProviderUnusable(f"token_endpoint: {error.detail}") from error
            except _UNREADABLE as error:
                raise SignInRefused("the provider's answer can't be read") from error
        if not isinstance(token.get("id_token"), str):
            raise SignInRefused("the provider sent no ID token")
        return dict(token)

    async def _verified_claims(
        self,
        provider: Provider,
        metadata: _ProviderMetadata,
        state: AuthorizationState,
        token: dict[str, Any],
        now: datetime,
    ) -> CodeIDToken:
        keys = await self._keys(metadata)
        try:
            signed = jwt.decode(token["id_token"], keys, algorithms=list(metadata.algorithms))
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": provider.client_id},
                    "nonce": {"essential": True, "value": state.nonce},
                },
                {
                    "nonce": state.nonce,
                    "client_id": provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        except _UNREADABLE as error:
            raise SignInRefused("the provider's ID token isn't valid") from error
        return claims

    async def _userinfo(
        self, metadata: _ProviderMetadata, claims: CodeIDToken, token: dict[str, Any]
    ) -> dict[str, Any]:
        """The userinfo claims of the same person; requested only if the ID token has no mail address."""
        if "email" in claims or not metadata.userinfo_endpoint:
            return {}
        bearer = {"Authorization": f"Bearer {token.get('access_token', '')}"}
        document = await self._json(metadata.userinfo_endpoint, bearer)
        return document if document.get("sub") == claims["sub"] else {}

    async def _discover(self, issuer: str) -> _ProviderMetadata:
        document = await self._json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != issuer:
            raise ProviderUnusable("the provider reports a different issuer")
        if "S256" not in _names(document, "code_challenge_methods_supported", "S256"):
            raise ProviderUnusable("the provider doesn't support PKCE with S256")
        offered = _names(document, "id_token_signing_alg_values_supported", "RS256")
        algorithms = tuple(name for name in _ALGORITHMS if name in offered)
        if not algorithms:
            raise ProviderUnusable(
                "the provider signs its ID tokens with an algorithm that isn't trusted here"
            )
        methods = _names(document, "token_endpoint_auth_methods_supported", "client_secret_basic")
        userinfo = document.get("userinfo_endpoint")
        return _ProviderMetadata(
            issuer=issuer,
            authorization_endpoint=await self._endpoint(document, "authorization_endpoint"),
            token_endpoint=await self._endpoint(document, "token_endpoint"),
            jwks_uri=await self._endpoint(document, "jwks_uri"),
            userinfo_endpoint=userinfo if isinstance(userinfo, str) else None,
            algorithms=algorithms,
            secret_in_header="client_secret_basic" in methods,
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _endpoint(self, document: dict[str, Any], name: str) -> str:
        url = document.get(name)
        if not isinstance(url, str):
            raise ProviderUnusable(f"the provider's description has no {name}")
        await self._require_public_url(url, name)
        return url

    async def _require_public_url(self, url: str, what: str) -> None:
        try:
            await require_public_url(url, local=self._local)
        except InvalidInput as error:
            raise ProviderUnusable(f"{what}: {error.detail}") from error

    async def _keys(self, metadata: _ProviderMetadata) -> KeySet:
        try:
            return KeySet.import_key_set(await self._json(metadata.jwks_uri))  # type: ignore[arg-type]
        except _UNREADABLE as error:
            raise ProviderUnusable("the provider's keys can't be read") from error

    async def _json(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Fetches a small JSON object. Redirects are not followed, since they may lead into a private network."""
        await self._require_public_url(url, "issuer")
        try:
            async with httpx2.AsyncClient(
                transport=outside_transport(local=self._local), trust_env=False, timeout=_TIMEOUT
            ) as client:
                answer = await client.get(url, headers=headers)
        except ResponseTooLargeError as error:
            raise ProviderUnusable(f"{url} is too large") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Unavailable(f"{url} isn't responding") from error
        except InvalidInput as error:
            raise ProviderUnusable(f"{url}: {error.detail}") from error
        if (status := answer.status_code) >= 500:
            raise Unavailable(f"{url} responded with {status}")
        if status != 200:
            raise ProviderUnusable(f"{url} responded with {status}")
        try:
            document = json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise ProviderUnusable(f"{url} isn't JSON") from error
        if not isinstance(document, dict):
            raise ProviderUnusable(f"{url} isn't a JSON object")
        return document

    def _client(self, provider: Provider, metadata: _ProviderMetadata) -> Any:
        return AsyncOAuth2Client(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method="client_secret_basic"
            if metadata.secret_in_header
            else "client_secret_post",
            scope=_SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            transport=outside_transport(local=self._local),
            trust_env=False,
            timeout=_TIMEOUT,
        )


def _names(document: dict[str, Any], name: str, default: str) -> list[str]:
    """The values of a list in a provider's metadata. Raises ProviderUnusable for anything but a list."""
    values = [default] if (given := document.get(name)) is None else given
    if not isinstance(values, list):
        raise ProviderUnusable(f"{name} in the provider's description isn't a list")
    return [value for value in values if isinstance(value, str)]


def _account(issuer: str, claims: CodeIDToken, userinfo: dict[str, Any]) -> OpenIdAccount:
    """The account that the claims describe. Raises SignInRefused without a subject."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT or not subject.isprintable():
        raise SignInRefused("the provider's ID token isn't valid")
    source = claims if "email" in claims else userinfo
    address = source.get("email")
    if not isinstance(address, str) or "@" not in address or not address.isprintable():
        return OpenIdAccount(issuer, subject, None, None)
    return OpenIdAccount(issuer, subject, address, _is_verified(source.get("email_verified")))


def _is_verified(claim: object) -> bool | None:
    """Some providers write `email_verified` as text, some leave it out."""
    return None if claim in (None, "") else str(claim).lower() == "true"
