"""The board in Chromium: hours ahead, filters, saved views, acts from a row, and the page that counts touches."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect
from uuid_utils.compat import uuid7

from api.http.authentication import cookie_name
from domain.errors import Conflict, NotFound
from domain.people.access import AccessRole, Principal
from domain.sessions.states import SessionState
from models.access import Member
from models.authorship import author
from models.database import Database
from models.repositories import sessions
from models.saved_view import ViewedList
from services import saved_views
from services.sign_in import start_browser_session
from tests.api.running import RunningSchool, open_school, start_classes
from tests.campus import Campus
from tests.console.conftest import DESKTOP
from tests.console.screens import look_and_check

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]

HOUR = timedelta(hours=1)
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def harbour(rows: Database) -> RunningSchool:
    return await open_school(rows)


@pytest.fixture
async def member(rows: Database, harbour: RunningSchool) -> Member:
    now = datetime.now(UTC)
    row = Member(
        id=uuid7(),
        organization_id=harbour.id,
        name="Mia Olsen",
        email="mia@school.example",
        role=AccessRole.OPS,
        created_at=now,
    )
    async with rows.tenant(harbour.id) as db:
        db.add(row)
    return row


@pytest.fixture
async def board(house: Campus, rows: Database, member: Member, chromium: Browser) -> AsyncIterator[Open]:
    """Opens the board as the member."""
    async with rows.tenant(member.organization_id) as db:
        cookie = await start_browser_session(
            db, member.organization_id, "member", member.id, "mail", datetime.now(UTC)
        )
    name = cookie_name(house.app.state.homeroom)
    async with await chromium.new_context(viewport=DESKTOP, timezone_id="Europe/Madrid") as context:
        await context.add_cookies([{"name": name, "value": cookie, "url": house.url}])

        async def start(query: str = "") -> Page:
            page = await context.new_page()
            page.set_default_timeout(30_000)
            await page.goto(f"{house.url}/today{query}")
            await page.locator("#board[aria-busy=false]").wait_for()
            return page

        yield start


def coming(hours: float) -> dict[str, Any]:
    start = datetime.now(UTC) + timedelta(hours=hours)
    return {"state": SessionState.SCHEDULED, "starts_at": start, "ends_at": start + HOUR, "live_at": None}


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


async def test_hours_course_and_trouble_are_chosen_and_kept_in_the_address(
    rows: Database, harbour: RunningSchool, board: Open
) -> None:
    late = datetime.now(UTC) - timedelta(minutes=5)
    await start_classes(rows, harbour, ["Unattended"], starts_at=late, live_at=late)
    await start_classes(rows, harbour, ["In two hours"], **coming(2))
    await start_classes(rows, harbour, ["In thirty hours"], **coming(30))
    page = await board()
    shown = page.locator(".board-item:visible [data-title]")
    await expect(shown).to_have_text(["Unattended", "In two hours"])
    await page.get_by_role("combobox", name="Hours ahead").select_option("48")
    await expect(shown).to_have_count(3)
    await page.get_by_role("combobox", name="Kind of trouble").select_option(
        label="No instructor in the room"
    )
    await expect(shown).to_have_text(["Unattended"])
    assert query_of(page) == {"hours": ["48"], "trouble": ["instructor_missing"]}
    await page.get_by_role("combobox", name="Kind of trouble").select_option("")
    await page.get_by_role("combobox", name="Course", exact=True).select_option(label="Mathematics")
    await page.get_by_role("combobox", name="Instructor", exact=True).select_option(label="Ada Okafor")
    await expect(shown).to_have_count(3)
    await page.reload()
    await expect(shown).to_have_count(3)
    await expect(page.get_by_role("combobox", name="Course", exact=True)).to_have_value(str(harbour.course))
    page = await board("?course=00000000-0000-0000-0000-000000000000")
    await expect(page.get_by_text("No matching classes")).to_be_visible()


async def test_view_is_saved_opened_by_default_and_deleted(
    rows: Database, harbour: RunningSchool, board: Open
) -> None:
    await start_classes(rows, harbour, ["Rivers"])
    page = await board("?q=rivers&hours=12")
    await page.get_by_role("button", name="Save view").click()
    await page.get_by_label("Name").fill("Geography")
    await page.get_by_label("Open Today with this view").check()
    await page.get_by_role("dialog").get_by_role("button", name="Save view").click()
    views = page.get_by_role("navigation", name="Saved views")
    await expect(views.get_by_role("link", name="Geography")).to_have_attribute("aria-current", "page")

    page = await board()
    assert query_of(page) == {"q": ["rivers"], "hours": ["12"]}
    await page.get_by_role("link", name="All classes").click()
    await expect(page.get_by_role("searchbox")).to_have_value("")
    await page.get_by_role("button", name="Edit views").click()
    await look_and_check(page, "board-views")
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Delete: Geography").click()
    await expect(page.get_by_role("button", name="Edit views")).to_have_count(0)
    page = await board()
    assert query_of(page) == {}


async def test_view_of_the_class_list_is_shared_renamed_and_opened(house: Campus, board: Open) -> None:
    page = await board()
    await page.goto(f"{house.url}/classes?when=coming")
    await page.get_by_label("Open to volunteers", exact=True).check()
    await page.wait_for_url("**open_to_volunteers=true**")
    await page.get_by_role("button", name="Save view").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("Volunteers")
    await dialog.get_by_label("Open Classes with this view").check()
    await dialog.get_by_label("Share with everybody on the staff").check()
    await dialog.get_by_role("button", name="Save view").click()
    views = page.get_by_role("navigation", name="Saved views")
    await expect(views.get_by_role("link", name="Volunteers")).to_have_attribute("aria-current", "page")
    await page.goto(f"{house.url}/classes")
    assert query_of(page) == {"open_to_volunteers": ["true"]}
    await page.get_by_role("button", name="Edit views").click()
    await look_and_check(page, "class-views")
    await page.get_by_label("Name of Volunteers").fill("Open ones")
    await page.get_by_role("button", name="Rename: Volunteers").click()
    await expect(views.get_by_role("link", name="Open ones")).to_be_visible()
    await views.get_by_role("link", name="All classes").click()
    await page.wait_for_url("**/classes?when=coming")


async def test_keys_act_on_the_row_and_a_refusal_says_what_to_do(
    house: Campus, rows: Database, harbour: RunningSchool, board: Open
) -> None:
    soon = coming(0.1) | {"state": SessionState.OPEN}
    (waiting,) = await start_classes(rows, harbour, ["Verbs"], **soon)
    page = await board()
    row = page.locator(f"#session-{waiting.id}")
    await expect(row.locator("[data-headline]")).to_have_text("Instructor not checked in")
    dialog = page.get_by_role("dialog")

    await row.get_by_role("button", name="Nudge: Verbs").click()
    await expect(dialog.get_by_role("heading", name="Nudge the instructor")).to_be_visible()
    await look_and_check(page, "board-nudge")
    await page.keyboard.press("Escape")
    await expect(row.get_by_role("button", name="Nudge: Verbs")).to_be_focused()

    await row.locator(".board-more").focus()
    await page.keyboard.press("m")
    await expect(dialog.get_by_label("Message")).to_be_focused()
    await dialog.get_by_label("Message").fill("Your teacher is on the way.")
    await dialog.get_by_role("button", name="Send").click()
    await expect(
        dialog.get_by_role("alert").or_(page.get_by_text("Sent to everybody in the room."))
    ).to_be_visible()
    await page.keyboard.press("Escape")

    (over,) = await start_classes(rows, harbour, ["Rivers"], state=SessionState.REVIEW)
    await page.reload()
    await page.locator(f"#session-{over.id} .board-more").focus()
    await page.keyboard.press("e")
    await expect(dialog).to_contain_text("This class is not running.")
    await expect(dialog).to_contain_text("reopen it")
    await dialog.get_by_role("button", name="Close").click()

    await row.locator(".board-more").click()
    acts = row.locator(".board-acts button")
    await expect(acts).to_have_text(
        [
            "Nudge the instructor",
            "Find a substitute",
            "Join as observer",
            "Message the room",
            "Extend the class",
        ]
    )
    for key, heading in (("s", "Find a substitute"), ("o", "Join as observer"), ("e", "Extend the class")):
        await row.locator(".board-more").focus()
        await page.keyboard.press(key)
        await expect(dialog.get_by_role("heading", name=heading)).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)


async def test_views_belong_to_one_member_unless_shared_and_keep_only_filters(
    rows: Database, member: Member
) -> None:
    who = Principal(member.organization_id, AccessRole.OPS, f"member:{member.id}", person_id=member.id)
    stranger = Principal(
        member.organization_id, AccessRole.OPS, f"member:{UUID(int=1)}", person_id=UUID(int=1)
    )
    now = datetime.now(UTC)
    board, classes = ViewedList.BOARD, ViewedList.CLASSES
    async with rows.tenant(member.organization_id) as db:
        first = await saved_views.save(
            db, who, board, "Late", "?hours=4&flash=x&q=&show=running", now, is_default=True
        )
        assert first.query == "show=running&hours=4"
        second = await saved_views.save(db, who, board, "All", "", now, is_default=True)
        again = await saved_views.save(db, who, board, "Late", "show=done", now)
        assert (again.id, again.is_default, second.is_default) == (first.id, False, True)
        await saved_views.set_default(db, who, first.id, is_default=True)
        assert [(view.name, view.is_default) for view in await saved_views.views(db, who, board)] == [
            ("All", False),
            ("Late", True),
        ]
        assert await saved_views.views(db, stranger, board) == []
        assert await saved_views.views(db, who, classes) == [], "each list has views of its own"
        with pytest.raises(Conflict):
            await saved_views.rename(db, who, first.id, "All")
        shared = await saved_views.save(
            db, who, classes, "Gaps", "without_instructor=true", now, is_default=True, is_shared=True
        )
        assert saved_views.default_of(await saved_views.views(db, stranger, classes)) is shared
        own = await saved_views.save(db, who, classes, "Mine", "q=sums", now, is_default=True)
        assert saved_views.default_of(await saved_views.views(db, who, classes)) is own
        assert shared.is_default, "for those who have no default of their own"
        with pytest.raises(NotFound):
            await saved_views.delete(db, stranger, shared.id)
        admin = replace(stranger, role=AccessRole.ADMIN)
        await saved_views.delete(db, admin, shared.id)


async def test_touches_lead_to_what_was_touched(
    house: Campus, rows: Database, harbour: RunningSchool, member: Member, board: Open
) -> None:
    (running,) = await start_classes(rows, harbour, ["Verbs"])
    with author(f"member:{member.id}"):
        async with rows.tenant(harbour.id) as db:
            await sessions.change(db, running.id, cancel_reason="weather")
    page = await board()
    await page.goto(f"{house.url}/exceptions/touches")
    cells = page.get_by_role("table").get_by_role("row").nth(1).get_by_role("cell")
    await expect(cells).to_contain_text(["1", "100.0", "100.0", "0"])
    await look_and_check(page, "touches")
    await cells.get_by_role("link").click()
    line = page.get_by_role("table").get_by_role("row").nth(1)
    await expect(line).to_contain_text("Mia Olsen")
    await expect(line.get_by_role("link", name="Verbs")).to_have_attribute("href", f"/sessions/{running.id}")
    await look_and_check(page, "touched")
