"""The review page of a taught class, and the documentation that it changes."""

from typing import Any

from playwright.async_api import Page

from tests.campus import School
from tests.console.lesson import Lesson
from tests.console.taught import Hall


async def open_review(page: Page, hall: Hall, lesson: Lesson) -> None:
    await page.goto(f"{hall.campus.url}/sessions/{lesson.session_id}/review")
    await page.locator(".statement").first.wait_for()


async def documentation(academy: School, lesson: Lesson) -> Any:
    return await academy.get(f"/v1/sessions/{lesson.session_id}/documentation")
