"""The list of classes in Chromium: filters in the address, a selection by keys, acts on many, booking from a file."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from console.classes.class_filter import ClassesAddress, is_readable
from tests.campus import HOUR, School
from tests.console.screens import look_and_check

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]


async def open_list(page: Page, school: School, query: str = "") -> None:
    await page.goto(f"{school.campus.url}/classes{query}")
    await expect(page.get_by_role("heading", name="Classes", exact=True)).to_be_visible()


async def test_classes_are_found_selected_by_keys_and_moved_together(page: Page, academy: School) -> None:
    booked = [await academy.book(hours * HOUR) for hours in (48, 72, 96)]
    await open_list(page, academy)
    rows = page.locator(".class-row")
    await expect(rows).to_have_count(3)
    await look_and_check(page, "classes")
    student = (await academy.get(f"/v1/students/{academy.ids['student 0']}"))["name"]
    await page.get_by_label("Student", exact=True).fill(student)
    await page.keyboard.press("Tab")
    await page.wait_for_url("**student=**")
    assert parse_qs(urlsplit(page.url).query)["student"] == [student]
    await expect(rows).to_have_count(3)
    await page.get_by_label("Student", exact=True).fill("Nobody of this name")
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("There is no student called")).to_be_visible()
    await open_list(page, academy, "?when=week")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("Shift+x")
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.keyboard.press("m")
    await page.keyboard.type("+30 min")
    before = [(await academy.get(f"/v1/sessions/{key}"))["starts_at"] for key in booked]
    await page.get_by_role("button", name="Move…").click()
    await expect(page.get_by_role("heading", name="Move 2 classes?")).to_be_visible()
    await expect(page.get_by_text("Mail goes to 3 people")).to_be_visible()
    await look_and_check(page, "class-acts")
    await page.get_by_role("button", name="Move 2 classes").click()
    await expect(page.get_by_role("heading", name="Moved 2 classes")).to_be_visible()
    after = [(await academy.get(f"/v1/sessions/{key}"))["starts_at"] for key in booked]
    moved = [
        datetime.fromisoformat(new) - datetime.fromisoformat(old)
        for old, new in zip(before, after, strict=True)
    ]
    assert moved == [timedelta(minutes=30), timedelta(minutes=30), timedelta()]
    await page.get_by_role("link", name="Back to the list").click()
    await page.wait_for_url("**/classes?when=week")


async def test_classes_are_booked_from_pasted_rows_after_a_check(page: Page, academy: School) -> None:
    course = (await academy.get(f"/v1/courses/{academy.ids['course']}"))["title"]
    email = (await academy.get(f"/v1/instructors/{academy.ids['instructor']}"))["email"]
    starts = (datetime.now(UTC) + timedelta(days=40)).strftime("%Y-%m-%d %H:%M")
    content = f"course;instructor;starts\n{course};{email};{starts}\n{course};{email};soon\n"
    await page.goto(f"{academy.campus.url}/classes/import")
    await page.get_by_label("Or paste the rows").fill(content)
    before = academy.rows()
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_text("1 to book, 1 refused")).to_be_visible()
    await expect(page.get_by_role("cell", name="Starts: 'soon' is no time")).to_be_visible()
    assert academy.rows() == before
    await look_and_check(page, "class-import")
    await page.get_by_role("button", name="Book 1 class").click()
    await expect(page.get_by_text("1 booked, 1 refused")).to_be_visible()
    assert (academy.rows() - before)["session"] == 1

    (case,) = (await academy.get("/v1/exceptions?kind=bookings_refused"))["items"]
    await page.goto(f"{academy.campus.url}/exceptions/{case['id']}")
    await look_and_check(page, "case-of-import")
    await page.get_by_role("link", name="Correct the rows").click()
    rows = page.get_by_label("Correct these rows")
    later = (datetime.now(UTC) + timedelta(days=41)).strftime("%Y-%m-%d %H:%M")
    await expect(rows).to_have_value(f"course,instructor,starts\n{course},{email},soon\n")
    await look_and_check(page, "class-import-refused")
    await rows.fill(f"course,instructor,starts\n{course},{email},{later}\n{course},{email},sometime\n")
    await page.get_by_role("button", name="Book these rows").click()
    await expect(page.get_by_text("2 booked, 1 refused, 1 corrected or dismissed")).to_be_visible()
    await page.get_by_role("button", name="Dismiss all").click()
    await expect(page.get_by_text("2 booked, 2 corrected or dismissed")).to_be_visible()
    assert (academy.rows() - before)["session"] == 2
    assert (await academy.get("/v1/exceptions?kind=bookings_refused"))["items"] == []


async def test_rows_that_were_edited_after_the_check_are_shown_again_before_they_are_booked(
    page: Page, academy: School
) -> None:
    course = (await academy.get(f"/v1/courses/{academy.ids['course']}"))["title"]
    email = (await academy.get(f"/v1/instructors/{academy.ids['instructor']}"))["email"]
    day = datetime.now(UTC) + timedelta(days=41)
    content = f"course;instructor;starts\n{course};{email};{day:%Y-%m-%d} 10:00\n"
    rows = page.get_by_label("The rows")
    await page.goto(f"{academy.campus.url}/classes/import")
    await page.get_by_label("File").set_input_files(
        {"name": "term.txt", "mimeType": "text/plain", "buffer": content.encode("utf-16")}
    )
    await page.get_by_role("button", name="Check").click()
    await expect(rows).to_have_value(content)
    before = academy.rows()
    await rows.fill(f"{content}{course};{email};{day:%Y-%m-%d} 12:00\n")
    await page.get_by_role("button", name="Book 1 class").click()
    await expect(page.get_by_text("Nothing is booked yet")).to_be_visible()
    assert academy.rows() == before
    await page.get_by_role("button", name="Book 2 classes").click()
    await expect(page.get_by_role("heading", name="term.txt")).to_be_visible()
    await expect(page.get_by_text("2 booked.")).to_be_visible()


@pytest.mark.parametrize("night", ["2026-09-06", "2027-09-05"])  # Chile's midnight is skipped
def test_days_begin_where_clocks_skip_midnight(night: str) -> None:
    zone = ZoneInfo("America/Santiago")
    day = datetime.fromisoformat(night)
    begins = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    noon = day.replace(hour=12, tzinfo=zone)
    assert ClassesAddress().days(zone, noon) == (begins, None)
    assert ClassesAddress(since=day, until=day).days(zone, noon)[0] == begins
    assert ClassesAddress(until=day - timedelta(days=1)).days(zone, noon) == (None, begins)


def test_a_default_view_with_filters_that_are_not_right_opens_nothing() -> None:
    """Else the list would be an error page for everybody with whom the view is shared."""
    assert is_readable("when=past&limit=100&course=Nobody+knows")
    assert not is_readable("state=nonsense")
    assert not is_readable("since=yesterday")
