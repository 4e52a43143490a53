"""Browsers in which people of a school are signed in."""

from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

import httpx

from api.http.authentication import cookie_name
from models.database import Database
from services.sign_in import start_browser_session
from tests.campus import Campus


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
