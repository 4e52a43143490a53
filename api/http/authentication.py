"""Authentication by API key or session cookie, and the permission check of a route.

The API takes keys and cookies, pages take cookies only: what a key may not read under `/v1`, it reads nowhere.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Depends, Request
from starlette.types import Scope
from structlog.contextvars import bind_contextvars

from api.http.state import State
from domain.errors import NotAllowed, NotAuthenticated
from domain.people.access import Permission, Principal
from models.authorship import authorship
from models.repositories import organizations, sign_ins
from signing.hashing import hash_secret

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_NO_HASH = "-" * 64
_LAST_USE_PRECISION = timedelta(minutes=1)  # saves a write on most requests


def cookie_name(state: State) -> str:
    """The session cookie's name. Over TLS, `__Host-` makes browsers accept it from this host only."""
    return "__Host-homeroom" if state.settings.over_tls else "homeroom"


Authenticate = Callable[[Request], Awaitable[Principal]]


async def authenticate(request: Request) -> Principal:
    """The caller of the API, looked up anew, by API key or by the cookie of a signed-in browser.

    Raises NotAuthenticated, NotAllowed for a request from another site.
    """
    if (token := _bearer(request)) is not None:
        return await _principal_of_key(request.app.state.homeroom, token)
    return await authenticate_browser(request)


async def authenticate_browser(request: Request) -> Principal:
    """The person behind a request to a page, looked up anew, by cookie only; API keys do not open pages.

    Raises NotAuthenticated, NotAllowed for a request from another site.
    """
    shared: State = request.app.state.homeroom
    cookie = request.cookies.get(cookie_name(shared))
    if not cookie:
        raise NotAuthenticated
    require_same_origin(request)
    return await _principal_of_cookie(shared, cookie)


async def identify(request: Request) -> Principal:
    """The caller of the API, looked up once per request.

    Raises NotAuthenticated, NotAllowed for a request from another site, RateLimited.
    """
    return await _identified(request, authenticate)


async def identify_browser(request: Request) -> Principal:
    """The person behind a request to a page, looked up once per request.

    Raises NotAuthenticated, NotAllowed for a request from another site, RateLimited.
    """
    return await _identified(request, authenticate_browser)


async def _identified(request: Request, authenticate: Authenticate) -> Principal:
    cached: Principal | None = getattr(request.state, "principal", None)
    if cached is not None:
        return cached
    shared: State = request.app.state.homeroom
    principal = await authenticate(request)
    request.state.accepted = True
    author = authorship.get()
    author.actor = principal.actor
    bind_contextvars(actor=principal.actor)
    limit = await shared.limiter.hit(principal.actor)
    request.state.rate_headers = limit.headers
    limit.raise_if_exceeded()
    request.state.principal = principal
    return principal


def was_accepted(scope: Scope) -> bool:
    """Whether the key, token or cookie of a request was looked up and is right."""
    return bool(scope.get("state", {}).get("accepted"))


async def person_or_none(request: Request) -> Principal | None:
    """The person behind a request to a page, or None without a valid cookie. Raises NotAllowed, RateLimited."""
    try:
        return await identify_browser(request)
    except NotAuthenticated:
        return None


async def _principal_of_key(shared: State, token: str) -> Principal:
    """The principal of an API key, `hr_<prefix>_<secret>`. Raises NotAuthenticated."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "hr":
        raise NotAuthenticated("this is not an API key")
    async with shared.database.lookup() as db:
        key = await organizations.key_by_prefix(db, parts[1])
    expected = key.secret_hash if key else _NO_HASH  # as much work as for a key that is there
    if not hmac.compare_digest(expected, hash_secret(parts[2])) or key is None:
        raise NotAuthenticated("this API key is unknown", next_step="Use a key that hasn't been revoked.")
    now = datetime.now(UTC)
    if key.expires_at and key.expires_at <= now:
        raise NotAuthenticated("this API key has expired", next_step="Ask an admin for a new one.")
    if key.last_used_at is None or now - key.last_used_at > _LAST_USE_PRECISION:
        async with shared.database.tenant(key.organization_id) as db:
            await organizations.mark_key_used(db, key.key_id, now)
    scopes = frozenset(Permission(scope) for scope in key.scopes) or None
    return Principal(key.organization_id, key.role, f"key:{key.key_id}", scopes=scopes)


async def _principal_of_cookie(shared: State, cookie: str) -> Principal:
    """The principal of a session cookie. Raises NotAuthenticated."""
    now = datetime.now(UTC)
    async with shared.database.lookup() as db:
        holder = await sign_ins.holder_of(db, hash_secret(cookie), now)
    if holder is None:
        raise NotAuthenticated("you are signed out", next_step="Sign in again.")
    if now - holder.last_seen_at > _LAST_USE_PRECISION:
        async with shared.database.tenant(holder.organization_id) as db:
            await sign_ins.mark_seen(db, holder.id, now)
    actor = f"{holder.subject_kind}:{holder.subject_id}" if holder.subject_id else holder.subject_kind
    return Principal(holder.organization_id, holder.role, actor, person_id=holder.subject_id)


def require_same_origin(request: Request) -> None:
    """Protect against CSRF: a request that changes something must come from one of our own pages.

    Browsers send the origin themselves; scripts cannot forge it. Raises NotAllowed.
    Source: the Fetch Metadata defence of the OWASP cheat sheet on CSRF.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        same_origin = site == "same-origin"
    else:
        shared: State = request.app.state.homeroom
        own_origins = {shared.settings.public_url.rstrip("/"), str(request.base_url).rstrip("/")}
        same_origin = request.headers.get("origin", "").rstrip("/") in own_origins
    if not same_origin:
        raise NotAllowed(
            "this request came from another site", next_step="Send it from Homeroom's own pages."
        )


def _bearer(request: Request) -> str | None:
    """The bearer token of the Authorization header; None without the header or with another scheme."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


async def operator(request: Request) -> None:
    """A dependency that admits only the operator of the deployment. Raises NotAuthenticated, NotAllowed."""
    shared: State = request.app.state.homeroom
    token = _bearer(request)
    if not token:
        raise NotAuthenticated
    expected = shared.settings.admin_token.get_secret_value()
    if not hmac.compare_digest(hash_secret(token), hash_secret(expected)):
        raise NotAllowed("this is not the operator's token")
    request.state.accepted = True
    authorship.get().actor = "operator"


class Needs:
    """A dependency that admits callers with `permission`; the OpenAPI description reads it from the routes."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> None:
        self.check(await identify(request))

    def check(self, principal: Principal) -> None:
        """Raises NotAllowed if the principal lacks the permission."""
        if not principal.may(self.permission):
            raise NotAllowed(
                f"this needs the permission {self.permission}",
                next_step="Ask an admin of your organization for a role or a key that has it.",
            )


def needs(permission: Permission) -> Any:
    """The permission check as a dependency: `dependencies=[needs(Permission.KEYS_MANAGE)]`."""
    return Depends(Needs(permission))
