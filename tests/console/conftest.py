"""Fixtures of the console's browser tests: a school whose classes come as far as review, and Chromium pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from cli.local.chromium import find_or_install
from tests.campus import PATIENCE, School, school
from tests.console.lesson import Lesson
from tests.console.taught import Hall

ZONE = "America/New_York"  # of the browser
DESKTOP: ViewportSize = {"width": 1280, "height": 900}

expect.set_options(timeout=PATIENCE * 1_000)


@pytest.fixture
async def academy(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as opened:
        yield opened


@asynccontextmanager
async def started_chromium() -> AsyncIterator[Browser]:
    """Chromium that plays audio without a click."""
    async with async_playwright() as playwright:
        program = str(find_or_install(lambda _: None))
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with started_chromium() as browser:
        yield browser


@asynccontextmanager
async def signed_in_page(chromium: Browser, school: School) -> AsyncIterator[Page]:
    """A page that is signed in as the operator. Script errors and CSP violations on it fail the test."""
    context = await chromium.new_context(viewport=DESKTOP, timezone_id=ZONE)
    opened = await context.new_page()
    errors: list[Any] = []
    opened.on("pageerror", lambda error: errors.append(error))
    opened.on(
        "console", lambda message: errors.append(message.text) if _is_csp_violation(message.text) else None
    )
    await opened.goto(school.campus.console_url(school.id))
    await opened.get_by_role("button", name="Sign in", exact=True).click()
    yield opened
    await context.close()
    assert errors == [], errors


@pytest.fixture
async def page(chromium: Browser, academy: School) -> AsyncIterator[Page]:
    async with signed_in_page(chromium, academy) as opened:
        yield opened


@pytest.fixture(scope="module")
async def library(hall: Hall) -> AsyncIterator[School]:
    """The school of `lesson`."""
    async with school(hall.campus) as opened:
        yield opened


@pytest.fixture(scope="module")
async def lesson(hall: Hall, library: School) -> Lesson:
    """A class in review for all tests of a module that only read it: it takes seconds to teach one."""
    return await hall.taught_class(library)


@pytest.fixture
async def reader(chromium: Browser, library: School) -> AsyncIterator[Page]:
    """A page for `lesson`, as `page` is for the school of one test."""
    async with signed_in_page(chromium, library) as opened:
        yield opened


def _is_csp_violation(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text
