"""What routes ask for, as annotated aliases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.authentication import ThePrincipal, identify
from api.http.state import State
from models.reading import Reading
from models.repositories import sessions
from models.session import Session
from services.visibility import visible_session


# A dependency that is no coroutine is run by a thread of the pool, which costs more than most of them do.
async def state(request: Request) -> State:
    found: State = request.app.state.homeroom
    return found


async def now() -> datetime:
    return datetime.now(UTC)


Shared = Annotated[State, Depends(state)]
Now = Annotated[datetime, Depends(now)]
TheCaller = ThePrincipal


async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction per request, in the caller's tenant."""
    who = await identify(request)
    async with (await state(request)).database.tenant(who.organization_id) as db:
        yield db


Work = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]


@asynccontextmanager
async def reading(request: Request, *, single: bool = False) -> AsyncIterator[Reading]:
    """As `Work`, for a route that changes nothing and is asked often. `single`: it makes one query.

    Routes enter it themselves: the framework takes as long to enter a dependency as the database takes to read a row.
    """
    who = await identify(request)
    database = (await state(request)).database
    opened = database.single_reading if single else database.reading
    async with opened(who.organization_id) as db:
        yield db


async def seen_session(session_id: UUID, db: Work, who: TheCaller) -> Session:
    """The session in the path, where the caller may see it. Raises NotFound."""
    return await sessions.get_visible(db, session_id, who)


SeenSession = Annotated[Session, Depends(seen_session, scope="function")]


async def own_session(session_id: UUID, who: TheCaller, shared: Shared) -> UUID:
    """The id of a session the caller may see; no transaction is open when the route begins."""
    await visible_session(shared.database, who, session_id)
    return session_id


OwnSession = Annotated[UUID, Depends(own_session)]
