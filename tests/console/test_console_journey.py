"""The console in Chromium: API keys, booking, lists and edits, and the accessibility of every page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.campus import School
from tests.console.queue_rows import add_case, add_notice, status_with_key
from tests.console.screens import look_and_check
from tests.console.taught import Hall

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(600)]


async def expect_flash(page: Page, text: str) -> None:
    await expect(page.locator(".flash")).to_contain_text(text)


async def test_a_key_is_created_rotated_and_revoked(page: Page, hall: Hall, academy: School) -> None:
    await page.get_by_role("link", name="Settings", exact=True).click()
    await page.get_by_role("link", name="API keys").click()
    await page.get_by_role("link", name="Create key").click()
    await page.get_by_role("button", name="Create key").click()
    await expect(page.locator("#field-name-error")).to_have_text("Required.")
    await look_and_check(page, "key-form")
    await page.get_by_label("Name").fill("billing")
    await page.get_by_role("button", name="Create key").click()
    secret = await page.get_by_label("The secret key").input_value()
    assert await status_with_key(academy, secret) == 200
    await look_and_check(page, "key-made")
    await page.get_by_role("link", name="Done").click()
    await expect(page.locator("main")).not_to_contain_text(secret)
    await look_and_check(page, "key")
    address = page.url

    await page.get_by_label("Old secret expires in").select_option("1")
    await page.get_by_role("button", name="Rotate").click()
    fresh = await page.get_by_label("The secret key").input_value()
    assert await status_with_key(academy, secret) == 200
    assert await status_with_key(academy, fresh) == 200

    await page.goto(address)
    await page.get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog", name="Revoke billing?")
    await dialog.get_by_role("button", name="Revoke").click()
    await expect_flash(page, "Revoked")
    assert await status_with_key(academy, secret) == 401
    assert await status_with_key(academy, fresh) == 200
    await page.goto(f"{hall.campus.url}/settings/keys")
    await look_and_check(page, "keys")


async def test_a_class_is_booked_from_its_course(page: Page, hall: Hall, academy: School) -> None:
    await page.get_by_role("link", name="Courses").click()
    await look_and_check(page, "courses")
    await page.get_by_role("link", name="Mathematics").click()
    await page.get_by_role("link", name="Book a class").click()
    await expect(page.get_by_role("checkbox", name="Noor Haddad")).to_be_checked()
    await page.get_by_role("checkbox", name="Adding fractions").check()
    await page.get_by_label("Instructor").select_option(label="Ada Okafor")
    await page.get_by_label("Starts at").fill("2001-05-01T10:00")
    await page.get_by_role("button", name="Book class").click()
    await expect(page.get_by_role("alert")).to_contain_text("in the past")
    await look_and_check(page, "book")
    day = datetime.now(UTC) + timedelta(days=3)
    await page.get_by_label("Starts at").fill(f"{day:%Y-%m-%dT10:00}")
    await page.get_by_role("button", name="Book class").click()
    await expect_flash(page, "Class booked")
    assert "/sessions/" in page.url
    await page.goto(f"{hall.campus.url}/courses/{academy.ids['course']}")
    await expect(page.get_by_role("region", name="Upcoming classes")).to_contain_text("Adding fractions")
    await look_and_check(page, "course")


async def test_a_student_is_found_by_search_and_retired(page: Page, hall: Hall, academy: School) -> None:
    for number in range(28):
        await academy.post("/v1/students", {"name": f"Pupil {number:02d}"})
    await page.get_by_role("link", name="People").click()
    await look_and_check(page, "students")
    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_role("link", name="Pupil 27")).to_be_visible()
    await page.get_by_role("link", name="Name").click()
    await page.get_by_label("Search by name").fill("pupil 1")
    await expect(page.locator("tbody tr")).to_have_count(10)
    await page.get_by_role("link", name="Pupil 13").click()
    await page.get_by_role("link", name="Retire").click()
    dialog = page.get_by_role("dialog", name="Retire Pupil 13?")
    await dialog.get_by_role("button", name="Retire").click()
    await expect_flash(page, "Retired")
    await expect(page).not_to_have_url(re.compile("flash"))
    await page.get_by_role("button", name="Restore").click()
    await expect_flash(page, "Restored")
    await page.goto(f"{hall.campus.url}/people/students?q=nobody")
    await look_and_check(page, "students-none")


async def test_a_stale_edit_shows_the_conflict_and_keeps_the_input(
    page: Page, hall: Hall, academy: School
) -> None:
    one = f"/people/guardians/{academy.ids['guardian']}"
    await page.goto(f"{hall.campus.url}{one}/edit")
    await look_and_check(page, "guardian-form")
    answer = await academy.api.patch(
        f"/v1/guardians/{academy.ids['guardian']}", json={"name": "Theirs"}, headers={"If-Match": "*"}
    )
    assert answer.is_success
    await page.get_by_label("Name").fill("Mine")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("“Theirs”")
    await expect(page.get_by_label("Name")).to_have_value("Mine")
    await look_and_check(page, "guardian-form-stale")
    await page.get_by_role("button", name="Save").click()
    await expect_flash(page, "Saved")


async def test_new_exceptions_and_messages_appear_without_a_reload(
    page: Page, hall: Hall, academy: School
) -> None:
    for path, make in (("exceptions", add_case), ("outbox", add_notice)):
        await page.goto(f"{hall.campus.url}/{path}")
        await expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
        made = await make(academy)
        await expect(page.locator(f"a[href='/{path}/{made}']")).to_be_visible()


async def test_every_other_page_is_accessible(page: Page, hall: Hall, academy: School) -> None:
    case_id, ids = await add_case(academy), academy.ids
    html = "<h1>Dear guardian</h1><p>Leo has practised fractions.</p><script>alert(1)</script>"
    notice_id = await add_notice(academy, subject="What Leo has learnt", html=html, text="Dear guardian")
    await academy.post(
        "/v1/members", {"name": "Olu Ops", "email": f"olu.{academy.id}@h.example", "role": "ops"}
    )
    plan = {
        "course_id": ids["course"],
        "title": "Spring",
        "items": [{"topic_id": ids["topic"], "sessions": 2}],
    }
    plan_id = (await academy.post("/v1/curriculum-plans", plan))["id"]
    for name, path in {
        "people-guardians": "/people/guardians",
        "people-instructors": "/people/instructors",
        "people-staff": "/people/members",
        "student": f"/people/students/{ids['student 0']}",
        "student-guardians": f"/people/students/{ids['student 0']}/guardians",
        "guardian": f"/people/guardians/{ids['guardian']}",
        "instructor": f"/people/instructors/{ids['instructor']}",
        "course-form": "/courses/new",
        "enroll": f"/courses/{ids['course']}/enroll",
        "plan": f"/courses/{ids['course']}/plans/{plan_id}",
        "exceptions": "/exceptions",
        "exception": f"/exceptions/{case_id}",
        "outbox": "/outbox",
        "notice": f"/outbox/{notice_id}",
        "settings": "/settings",
        "organization": "/settings/organization",
        "audit": "/settings/audit",
    }.items():
        await page.goto(f"{hall.campus.url}{path}")
        await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("."))
        await look_and_check(page, f"console-{name}")
