"""The calendar: week, day and month of everybody or somebody, and classes that are moved by dragging and by keys."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from uuid_utils.compat import uuid7

from domain.scheduling.calendar_grid import week_of
from domain.sessions.states import SessionState
from models.database import Database
from models.people import Instructor
from models.session import Session
from tests.api.roles import signed_in
from tests.api.running import RunningSchool, open_school
from tests.campus import Campus, School, problem_of
from tests.console.conftest import signed_in_page
from tests.console.screens import look_and_check
from tests.links import open_link

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]

HOUR = timedelta(hours=1)


def next_week() -> list[date]:
    return week_of(datetime.now(UTC).date() + timedelta(days=7))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


async def book(harbour: School, starts_at: datetime, **changes: Any) -> str:
    return await harbour.book(
        starts_at=starts_at.isoformat(), ends_at=(starts_at + HOUR).isoformat(), **changes
    )


async def start_of(harbour: School, session_id: str) -> datetime:
    return datetime.fromisoformat((await harbour.get(f"/v1/sessions/{session_id}"))["starts_at"])


async def opened_week(page: Page, harbour: School) -> None:
    instructor = harbour.ids["instructor"]
    await page.goto(f"{harbour.campus.url}/calendar?on={next_week()[0]}&instructor_id={instructor}")
    await page.locator("[data-calendar]").wait_for()


def block(page: Page, session_id: str) -> Locator:
    return page.locator(f"#class-{session_id}")


async def hold_over(page: Page, session_id: str, day: date, hour: float) -> None:
    """Drag the class's upper edge over a time of the week, without letting go."""
    moved = block(page, session_id)
    track = page.locator(f'[data-track="{day}"]')
    await moved.scroll_into_view_if_needed()
    box, column = await moved.bounding_box(), await track.bounding_box()
    assert box
    assert column
    first = int(await page.locator("[data-calendar]").get_attribute("data-first") or 0)
    last = int(await page.locator("[data-calendar]").get_attribute("data-last") or 0)
    above = column["y"] + column["height"] * (hour - first) / (last - first)
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    await page.mouse.down()
    await page.mouse.move(column["x"] + column["width"] / 2, above + 4, steps=5)


async def is_moved(page: Page) -> None:
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("Rescheduled. Everyone will be notified.")).to_be_visible()


async def test_a_class_is_dragged_to_a_time_that_is_refused_and_to_one_that_is_free(
    harbour: School, chromium: Browser
) -> None:
    monday, tuesday, wednesday, *_ = next_week()
    moved = await book(harbour, at(tuesday, 10))
    other = await book(harbour, at(wednesday, 10))
    weekly = [{"weekday": n, "start": "09:00", "end": "17:00"} for n in range(5)]
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    leave = {"starts_at": at(monday, 0).isoformat(), "ends_at": at(monday, 12).isoformat()}
    stored = await harbour.api.put(path, json={"weekly": weekly, "leave": [leave]})
    assert stored.is_success, stored.text
    async with signed_in_page(chromium, harbour) as page:
        await opened_week(page, harbour)
        await expect(page.locator('[data-kind="leave"].cal-shade')).to_have_count(1)
        await look_and_check(page, "calendar-week-of-instructor")
        status = page.locator("[data-move-status]")

        await hold_over(page, moved, wednesday, 10.5)
        target = page.locator(".cal-target")
        await expect(target).to_have_attribute("data-verdict", "refused")
        await expect(target).to_contain_text("Ada Okafor has another class at that time")
        await page.mouse.up()
        await expect(status).to_contain_text("Not moved to")
        await expect(target).to_have_count(0)
        assert await start_of(harbour, moved) == at(tuesday, 10)

        await hold_over(page, moved, wednesday, 14)
        await expect(target).to_have_attribute("data-verdict", "allowed")
        await page.mouse.up()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Guardian of Noor Haddad")
        await look_and_check(page, "calendar-move")
        await dialog.get_by_role("button", name="Move class").click()
        await is_moved(page)
        assert await start_of(harbour, moved) == at(wednesday, 14)
        await expect(page.locator(f'[data-track="{wednesday}"] .cal-block')).to_have_count(2)
        assert await start_of(harbour, other) == at(wednesday, 10)


