"""Browsers and Chromium pages in which an instructor or a guardian is signed in, as on their own pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from playwright.async_api import Browser, Page

from api.http.authentication import cookie_name
from tests.api.roles import signed_in
from tests.campus import School
from tests.console.conftest import DESKTOP


async def own_browser(school: School, kind: str, person: UUID | str) -> httpx.AsyncClient:
    """Of an instructor or a guardian; it sends forms as the pages do."""
    browser = await signed_in(school.campus, school.id, kind, UUID(str(person)))
    browser.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
    browser.follow_redirects = True
    return browser


async def guardians_browser(school: School, number: int = 0) -> httpx.AsyncClient:
    """Of the guardian of `student 0`, `student 1`…"""
    found = await school.get(f"/v1/guardians?email=guardian{number}.{school.id}@family.example")
    return await own_browser(school, "guardian", found["items"][0]["id"])


async def instructors_browser(school: School) -> httpx.AsyncClient:
    return await own_browser(school, "instructor", school.ids["instructor"])


@asynccontextmanager
async def own_page(chromium: Browser, school: School, browser: httpx.AsyncClient) -> AsyncIterator[Page]:
    """A page of Chromium in which the same person is signed in as in a browser."""
    name = cookie_name(school.campus.app.state.homeroom)
    cookie = browser.cookies[name]
    async with await chromium.new_context(viewport=DESKTOP) as context:
        await context.add_cookies([{"name": name, "value": cookie, "url": school.campus.url}])
        yield await context.new_page()
