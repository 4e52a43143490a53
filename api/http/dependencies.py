"""FastAPI dependencies of the routes, as annotated aliases: shared state, clock, caller, transaction, session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.authentication import identify
from api.http.state import State
from domain.people.access import Principal
from models.reading import Reading
from models.repositories import sessions
from models.session import Session
from services import visibility


# FastAPI runs a dependency that is no coroutine in a thread pool, which costs more than its work: all are async.
async def state(request: Request) -> State:
    shared: State = request.app.state.homeroom
    return shared


async def now() -> datetime:
    return datetime.now(UTC)


Shared = Annotated[State, Depends(state)]
Now = Annotated[datetime, Depends(now)]
TheCaller = Annotated[Principal, Depends(identify)]


async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction per request, scoped to the caller's organization."""
    who = await identify(request)
    async with (await state(request)).database.tenant(who.organization_id) as db:
        yield db


Work = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]


@asynccontextmanager
async def reading(request: Request, *, single: bool = False) -> AsyncIterator[Reading]:
    """A read-only connection scoped to the caller's organization, cheaper than `Work`. `single`: for one query.

    Routes enter it themselves, because FastAPI takes as long to enter a dependency as the database to read a row.
    """
    who = await identify(request)
    database = (await state(request)).database
    opened = database.single_reading if single else database.reading
    async with opened(who.organization_id) as db:
        yield db


async def visible_session(session_id: UUID, db: Work, who: TheCaller) -> Session:
    """The session in the path. Raises NotFound if it does not exist or the caller may not see it."""
    return await sessions.get_visible(db, session_id, who)


VisibleSession = Annotated[Session, Depends(visible_session, scope="function")]


async def visible_session_id(session_id: UUID, who: TheCaller, shared: Shared) -> UUID:
    """The id of the session in the path, checked as `VisibleSession` in a transaction that ends before the route runs.

    For routes whose work takes long and must not hold a database connection meanwhile.
    """
    await visibility.visible_session(shared.database, who, session_id)
    return session_id


VisibleSessionId = Annotated[UUID, Depends(visible_session_id)]
