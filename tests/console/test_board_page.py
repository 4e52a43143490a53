"""The live board in Chromium: updates change the right row and disturb nobody who reads, types or has a row open."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import cases, events, recordings
from models.session import Participant, Session
from tests.api.events import in_milliseconds, joined, post_webhook
from tests.api.running import RunningClass, RunningSchool, open_school, start_classes
from tests.campus import Campus
from tests.console.screens import violations
from tests.e2e.accessibility import SCHEMES
from tests.e2e.conftest import screenshot
from tests.e2e.room import PHONE

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(300)]

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
MANY = 120
PATIENCE = 30_000  # milliseconds
HOSTILE = '<img src=x onerror="document.title=1">'
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def harbour(rows: Database) -> RunningSchool:
    return await open_school(rows)


@pytest.fixture
async def classes(rows: Database, harbour: RunningSchool) -> list[RunningClass]:
    """In the order of the board."""
    titles = [f"Class {number:03d}" for number in range(MANY)]
    made = await start_classes(rows, harbour, titles, starts_at=datetime.now(UTC) - timedelta(minutes=1))
    return sorted(made, key=lambda running: running.id)


@pytest.fixture
async def browser_page(chromium: Browser) -> AsyncIterator[Open]:
    async with AsyncExitStack() as opened:

        async def start(house: Campus, school: RunningSchool, query: str = "") -> Page:
            context = await chromium.new_context(viewport=DESKTOP, timezone_id="Europe/Madrid")
            opened.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE)
            page = await context.new_page()
            await page.goto(house.console_url(school.id))
            await page.get_by_role("button", name="Sign in", exact=True).click()
            if query:
                await page.goto(f"{house.url}/today{query}")
            await page.locator("#board[aria-busy=false]").wait_for()
            return page

        yield start


async def join_as_instructor(house: Campus, running: RunningClass) -> None:
    person = {
        "sid": f"PA_{running.id.hex}",
        "identity": str(running.instructor),
        "joinedAtMs": in_milliseconds(),
    }
    assert (await post_webhook(house, joined(str(running.id), participant=person))).is_success


def row_of(page: Page, running: RunningClass) -> Any:
    return page.locator(f"#session-{running.id}")


def present(page: Page, running: RunningClass) -> Any:
    return row_of(page, running).locator("[data-present]").first


async def test_a_webhook_changes_its_row_and_keeps_scroll_focus_and_details(
    house: Campus, harbour: RunningSchool, classes: list[RunningClass], browser_page: Open
) -> None:
    page = await browser_page(house, harbour)
    above, opened, far = classes[2], classes[60], classes[100]
    await row_of(page, opened).scroll_into_view_if_needed()
    await row_of(page, opened).locator(".board-more").click()
    await expect(row_of(page, opened).get_by_text("Léo Lindqvist", exact=True)).to_be_visible()
    await row_of(page, opened).locator("[data-title]").focus()
    scroll_top = "document.scrollingElement.scrollTop"
    before = await page.evaluate(scroll_top)
    assert before > 0
    for running in (above, opened, far):
        await expect(present(page, running)).to_have_text("0 of 3")
        await join_as_instructor(house, running)
        await expect(present(page, running)).to_have_text("1 of 3")
    await expect(present(page, classes[61])).to_have_text("0 of 3")
    await expect(row_of(page, opened).get_by_text("instructor, in the room", exact=True)).to_be_visible()
    assert abs(await page.evaluate(scroll_top) - before) < 2
    focused = await page.evaluate("document.activeElement.closest('.board-item')?.id")
    assert focused == f"session-{opened.id}"


async def test_filters_are_kept_in_the_url(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    await start_classes(rows, harbour, ["Adding fractions", HOSTILE])
    await start_classes(rows, harbour, ["Rivers of Europe"], state=SessionState.CLOSED)
    page = await browser_page(house, harbour)
    items = page.locator(".board-item:visible")
    await expect(items).to_have_count(3)
    await expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
    await page.get_by_role("radio", name="Done").check()
    await expect(items).to_have_count(1)
    await page.get_by_role("radio", name="All").check()
    await page.get_by_role("searchbox").fill("ríVERS")
    await expect(items).to_have_count(1)
    assert parse_qs(urlsplit(page.url).query) == {"q": ["ríVERS"]}
    await page.reload()
    await expect(items).to_have_count(1)
    await expect(page.get_by_role("searchbox")).to_have_value("ríVERS")
    await page.get_by_role("checkbox", name="With exceptions").check()
    await expect(page.get_by_text("No matching classes")).to_be_visible()
    await page.get_by_role("button", name="Show all classes").click()
    await expect(items).to_have_count(3)
    assert not urlsplit(page.url).query
    assert await page.title() == "Today · Homeroom"
    shared = await browser_page(house, harbour, "?show=done&q=rivers")
    await expect(shared.locator(".board-item:visible")).to_have_count(1)
    await expect(shared.get_by_role("radio", name="Done")).to_be_checked()


async def test_an_open_row_that_no_longer_matches_stays_until_it_is_closed(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    late = datetime.now(UTC) - timedelta(minutes=5)
    waiting, other = await start_classes(rows, harbour, ["Verbs", "Rivers"], starts_at=late, live_at=late)
    page = await browser_page(house, harbour, "?show=attention")
    more = row_of(page, waiting).locator(".board-more")
    await more.click()
    await join_as_instructor(house, waiting)
    await join_as_instructor(house, other)
    await expect(row_of(page, other)).to_be_hidden()
    await expect(row_of(page, waiting).get_by_text("no longer matches the filter")).to_be_visible()
    await more.click()
    await page.get_by_role("searchbox").focus()
    await expect(row_of(page, waiting)).to_be_hidden()


async def test_a_row_names_the_instructor_and_the_students(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    (running,) = await start_classes(rows, harbour, ["Verbs"])
    page = await browser_page(house, harbour)
    people = row_of(page, running).locator(".board-people")
    await expect(people).to_have_text("Ada Okafor Léo Lindqvist, Noor Haddad")
    (excused,) = await start_classes(rows, harbour, ["Nouns"])
    async with rows.tenant(harbour.id) as db:
        person = await db.get_one(Participant, excused.students[0])
        person.cannot_come_for = (await db.get_one(Session, excused.id)).starts_at
    await page.reload()
    await expect(row_of(page, excused).locator(".board-people")).to_contain_text(f"{person.name} (excused)")
    await expect(row_of(page, excused).locator(".board-dots i")).to_have_count(2)


async def test_a_search_shows_whom_it_found_and_in_which_role(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    (running,) = await start_classes(rows, harbour, ["Verbs"])
    page = await browser_page(house, harbour, "?q=leo")
    row = row_of(page, running)
    await expect(row.locator("mark")).to_have_text("Léo Lindqvist")
    await expect(row.locator(".board-people")).to_have_text("Léo Lindqvist student Ada Okafor Noor Haddad")
    await page.get_by_role("searchbox").fill("okafor")
    await expect(row.locator(".board-people")).to_have_text(
        "Ada Okafor instructor Léo Lindqvist, Noor Haddad"
    )
    await page.get_by_role("searchbox").fill("verbs")
    await expect(row.locator("mark")).to_have_count(0)


async def test_classes_stand_in_their_hours_around_now(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    """A class that is over and needs nobody is folded into the heading of its hour; a search finds it all the same."""
    now = datetime.now(UTC)
    (late,) = await start_classes(rows, harbour, ["Running late"], **hours(now, -3))
    (over,) = await start_classes(rows, harbour, ["Over"], state=SessionState.CLOSED, **hours(now, -6))
    (coming,) = await start_classes(rows, harbour, ["Coming"], state=SessionState.SCHEDULED, **hours(now, 2))
    page = await browser_page(house, harbour)
    await expect(page.locator(".board-item")).to_have_count(3)
    shown = page.locator(":is(.board-item, .board-now):visible")
    at = now.astimezone(ZoneInfo("Europe/Madrid"))
    times = [f"{(at + timedelta(hours=ahead)):%H:%M}" for ahead in (-3, 2)]
    await expect(shown).to_contain_text([times[0], "Now", times[1]])
    ids = await shown.evaluate_all("rows => rows.map(row => row.id)")
    assert ids == [f"session-{late.id}", "", f"session-{coming.id}"]
    await expect(row_of(page, over)).to_be_hidden()
    headings = [f"{(at + timedelta(hours=ahead)):%H}:00" for ahead in (-6, -3, 2)]
    await expect(page.locator(".board-hour h2")).to_contain_text(headings)
    await page.get_by_role("button", name="1 done").click()
    await expect(row_of(page, over)).to_be_visible()
    await page.get_by_role("button", name="Hide done").click()
    await expect(row_of(page, over)).to_be_hidden()
    await page.get_by_role("searchbox").fill("over")
    await expect(row_of(page, over)).to_be_visible()


async def test_a_screen_holds_forty_of_many_classes(
    house: Campus, harbour: RunningSchool, classes: list[RunningClass], browser_page: Open
) -> None:
    page = await browser_page(house, harbour)
    await row_of(page, classes[40]).scroll_into_view_if_needed()
    whole = "row => row.getBoundingClientRect().top >= 0 && row.getBoundingClientRect().bottom <= innerHeight"
    count: int = await page.locator(".board-item").evaluate_all(f"rows => rows.filter({whole}).length")
    assert count >= 40


async def test_a_phone_has_classes_on_its_first_screen_and_keeps_most_filters_behind_a_button(
    house: Campus, harbour: RunningSchool, classes: list[RunningClass], browser_page: Open
) -> None:
    page = await browser_page(house, harbour)
    await page.set_viewport_size(PHONE)
    await expect(page.locator(".steps li").first).to_be_hidden()
    first = await row_of(page, classes[0]).bounding_box()
    assert first is not None
    assert first["y"] < 0.55 * PHONE["height"]
    hours = page.get_by_role("combobox", name="Hours ahead")
    await expect(hours).to_have_count(0)
    await page.get_by_role("button", name="Filters", exact=True).click()
    await hours.select_option("4")
    button = page.get_by_role("button", name="Filters (1)")
    await expect(button).to_have_attribute("aria-expanded", "true")
    await button.click()
    await expect(hours).to_have_count(0)


async def test_first_steps_are_folded_once_classes_are_booked(
    house: Campus, harbour: RunningSchool, classes: list[RunningClass], browser_page: Open
) -> None:
    page = await browser_page(house, harbour)
    steps = page.get_by_role("region", name="First steps")
    await expect(steps.get_by_role("listitem")).to_have_count(0)
    await steps.locator("summary").click()
    await expect(steps.get_by_role("listitem")).to_have_count(6)


async def test_arrow_keys_move_between_rows(
    house: Campus, harbour: RunningSchool, classes: list[RunningClass], browser_page: Open
) -> None:
    page = await browser_page(house, harbour)
    await row_of(page, classes[0]).locator(".board-more").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        await page.keyboard.press(key)
    await page.keyboard.press("Enter")
    await expect(row_of(page, classes[1]).locator(".board-more")).to_have_attribute("aria-expanded", "true")


async def test_a_lost_connection_is_shown_and_missed_changes_arrive(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    (running,) = await start_classes(rows, harbour, ["Verbs"])
    page = await browser_page(house, harbour)
    lost = page.get_by_role("alert").filter(has_text="Connection lost")
    await expect(lost).to_be_hidden()
    await page.route("**/today/live*", lambda route: route.abort())
    await house.app.state.homeroom.boards.aclose()
    await expect(lost).to_be_visible()
    await join_as_instructor(house, running)
    await page.unroute_all()
    await expect(present(page, running)).to_have_text("1 of 3")
    await expect(lost).to_be_hidden()


async def test_the_board_is_accessible_empty_and_filled(
    house: Campus, rows: Database, harbour: RunningSchool, browser_page: Open
) -> None:
    """Empty and filled, light and dark, desktop and phone."""
    page = await browser_page(house, harbour)
    await look_and_check(page, "board-empty")
    await fill_day(rows, harbour)
    await page.reload()
    await page.locator(".board-item:visible").first.wait_for()
    await page.locator(".board-more:visible").first.click()
    await look_and_check(page, "board")


async def look_and_check(page: Page, name: str) -> None:
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        for width, size in (("", DESKTOP), ("-phone", PHONE)):
            await page.set_viewport_size(size)
            height = await page.evaluate("document.scrollingElement.scrollHeight")
            await page.set_viewport_size({"width": size["width"], "height": height})
            if file := screenshot(f"{name}-{scheme}{width}"):
                await page.screenshot(path=file)
            sides = "document.scrollingElement.scrollWidth <= window.innerWidth"
            assert await page.evaluate(sides), f"{name}{width} sticks out"
            found = await violations(page, scheme)
            assert not found, f"{name}, {scheme}{width}: {found}"
    await page.set_viewport_size(DESKTOP)


async def fill_day(rows: Database, school: RunningSchool) -> None:
    """Classes in every state and with every kind of problem."""
    now = datetime.now(UTC)
    healthy, behind, no_instructor, not_recorded = await start_classes(
        rows,
        school,
        ["Adding fractions", "Photosynthesis", "The past tense", "Rivers of Europe"],
        starts_at=now - timedelta(minutes=12),
        live_at=now - timedelta(minutes=12),
    )
    await start_classes(rows, school, ["Persuasion", "Haiku"], state=SessionState.SCHEDULED, **hours(now, 2))
    await start_classes(rows, school, ["Circuits"], state=SessionState.SCHEDULED, **hours(now, 26))
    (over,) = await start_classes(rows, school, ["Volcanoes"], state=SessionState.REVIEW, **hours(now, -3))
    await start_classes(rows, school, ["Percentages"], state=SessionState.CLOSED, **hours(now, -6))
    async with rows.tenant(school.id) as db:
        for running in (healthy, behind, not_recorded):
            facts = [arrival(person, now) for person in (running.instructor, *running.students)]
            await events.record(db, school.id, [(running.id, fact) for fact in facts])
        await events.record(db, school.id, [(no_instructor.id, arrival(no_instructor.students[0], now))])
        facts = [quality(healthy.instructor, "excellent", now), quality(healthy.students[0], "good", now)]
        await events.record(db, school.id, [(healthy.id, fact) for fact in facts])
        await events.record(db, school.id, [(behind.id, quality(behind.students[1], "poor", now))])
        await events.record(db, school.id, [(not_recorded.id, recorder_gone(now))])
        await recordings.register(
            db, [segment(school, healthy, now, 40, "a"), segment(school, behind, now, 300, "b")]
        )
        for running, kind in (
            (not_recorded, ExceptionKind.RECORDING_MISSING),
            (no_instructor, ExceptionKind.INSTRUCTOR_ABSENT),
            (over, ExceptionKind.RECORDING_GAP),
        ):
            await cases.report(db, exception(school, running, kind, now), reopens_since=now)


def hours(now: datetime, ahead: int) -> dict[str, datetime]:
    start = now + timedelta(hours=ahead)
    return {"starts_at": start, "ends_at": start + timedelta(minutes=50)}


def arrival(person: UUID, now: datetime) -> SessionEvent:
    at, key = now - timedelta(minutes=12), str(person)
    return SessionEvent(EventSource.WEBHOOK, f"in:{key}", EventKind.PARTICIPANT_JOINED, at, key, f"PA_{key}")


def quality(person: UUID, level: str, now: datetime) -> SessionEvent:
    data = {"level": level}
    return SessionEvent(EventSource.CLIENT, f"q:{person}", EventKind.QUALITY, now, str(person), data=data)


def recorder_gone(now: datetime) -> SessionEvent:
    return SessionEvent(EventSource.CAPTURE, "gone", EventKind.CAPTURE_ENDED, now)


def segment(
    school: RunningSchool, running: RunningClass, now: datetime, ago: float, key: str
) -> AudioSegment:
    return AudioSegment(
        organization_id=school.id,
        session_id=running.id,
        identity=str(running.instructor),
        participant_sid="PA_1",
        track_sid="TR_1",
        recorder_id="r",
        seq=0,
        started_at=now - timedelta(seconds=ago),
        samples=480_000,
        sample_rate=16_000,
        codec="flac",
        key=key,
        sha256="",
        size=1,
    )


def exception(
    school: RunningSchool, running: RunningClass, kind: ExceptionKind, now: datetime
) -> ExceptionCase:
    routing = case_kind(kind)
    return ExceptionCase(
        id=uuid4(),
        organization_id=school.id,
        subject_kind=SubjectKind.SESSION,
        subject_id=running.id,
        kind=kind,
        severity=routing.severity,
        owner=routing.owner,
        queue=routing.owner,
        due_at=now + routing.due_within,
        acknowledge_due_at=now,
        opened_at=now,
    )
