"""The page of the API's description in Chromium: it lists the operations, and asks no other server for anything."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from api.http.security_headers import PAGE
from tests.campus import Campus

pytestmark = pytest.mark.adapter


async def test_the_page_works_without_the_internet(campus: Campus, chromium: Browser) -> None:
    requested: list[str] = []
    problems: list[str] = []
    context = await chromium.new_context()
    try:
        page = await context.new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        answer = await page.goto(f"{campus.url}/v1/docs")
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        await page.get_by_role("link", name="sessions", exact=True).click()
        booking = page.locator(".opblock-post", has=page.locator("[data-path='/v1/sessions']")).first
        await booking.locator(".opblock-summary").click()
        await booking.get_by_role("button", name="Try it out").click()
        await booking.get_by_role("button", name="Execute").click()
        await booking.get_by_text("not-authenticated").first.wait_for()
    finally:
        await context.close()
    assert policy == PAGE["Content-Security-Policy"]
    elsewhere = [
        url for url in requested if urlsplit(url).scheme != "data" and not url.startswith(f"{campus.url}/")
    ]
    assert not elsewhere
    paths = [urlsplit(url).path for url in requested if url.startswith(campus.url)]
    assert sorted(set(paths)) == [
        "/static/room/vendor/swagger-ui-bundle.js",
        "/static/room/vendor/swagger-ui.css",
        "/v1/docs",
        "/v1/docs/start.js",
        "/v1/openapi.json",
        "/v1/sessions",
    ]
    assert [text for text in problems if "401" not in text] == []
