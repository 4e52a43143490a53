"""One caller of every role in a school: keys where keys may have it, signed-in browsers for people."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx

from api.http.authentication import cookie_name
from domain.people.access import KEY_ROLES, AccessRole
from models.database import Database
from services.sign_in import open_browser
from tests.campus import Campus, School


@asynccontextmanager
async def callers(school: School) -> AsyncIterator[dict[AccessRole, httpx.AsyncClient]]:
    async with AsyncExitStack() as clients:
        found: dict[AccessRole, httpx.AsyncClient] = {}
        for role in KEY_ROLES:
            made = await school.post("/v1/keys", {"name": role, "role": role})
            found[role] = await clients.enter_async_context(school.campus.client(made["api_key"]))
        for role, kind in ((AccessRole.INSTRUCTOR, "instructor"), (AccessRole.GUARDIAN, "guardian")):
            person = UUID(school.ids[kind])
            found[role] = await clients.enter_async_context(
                await signed_in(school.campus, school.id, kind, person)
            )
        yield found


async def signed_in(campus: Campus, organization_id: UUID, kind: str, person: UUID) -> httpx.AsyncClient:
    """The browser of a person."""
    async with (
        aclosing(Database(campus.database.application)) as database,
        database.tenant(organization_id) as db,
    ):
        token = await open_browser(db, organization_id, kind, person, "mail", datetime.now(UTC))
    browser = campus.client()
    browser.headers["Origin"] = campus.url
    browser.cookies.set(cookie_name(campus.app.state.homeroom), token)
    return browser
