"""HTTP clients for every role in a school: API keys for key roles, signed-in browsers for people."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx

from api.http.authentication import cookie_name
from domain.people.access import KEY_ROLES, AccessRole
from models.database import Database
from services.sign_in import start_browser_session
from tests.campus import Campus, School


@asynccontextmanager
async def callers(school: School) -> AsyncIterator[dict[AccessRole, httpx.AsyncClient]]:
    async with AsyncExitStack() as clients:
        by_role: dict[AccessRole, httpx.AsyncClient] = {}
        for role in KEY_ROLES:
            made = await school.post("/v1/keys", {"name": role, "role": role})
            by_role[role] = await clients.enter_async_context(school.campus.client(made["api_key"]))
        for role, kind in ((AccessRole.INSTRUCTOR, "instructor"), (AccessRole.GUARDIAN, "guardian")):
            person = UUID(school.ids[kind])
            by_role[role] = await clients.enter_async_context(
                await signed_in(school.campus, school.id, kind, person)
            )
        yield by_role


async def signed_in(campus: Campus, organization_id: UUID, kind: str, person: UUID) -> httpx.AsyncClient:
    """A browser in which the person is signed in."""
    async with (
        aclosing(Database(campus.database.application)) as database,
        database.tenant(organization_id) as db,
    ):
        token = await start_browser_session(db, organization_id, kind, person, "mail", datetime.now(UTC))
    browser = campus.client()
    browser.headers["Origin"] = campus.url
    browser.cookies.set(cookie_name(campus.app.state.homeroom), token)
    return browser
