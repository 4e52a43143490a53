"""Review in Chromium."""

import pytest
from playwright.async_api import Page

from tests.api.campus import School
from tests.api.console.lesson import Lesson
from tests.api.console.screens import look_and_check
from tests.api.console.taught import Hall

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def taught(hall: Hall, academy: School) -> Lesson:
    return await hall.taught_class(academy)


async def test_a_draft_is_shown_to_everybody(page: Page, hall: Hall, taught: Lesson) -> None:
    await page.goto(f"{hall.campus.url}/review")
    await look_and_check(page, "review-queue")
    await page.get_by_role("link", name="Adding fractions").click()
    await page.locator(".statement").first.wait_for()
    await look_and_check(page, "review")
    await page.keyboard.press("?")
    await look_and_check(page, "review-keys")