async def test_a_class_is_moved_by_keys_and_past_a_rule_with_a_reason(
    harbour: School, chromium: Browser
) -> None:
    _, tuesday, wednesday, *_ = next_week()
    moved = await book(harbour, at(tuesday, 10))
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    weekly = [{"weekday": n, "start": "09:00", "end": "12:00"} for n in range(5)]
    assert (await harbour.api.put(path, json={"weekly": weekly})).is_success
    async with signed_in_page(chromium, harbour) as page:
        await opened_week(page, harbour)
        status = page.locator("[data-move-status]")
        await block(page, moved).focus()
        await page.keyboard.press("m")
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Escape")
        await expect(status).to_have_text("Put back.")
        assert await start_of(harbour, moved) == at(tuesday, 10)

        await page.keyboard.press("m")
        for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
            await page.keyboard.press(key)
        await expect(status).to_contain_text("possible")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Move class")).to_be_focused()
        await page.keyboard.press("Enter")
        await is_moved(page)
        assert await start_of(harbour, moved) == at(wednesday, 10, 30)

        await expect(block(page, moved)).to_be_focused()
        await page.keyboard.press("m")
        for _ in range(2):
            await page.keyboard.press("PageDown")
        await page.keyboard.press("Enter")
        await expect(status).to_contain_text("Ada Okafor doesn't teach on Wednesday from 12:30")
        assert await start_of(harbour, moved) == at(wednesday, 10, 30)
        await page.get_by_role("button", name="Move anyway…").click()
        await page.get_by_label("Override reason").fill("Agreed with Ada on the phone")
        await look_and_check(page, "calendar-move-anyway")
        await page.get_by_role("button", name="Move class").click()
        await is_moved(page)
        assert await start_of(harbour, moved) == at(wednesday, 12, 30)


async def test_a_day_is_a_line_of_each_instructor(harbour: School, chromium: Browser) -> None:
    day = next_week()[3]
    moved = await book(harbour, at(day, 10))
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{harbour.campus.url}/calendar?view=day&on={day}")
        await look_and_check(page, "calendar-day-of-one-class")
        await block(page, moved).focus()
        await page.keyboard.press("m")
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Move class").click()
        await is_moved(page)
        assert await start_of(harbour, moved) == at(day, 9, 45)


async def test_somebody_is_found_and_their_calendar_opened(harbour: School, chromium: Browser) -> None:
    await book(harbour, at(next_week()[0], 9))
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{harbour.campus.url}/calendar?view=month&on={next_week()[0]}")
        await page.get_by_role("searchbox").fill("Noor")
        await page.get_by_role("link", name="Noor Haddad student").click()
        await expect(page.get_by_text("1 class.")).to_be_visible()
        await look_and_check(page, "calendar-month-of-student")
        await page.get_by_role("link", name="Show not only Noor Haddad").click()
        await expect(page.get_by_text("1 class of everybody.")).to_be_visible()
        await page.goto(f"{harbour.campus.url}/courses/{harbour.ids['course']}")
        await page.get_by_role("link", name="Calendar", exact=True).last.click()
        await expect(page.locator(".cal-chip")).to_contain_text("Mathematics")


