"""The exception queue and the page of an exception in Chromium: keys, selection, live updates, and how they look."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.sessions.states import SessionState
from domain.subjects import Subject, SubjectKind
from models.repositories import cases
from services.case_repairs import tried
from tests.campus import School
from tests.console.case_rows import add_many, case_about, class_in
from tests.console.conftest import signed_in_page
from tests.console.screens import look_and_check

pytestmark = pytest.mark.adapter


@pytest.fixture
async def page(chromium: Browser, harbour: School) -> AsyncIterator[Page]:
    async with signed_in_page(chromium, harbour) as opened:
        yield opened


async def test_the_queue_is_worked_through_by_keys(page: Page, harbour: School) -> None:
    session_id = UUID(await harbour.book())
    await add_many(harbour, session_id, 3)
    await page.goto(f"{harbour.campus.url}/exceptions")
    await expect(page).to_have_title("(3) Exceptions · Homeroom")
    await expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
    actions = page.locator("[data-bulk-actions]")
    await expect(actions).to_be_hidden()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    second = page.locator(".case-row").nth(1)
    await expect(second.get_by_role("checkbox")).to_be_checked()
    await expect(page.get_by_text("1 selected")).to_be_visible()

    course = Subject(SubjectKind.COURSE, UUID(harbour.ids["course"]))
    added = await case_about(harbour, course, ExceptionKind.STEP_FAILED)
    await expect(page.locator(f"a[href='/exceptions/{added}']")).to_be_visible()
    await expect(page).to_have_title("(4) Exceptions · Homeroom")
    selected = page.locator(".case-row:has(:checked)")
    await expect(selected).to_have_count(1)

    await page.keyboard.press("a")
    await expect(page.locator(".toast")).to_have_text("1 acknowledged.")
    await expect(page.locator(".badge[data-state=acknowledged]")).to_have_count(1)
    await expect(actions).to_be_hidden()
    await page.keyboard.press("k")
    await page.keyboard.press("e")
    await page.keyboard.type("rang them")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_have_text("1 resolved.")
    await expect(page).to_have_title("(3) Exceptions · Homeroom")

    await page.keyboard.press("Shift+?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator(".row-link").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What to do")).to_be_visible()


async def test_a_double_click_acts_once(page: Page, harbour: School) -> None:
    await add_many(harbour, UUID(await harbour.book()), 3)
    await page.goto(f"{harbour.campus.url}/exceptions")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.get_by_label("Select all on this page").check()
    await page.get_by_role("button", name="Acknowledge").dblclick()
    await expect(page.locator(".toast")).to_have_text("3 acknowledged.")
    await expect(page.locator(".badge[data-state=acknowledged]")).to_have_count(3)
    assert len(sent) == 1
    await expect(page.locator("#bulk .error-state")).to_have_count(0)


async def test_what_is_typed_on_the_case_page_survives_live_updates(page: Page, harbour: School) -> None:
    session_id = await class_in(harbour, SessionState.LIVE)
    case_id = await case_about(harbour, Subject.session(session_id), ExceptionKind.INSTRUCTOR_ABSENT)
    await page.goto(f"{harbour.campus.url}/exceptions/{case_id}")
    await expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
    await page.get_by_label("Comment").fill("They answer at")
    await page.get_by_label("What was done").fill("half")
    await harbour.post(f"/v1/exceptions/{case_id}/comments", {"text": "On the phone now."})
    await expect(page.get_by_text("On the phone now.")).to_be_visible()
    await expect(page.get_by_label("Comment")).to_have_value("They answer at")
    await expect(page.get_by_label("What was done")).to_have_value("half")
    await page.get_by_role("button", name="Find a substitute").click()
    await expect(page.get_by_role("dialog", name="Find a substitute")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Until tomorrow, 8:00").click()
    await expect(page.get_by_text("Snoozed until").first).to_contain_text("08:00")
    await harbour.post(f"/v1/exceptions/{case_id}/resolve", {"resolution": "They came."})
    await expect(page.get_by_role("heading", name="Resolution")).to_be_visible()
    await expect(page.get_by_label("What was done")).to_have_count(0)


async def test_the_queue_is_searched_by_a_name(page: Page, harbour: School) -> None:
    session_id = UUID(await harbour.book())
    await page.goto(f"{harbour.campus.url}/exceptions")
    search = page.get_by_label("Person or class")
    await search.fill("Noor")
    await expect(page.get_by_text("No results")).to_be_visible()
    of_class = await case_about(harbour, Subject.session(session_id), ExceptionKind.INSTRUCTOR_ABSENT)
    course = Subject(SubjectKind.COURSE, UUID(harbour.ids["course"]))
    await case_about(harbour, course, ExceptionKind.STEP_FAILED)
    await expect(page.locator(f"a[href='/exceptions/{of_class}']")).to_be_visible()
    await expect(page.locator(".case-row")).to_have_count(1)
    await search.press_sequentially(" xjk")
    await expect(search).to_have_value("Noor xjk")  # letters are no shortcuts here
    await search.fill("mathem")
    await expect(page.locator(".case-row")).to_have_count(2)
    await page.get_by_label("Kind").select_option("step_failed")
    await expect(page.locator(".case-row")).to_have_count(1)
    assert "q=mathem" in page.url
    await page.reload()
    await expect(search).to_have_value("mathem")
    await expect(page.locator(".case-row")).to_have_count(1)


async def test_the_pages_of_exceptions_look_right(page: Page, harbour: School) -> None:
    """The queue with one row and the page of a lone case are among `test_every_other_page_is_accessible`."""
    url = f"{harbour.campus.url}/exceptions"
    session_id = await class_in(harbour, SessionState.LIVE)
    case_id = await case_about(harbour, Subject.session(session_id), ExceptionKind.INSTRUCTOR_ABSENT)
    async with harbour.transaction() as db:
        case, now = (await cases.get(db, case_id, lock=True)).case, datetime.now(UTC)
        await tried(db, case, Repair.REMINDER_SENT, RepairResult.WAITING, "reminder", now)
        await tried(db, case, Repair.OFFERS_SENT, RepairResult.FAILED, "offers", now, {"people": "3"})
    await add_many(harbour, session_id, 30)
    incident_id = await add_many(harbour, session_id, 20, of_incident=True)
    await page.goto(url)
    await page.locator(".case-check").first.check()
    await look_and_check(page, "cases-many")
    await page.goto(f"{url}?q=Noor")
    await look_and_check(page, "cases-of-a-name")
    await page.goto(f"{url}/{case_id}")
    await look_and_check(page, "case-open")
    await page.goto(f"{url}?incident_id={incident_id}")
    in_incident = await page.locator(".row-link").first.get_attribute("href")
    await page.goto(f"{harbour.campus.url}{in_incident}")
    await look_and_check(page, "case-of-incident")
    await page.goto(f"{url}/times")
    await look_and_check(page, "case-times")
