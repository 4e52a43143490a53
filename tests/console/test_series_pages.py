"""The pages of series in Chromium: plan one with a look at its dates, change it from a day on, end it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from services.planning.replanning import Replanning
from tests.campus import Campus, School
from tests.console.conftest import signed_in_page
from tests.console.screens import look_and_check
from tests.stack import TestMail

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


async def test_the_page_of_a_series_changes_its_students(
    campus: Campus, chromium: Browser, harbour: School
) -> None:
    start = {"starts_at": f"{day(1)}T17:00:00", "recurrence": "FREQ=WEEKLY;COUNT=2"}
    named = {"course_id": harbour.ids["course"], "student_ids": [harbour.ids["student 0"]]}
    series = await harbour.post("/v1/series", named | start | {"instructor_id": harbour.ids["instructor"]})
    joins = (await harbour.get(f"/v1/students/{harbour.ids['student 1']}"))["name"]
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{campus.url}/series/{series['id']}")
        await page.get_by_role("group", name="Students").get_by_label(joins).check()
        await submit(page, "Show what changes")
        await expect(page.get_by_role("heading", name="2 with other students")).to_be_visible()
        await look_and_check(page, "series-students")
        await submit(page, "Change series")
        await expect(page.get_by_text("Saved. The classes are being changed.")).to_be_visible()
    changed = await harbour.get(f"/v1/series/{series['id']}")
    assert changed["student_ids"] == [harbour.ids["student 0"], harbour.ids["student 1"]]


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
        await expect(page.get_by_text("(1 instructor)").first).to_be_visible()
        await look_and_check(page, "plan")
        await submit(page, "Publish")
        await expect(page.locator(".page-header [data-state=published]")).to_be_visible()


async def test_a_proposal_after_leave_shows_why_asks_who_takes_over_and_is_published_from_its_case(
    campus: Campus, chromium: Browser, harbour: School, mail_sink: TestMail
) -> None:
    ada = harbour.ids["instructor"]
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    for key in (ada, ben):
        await harbour.change(f"/v1/instructors/{key}", {"qualifications": [{"subject": "Sums", "level": ""}]})
    session_id = await harbour.book()
    booked = await harbour.get(f"/v1/sessions/{session_id}")
    shared = campus.app.state.homeroom
    looks = Replanning(shared.database, shared.term_plan_client, campus.settings.region)
    await looks.look(datetime.now(UTC))
    leave = {name: booked[name] for name in ("starts_at", "ends_at")}
    await harbour.api.put(f"/v1/instructors/{ada}/availability", json={"leave": [leave]})
    physics = await harbour.post("/v1/courses", {"title": "Physics", "subject": "Physics"})
    enrolled = {"course_id": physics["id"], "student_id": harbour.ids["student 0"]}
    await harbour.post("/v1/enrollments", enrolled)
    assert await looks.look(datetime.now(UTC) + timedelta(minutes=3)) >= 1, (
        "other schools may have changed too"
    )
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{campus.url}/plans")
        await page.get_by_label("Ask", exact=True).select_option(label="Instructors")
        await submit(page, "Save")
        await page.get_by_role("link", name="–").first.click()
        await expect(page.get_by_text("Ada Okafor is on leave at that time")).to_be_visible()
        await expect(
            page.get_by_role("heading", name="Leave of Ada Okafor and 1 more change")
        ).to_be_visible()
        while not await page.get_by_text("Held", exact=True).count():
            await page.wait_for_timeout(200)
            await page.reload()
        await look_and_check(page, "plan-proposed")
        await page.goto(f"{campus.url}/exceptions")
        proposal = page.get_by_role("link", name="Leave of Ada Okafor and 1 more change").first
        await proposal.click()
        await expect(page.get_by_text("Changed plan to decide").first).to_be_visible()
        await proposal.click()
        await submit(page, "Publish")
        await expect(page.locator(".page-header [data-state=asking]")).to_be_visible()
        await asyncio.to_thread(mail_sink.wait_for, person["email"], seconds=60)
        await page.reload()
        await expect(page.get_by_text("0 accepted, 0 declined, 1 awaited")).to_be_visible()
        await look_and_check(page, "plan-asking")
        plan_url = page.url
        (mail,) = mail_sink.messages(person["email"])
        await page.goto(next(word for word in mail["text"].split() if "/plan-answer?t=" in word))
        await expect(page.get_by_text("Can you teach these classes?")).to_be_visible()
        await look_and_check(page, "plan-answer")
        await submit(page, "Accept all")
        await expect(page.get_by_text("Your answers are saved.")).to_be_visible()
        await page.goto(plan_url)
        while not await page.locator(".page-header [data-state=published]").count():
            await page.wait_for_timeout(200)
            await page.reload()
    assert (await harbour.names(session_id))[0] == "Ben Castro"