async def test_another_school_and_other_roles_see_nothing(harbour: School, other: School) -> None:
    session_id = await book(other, at(next_week()[0], 9))
    check = f"/calendar/classes/{session_id}/check"
    query = {"to": f"{next_week()[1]}T09:00", "zone": "UTC"}
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        assert (await browser.get(check, params=query)).status_code == 404
        gone = await browser.get("/calendar", params={"course_id": other.ids["course"]})
        assert gone.status_code == 404
        shown = await browser.get("/calendar", params={"on": str(next_week()[0])})
        assert session_id not in shown.text
    for role in ("instructor", "guardian"):
        async with await signed_in(other.campus, other.id, role, UUID(other.ids[role])) as browser:
            problem_of(await browser.get("/calendar"), 403, "not-allowed")
            problem_of(await browser.get(check, params=query), 403, "not-allowed")


async def test_a_check_says_why_a_time_is_refused(harbour: School) -> None:
    """Where clocks go forward, in the past, and for a class that is over."""
    await harbour.change("/v1/organization", {"time_zone": "Europe/Berlin"})
    session_id = await book(harbour, at(next_week()[0], 9))
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        browser.headers["accept"] = "application/json"

        async def asked(to: str) -> Any:
            answer = await browser.get(
                f"/calendar/classes/{session_id}/check", params={"to": to, "zone": "Europe/Berlin"}
            )
            assert answer.status_code == 200, answer.text
            return answer.json()

        assert (await asked(f"{next_week()[2]}T11:00"))["allowed"]
        assert "exist in Europe/Berlin" in (await asked("2027-03-28T02:30"))["reason"]
        assert "twice" in (await asked("2027-10-31T02:30"))["reason"]
        past = await asked("2026-01-05T10:00")
        assert not past["allowed"]
        assert not past["can_override"]
        cancelled = await harbour.api.post(f"/v1/sessions/{session_id}/cancel", json={"reason": "illness"})
        assert cancelled.is_success
        await harbour.run_until(session_id, "cancelled")
        assert "cannot be moved" in (await asked(f"{next_week()[2]}T11:00"))["reason"]


async def fill_week(rows: Database, school: RunningSchool, days: list[date], classes: int) -> None:
    """Classes of 60 instructors over seven days, all beginning at full hours from 8 to 19."""
    now = datetime.now(UTC)
    teachers = [
        Instructor(
            id=uuid7(),
            organization_id=school.id,
            name=f"Instructor {n:02d}",
            email=f"{n}@school.example",
            created_at=now,
        )
        for n in range(60)
    ]
    made = []
    for n in range(classes):
        starts_at = at(days[n % 7], 8 + (n // 7) % 12)
        made.append(
            Session(
                id=uuid7(),
                organization_id=school.id,
                region="local",
                course_id=school.course,
                instructor_id=teachers[n // 84 % 60].id,
                title=f"Fractions {n}",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=50),
                state=SessionState.CANCELLED if n == 0 else SessionState.SCHEDULED,
                created_at=now,
            )
        )
    async with rows.tenant(school.id) as db:
        db.add_all(teachers)
        await db.flush()
        db.add_all(made)


async def test_a_week_of_2000_classes_is_counted_by_hour(
    house: Campus, rows: Database, chromium: Browser
) -> None:
    school, days = await open_school(rows), next_week()
    await fill_week(rows, school, days, 2_000)
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await page.goto(house.console_url(school.id, f"/calendar?on={days[0]}"))
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("1,999 classes of everybody. 1 more is cancelled.")).to_be_visible()
    counts = await page.locator(".cal-density thead .cal-count").all_text_contents()
    assert sum(map(int, counts)) == 1_999, "a cancelled class does not count"
    await look_and_check(page, "calendar-week-of-2000")
    await page.get_by_role("link", name=re.compile(r"^Tue ")).click()
    await expect(page.locator(".cal-row")).to_have_count(24)
    await expect(page.locator(".cal-block")).to_have_count(286)
    await look_and_check(page, "calendar-day-of-2000")
    await page.get_by_role("link", name="Month").click()
    await expect(page.get_by_text("and 283 more")).to_have_count(4)
    await look_and_check(page, "calendar-month-of-2000")
    await context.close()
