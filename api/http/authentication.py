"""Who asks, and whether they may."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from structlog.contextvars import bind_contextvars

from api.http.rate_limits import refuse
from api.http.state import State
from domain.errors import NotAllowed, NotAuthenticated
from domain.people.access import Permission, Principal
from models.authorship import authorship
from models.repositories import organizations, sign_ins
from signing.hashing import hash_secret

_SAFE = ("GET", "HEAD", "OPTIONS")
_NOTED_EVERY = timedelta(minutes=1)


def cookie_name(state: State) -> str:
    """The prefix makes browsers refuse it from anywhere but this very host over TLS."""
    return "__Host-homeroom" if state.settings.over_tls else "homeroom"


async def identify(request: Request) -> Principal:
    """By API key or by the cookie of a signed-in browser; looked up once per request.

    Raises NotAuthenticated, NotAllowed for a form of another site, RateLimited.
    """
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    shared: State = request.app.state.homeroom
    if (token := _bearer(request)) is not None:
        principal = await _of_key(shared, token)
    elif cookie := request.cookies.get(cookie_name(shared)):
        require_same_origin(request)
        principal = await _of_cookie(shared, cookie)
    else:
        raise NotAuthenticated
    author = authorship.get()
    author.actor = principal.actor
    bind_contextvars(actor=principal.actor)
    standing = await shared.limiter.hit(principal.actor)
    request.state.rate_headers = standing.headers
    refuse(standing)
    request.state.principal = principal
    return principal


async def known(request: Request) -> Principal | None:
    """None for somebody who is not signed in and has no key. Raises NotAllowed, RateLimited."""
    try:
        return await identify(request)
    except NotAuthenticated:
        return None


async def _of_key(shared: State, token: str) -> Principal:
    """A key reads `hr_<prefix>_<secret>`."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "hr":
        raise NotAuthenticated("this is not an API key")
    async with shared.database.lookup() as db:
        key = await organizations.key_by_prefix(db, parts[1])
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(parts[2])):
        raise NotAuthenticated("this API key is unknown", next_step="Use a key that hasn't been revoked.")
    now = datetime.now(UTC)
    if key.expires_at and key.expires_at <= now:
        raise NotAuthenticated("this API key has expired", next_step="Ask an admin for a new one.")
    if key.last_used_at is None or now - key.last_used_at > _NOTED_EVERY:
        async with shared.database.tenant(key.organization_id) as db:
            await organizations.key_was_used(db, key.key_id, now)
    scopes = frozenset(Permission(scope) for scope in key.scopes) or None
    return Principal(key.organization_id, key.role, f"key:{key.key_id}", scopes=scopes)


async def _of_cookie(shared: State, cookie: str) -> Principal:
    now = datetime.now(UTC)
    async with shared.database.lookup() as db:
        holder = await sign_ins.holder_of(db, hash_secret(cookie), now)
    if holder is None:
        raise NotAuthenticated("you are signed out", next_step="Sign in again.")
    if now - holder.last_seen_at > _NOTED_EVERY:
        async with shared.database.tenant(holder.organization_id) as db:
            await sign_ins.saw(db, holder.id, now)
    actor = f"{holder.subject_kind}:{holder.subject_id}" if holder.subject_id else holder.subject_kind
    return Principal(holder.organization_id, holder.role, actor, person_id=holder.subject_id)


def require_same_origin(request: Request) -> None:
    """What changes something comes from our own pages: browsers say where a request is from, and cannot lie.

    Raises NotAllowed. Source: the Fetch Metadata defence of the OWASP cheat sheet on CSRF.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site == "same-origin"
    else:
        shared: State = request.app.state.homeroom
        wanted = {shared.settings.public_url.rstrip("/"), str(request.base_url).rstrip("/")}
        own = request.headers.get("origin", "").rstrip("/") in wanted
    if not own:
        raise NotAllowed(
            "this request came from another site", next_step="Send it from Homeroom's own pages."
        )


def _bearer(request: Request) -> str | None:
    """The token of the Authorization header; None where it is of another scheme."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


async def operator(request: Request) -> None:
    """The operator of the deployment: may make organizations."""
    shared: State = request.app.state.homeroom
    token = _bearer(request)
    if not token:
        raise NotAuthenticated
    wanted = shared.settings.admin_token.get_secret_value()
    if not hmac.compare_digest(hash_secret(token), hash_secret(wanted)):
        raise NotAllowed("this is not the operator's token")
    authorship.get().actor = "operator"


ThePrincipal = Annotated[Principal, Depends(identify)]


class Needs:
    """A dependency that lets in who has the permission. Tests read `permission` off the routes."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> None:
        self.check(await identify(request))

    def check(self, who: Principal) -> None:
        """Raises NotAllowed."""
        if not who.may(self.permission):
            raise NotAllowed(
                f"this needs the permission {self.permission}",
                next_step="Ask an admin of your organization for a role or a key that has it.",
            )


def needs(permission: Permission) -> Any:
    """For `dependencies=[needs(…)]` of a route."""
    return Depends(Needs(permission))
