"""What routes ask for, as annotated aliases."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from domain.errors import NotAllowed, NotAuthenticated
from models.repositories import organizations, sessions

_bearer = HTTPBearer(auto_error=False)


@dataclass(frozen=True)
class Caller:
    """Who asks: an API key of an organization."""

    organization_id: UUID
    actor: str  # id for the record: "key:<id>"


def state(request: Request) -> State:
    found: State = request.app.state.homeroom
    return found


def now() -> datetime:
    return datetime.now(UTC)


Shared = Annotated[State, Depends(state)]
Now = Annotated[datetime, Depends(now)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def operator(bearer: Bearer, shared: Shared) -> None:
    """The operator of the deployment: may make organizations."""
    wanted = shared.settings.admin_token.get_secret_value()
    if bearer is None:
        raise NotAuthenticated
    if not hmac.compare_digest(hash_secret(bearer.credentials), hash_secret(wanted)):
        raise NotAllowed("this is not the operator's token")


async def caller(bearer: Bearer, shared: Shared) -> Caller:
    """A key reads `hr_<prefix>_<secret>`."""
    if bearer is None:
        raise NotAuthenticated
    parts = bearer.credentials.split("_", 2)
    if len(parts) != 3 or parts[0] != "hr":
        raise NotAuthenticated("this is not an API key")
    async with shared.database.unscoped() as db:
        key = await organizations.key_by_prefix(db, parts[1])
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(parts[2])):
        raise NotAuthenticated("this API key is not known", next_step="Use a key that is not revoked.")
    return Caller(key.organization_id, f"key:{key.key_id}")


TheCaller = Annotated[Caller, Depends(caller)]


async def unit_of_work(who: TheCaller, shared: Shared) -> AsyncIterator[AsyncSession]:
    """One transaction per request, in the caller's tenant."""
    async with shared.database.tenant(who.organization_id) as db:
        yield db


async def own_session(session_id: UUID, who: TheCaller, shared: Shared) -> UUID:
    """The session in the path, of the caller's tenant. Raises NotFound.

    Its transaction is over when the route begins: a command waits for a workflow, and must not hold a connection.
    """
    async with shared.database.tenant(who.organization_id) as db:
        await sessions.get_session(db, session_id)
    return session_id


OwnSession = Annotated[UUID, Depends(own_session)]
Work = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]
