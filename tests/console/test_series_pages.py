"""The pages of series in Chromium: plan one with a look at its dates, change it from a day on, end it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.campus import Campus, School
from tests.console.conftest import signed_in_page
from tests.console.screens import look_and_check

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]


def day(weeks: int) -> str:
    """A Tuesday in some weeks."""
    today = datetime.now(UTC).date()
    return (today + timedelta(days=(1 - today.weekday()) % 7 + 7 * weeks)).isoformat()


async def submit(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def test_a_series_is_planned_changed_and_ended(
    campus: Campus, chromium: Browser, harbour: School
) -> None:
    title = f"Sums on Tuesdays {uuid4().hex[:6]}"
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{campus.url}/courses/{harbour.ids['course']}")
        await page.get_by_role("link", name="Plan a series").click()
        await page.get_by_label("Instructor").select_option(label="Ada Okafor")
        await page.get_by_label("Title").fill(title)
        await page.get_by_label("Tuesday").check()
        await page.get_by_label("Starts at").fill("17:00")
        await page.get_by_label("From", exact=True).fill(day(1))
        await page.get_by_label("Number of classes").fill("4")
        await submit(page, "Show dates")
        await expect(page.get_by_role("heading", name="4 classes")).to_be_visible()
        await look_and_check(page, "series-new")
        await submit(page, "Create series")
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        await expect(page.get_by_text("Series created.")).to_be_visible()
        while not await page.get_by_text("4 of 4 booked").count():
            await page.wait_for_timeout(200)
            await page.reload()
        await look_and_check(page, "series")

        change = page.get_by_role("region", name="Change from a day on")
        await change.get_by_label("From", exact=True).fill(day(3))
        await change.get_by_label("Starts at").fill("18:30")
        await submit(page, "Show what changes")
        await expect(page.get_by_role("heading", name="2 moved, 0 added, 0 cancelled")).to_be_visible()
        await look_and_check(page, "series-change")
        await submit(page, "Change series")
        await expect(page.get_by_text("Saved. The classes are being changed.")).to_be_visible()

        await page.get_by_role("region", name="End").get_by_label("Last day").fill(day(3))
        await submit(page, "Show what is cancelled")
        await expect(page.get_by_role("heading", name="1 class is cancelled")).to_be_visible()
        await submit(page, "End series")
        await expect(page.get_by_text("The series ends.")).to_be_visible()
        await page.goto(f"{campus.url}/series")
        await expect(page.get_by_role("link", name=title)).to_be_visible()
        await look_and_check(page, "series-list")


async def test_a_plan_proposes_instructors_says_why_somebody_is_missing_and_is_published(
    campus: Campus, chromium: Browser, harbour: School
) -> None:
    qualified = {"qualifications": [{"subject": "Sums", "level": ""}]}
    await harbour.change(f"/v1/instructors/{harbour.ids['instructor']}", qualified)
    start = {"starts_at": f"{day(1)}T17:00:00", "time_zone": "Europe/Madrid", "minutes": 60}
    rule = {"recurrence": "FREQ=WEEKLY;COUNT=2"}
    await harbour.post("/v1/series", {"course_id": harbour.ids["course"]} | start | rule)
    physics = await harbour.post("/v1/courses", {"title": "Physics", "subject": "Physics"})
    student = {"student_ids": [await harbour.add_student()]}
    await harbour.post("/v1/series", {"course_id": physics["id"]} | start | rule | student)
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{campus.url}/plans")
        await look_and_check(page, "plans")
        await submit(page, "Plan")
        await expect(page.get_by_text("Nobody found for 2 classes")).to_be_visible()
        await expect(page.get_by_text("1 instructor:").first).to_be_visible()
        await look_and_check(page, "plan")
        await submit(page, "Publish")
        await expect(page.locator(".page-header [data-state=published]")).to_be_visible()
