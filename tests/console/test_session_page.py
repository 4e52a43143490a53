"""The session page in Chromium: attendance, transcript, audio and commands."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, Route, expect

from cli.demo_class.script import Speaker
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.documentation import Citation, Section, Statement
from tests.campus import School, school
from tests.console.conftest import ZONE, signed_in_page
from tests.console.lesson import Lesson
from tests.console.screens import look_and_check
from tests.console.taught import Hall
from tests.markup import MARKUP

pytestmark = pytest.mark.adapter


@pytest.fixture
async def taught(hall: Hall, academy: School) -> Lesson:
    return await hall.taught_class(academy)


async def open_page(page: Page, hall: Hall, session_id: object) -> None:
    await page.goto(f"{hall.campus.url}/sessions/{session_id}")
    await expect(page.locator("[data-live-status][data-state=live]")).to_be_visible()


async def choose(page: Page, command: str) -> None:
    """By keyboard: focus on the button, and Enter."""
    await page.get_by_role("button", name=command, exact=True).focus()
    await page.keyboard.press("Enter")


async def more_of(page: Page, name: str) -> None:
    """Open the menu of a person by keyboard."""
    await page.locator(f'summary[aria-label="More: {name}"]').press("Enter")


async def top_of(page: Page, element: str) -> float:
    """How far from the top of the window, in pixels."""
    top: float = await page.locator(element).evaluate("element => element.getBoundingClientRect().top")
    return top


async def session(academy: School, session_id: object) -> Any:
    return await academy.get(f"/v1/sessions/{session_id}")


async def test_a_student_is_removed_and_added_again(page: Page, hall: Hall, academy: School) -> None:
    session_id = await academy.book()
    await open_page(page, hall, session_id)
    page.on("dialog", lambda dialog: dialog.accept())
    await more_of(page, "Leo Lindqvist")
    await look_and_check(page, "session-people-menu")
    await page.get_by_role("button", name="Remove Leo Lindqvist from this class").click()
    await expect(page.locator("#people")).not_to_contain_text("Leo Lindqvist")
    await page.get_by_role("link", name="Add a student").click()
    await expect(page.get_by_text("In the class")).to_have_count(1)
    await page.get_by_role("button", name="Add Leo Lindqvist").click()
    await expect(page.locator("#people")).to_contain_text("Leo Lindqvist")
    await expect(page.get_by_text("Added to the class")).to_be_visible()
    await more_of(page, "Leo Lindqvist")
    await page.get_by_role("button", name="Remove Leo Lindqvist from this class").click()
    await expect(page.locator("#people")).not_to_contain_text("Leo Lindqvist")
    await more_of(page, "Noor Haddad")
    await page.get_by_role("button", name="Remove Noor Haddad from this class").click()
    await expect(page.locator("#people")).to_contain_text("Cancel the class instead.")


async def test_a_taught_class_shows_attendance_and_times(reader: Page, hall: Hall, lesson: Lesson) -> None:
    await open_page(reader, hall, lesson.session_id)
    bars = reader.get_by_role("img", name="Leo Lindqvist")
    await expect(bars).to_have_attribute(
        "aria-label",
        "Leo Lindqvist: in class 3:00–17:00, 17:24–22:00, 24:00–28:36; away 17:00–17:24, 22:00–24:00",
    )
    here = lesson.starts_at.astimezone(ZoneInfo(ZONE))
    shown = reader.locator(".head-title .span")
    await expect(shown).to_contain_text(f"{here:%H:%M}–")
    await expect(shown).to_contain_text(f"({lesson.starts_at:%H:%M}–")
    await expect(shown).to_contain_text("UTC)")
    await look_and_check(reader, "session")


async def test_what_was_not_recorded_is_shown_where_the_class_is_read(
    page: Page, hall: Hall, taught: Lesson, academy: School
) -> None:
    """Leo was unmuted for five minutes of which hardly anything is stored."""
    leo, since = taught.people[Speaker.SECOND_STUDENT], taught.starts_at + timedelta(minutes=5)
    changes = ((EventKind.TRACK_PUBLISHED, since), (EventKind.TRACK_MUTED, since + timedelta(minutes=5)))
    await hall.record(
        taught,
        *(
            SessionEvent(
                EventSource.CAPTURE,
                f"{kind}:{at}",
                kind,
                at,
                leo,
                "PA",
                "TR_x",
                data={"source": "microphone"},
            )
            for kind, at in changes
        ),
    )
    await open_page(page, hall, taught.session_id)
    note = page.get_by_role("note")
    await expect(note).to_contain_text("Not recorded: 5m of this class.")
    await expect(note.get_by_role("listitem")).to_contain_text("Leo Lindqvist")
    await expect(page.get_by_role("img", name="Leo Lindqvist")).to_have_attribute(
        "aria-label", re.compile("; not recorded 5:00–10:00$")
    )
    await look_and_check(page, "session-with-gap")
    recordings = await academy.get(f"/v1/sessions/{taught.session_id}/recordings")
    (missing,) = next(one["unheard"] for one in recordings if one["participant_id"] == leo)
    assert missing["seconds"] == 300


async def test_a_word_plays_from_its_time_and_the_next_utterances_follow(
    reader: Page, hall: Hall, lesson: Lesson
) -> None:
    await open_page(reader, hall, lesson.session_id)
    third, fourth = lesson.utterances()[2:4]
    word = reader.locator(f"#utterance-{third.id} [data-at]").nth(4)
    async with reader.expect_request(f"**/{third.id}.wav?from=1280") as requested:
        await word.click()
    answer = await (await requested.value).response()
    assert answer is not None
    assert answer.status == 200
    player = reader.get_by_role("region", name="Player")
    await expect(player).to_contain_text("Ada Okafor What is one half plus one quarter?")
    await expect(reader.locator(f"#utterance-{fourth.id} [data-spoken]")).to_be_visible()
    await expect(player).to_contain_text("Noor Haddad One half is two quarters")
    await look_and_check(reader, "session-playing")
    await reader.get_by_role("button", name="Close player").click()
    await expect(player).to_be_hidden()


async def test_the_transcript_is_navigated_and_played_by_keyboard(
    reader: Page, hall: Hall, lesson: Lesson
) -> None:
    await open_page(reader, hall, lesson.session_id)
    first, second = lesson.utterances()[:2]
    await reader.locator(f"#utterance-{first.id} .play").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        await reader.keyboard.press(key)
    async with reader.expect_request(f"**/{second.id}.wav?from=640"):
        await reader.keyboard.press("Enter")
    await expect(reader.locator(f"#utterance-{second.id} [data-spoken]")).to_be_visible()
    assert await reader.locator("[data-transcript] [tabindex='0']").count() == 1


async def test_a_draft_is_approved_on_the_session_page(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_page(page, hall, taught.session_id)
    await page.get_by_role("button", name="Approve and send to guardians").click()
    await expect(page.get_by_text("Approved. Guardians will get the summary by email.")).to_be_visible()
    await academy.run_until(str(taught.session_id), "closed")
    await expect(page.locator("#documentation .badge").first).to_have_text("approved")
    await look_and_check(page, "session-filed")


async def test_a_toast_appears_even_if_the_button_is_gone_before_the_response(
    page: Page, hall: Hall, taught: Lesson
) -> None:
    button = page.get_by_role("button", name="Approve and send to guardians")

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await expect(button).to_have_count(0)
        await route.fulfill(response=answer)

    await open_page(page, hall, taught.session_id)
    await page.route("**/approve", late)
    await button.click()
    await expect(page.get_by_text("Approved. Guardians will get the summary by email.")).to_be_visible()


async def test_a_live_update_keeps_audio_and_scroll_position(
    reader: Page, hall: Hall, library: School, lesson: Lesson
) -> None:
    await open_page(reader, hall, lesson.session_id)
    last = lesson.utterances()[-3]
    await reader.locator(f"#utterance-{last.id} .play").click()
    await expect(reader.locator(f"#utterance-{last.id} [data-spoken]")).to_be_visible()
    before = await top_of(reader, f"#utterance-{last.id}")
    await hall.open_case(library, lesson.session_id)
    await expect(reader.get_by_role("region", name="Exceptions")).to_contain_text("Substitution requested")
    await expect(reader.get_by_role("region", name="Player")).to_be_visible()
    await expect(reader.locator("[data-transcript] [data-spoken]")).to_be_visible()
    assert abs(await top_of(reader, f"#utterance-{last.id}") - before) < 2, (
        "what was in view stays where it was"
    )

    await reader.get_by_role("button", name="Resolve: substitution requested").click()
    await expect(reader.get_by_role("region", name="Exceptions")).to_contain_text("resolved")
    exceptions = await library.get(f"/v1/sessions/{lesson.session_id}/exceptions")
    (case,) = (one for one in exceptions if one["kind"] == "substitution_requested")
    assert case["state"] == "resolved"
    assert (await library.get(f"/v1/exceptions/{case['id']}"))["resolved_by"] == "operator"


async def test_the_reschedule_dialog_survives_updates_and_refusals(
    page: Page, hall: Hall, academy: School
) -> None:
    session_id = await academy.book(timedelta(days=2), time_zone="Europe/Madrid")
    await open_page(page, hall, session_id)
    await choose(page, "Reschedule")
    dialog = page.get_by_role("dialog", name="Reschedule class")
    await look_and_check(page, "session-reschedule")
    await dialog.get_by_label("Starts at").fill("2020-01-01T10:00")
    await dialog.get_by_label("Length in minutes").fill("45")
    await hall.ask_for_substitute(session_id)
    await expect(page.locator("#cases")).to_contain_text("No substitute found")
    await expect(dialog.get_by_label("Length in minutes")).to_have_value("45")
    await dialog.get_by_role("button", name="Reschedule class").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The class would start in the past")
    await expect(dialog.get_by_label("Length in minutes")).to_have_value("45")
    await dialog.get_by_label("Starts at").fill("2090-07-03T16:30")
    await dialog.get_by_role("button", name="Reschedule class").click()
    await expect(dialog).to_be_hidden()
    moved = await session(academy, session_id)
    assert moved["starts_at"] == "2090-07-03T14:30:00Z", "16:30 in Madrid"
    assert moved["ends_at"] == "2090-07-03T15:15:00Z"
    await expect(page.get_by_role("button", name="Reschedule")).to_be_focused()


async def test_a_cancellation_has_to_be_confirmed(page: Page, hall: Hall, academy: School) -> None:
    session_id = await academy.book(timedelta(days=2))
    await open_page(page, hall, session_id)
    await choose(page, "Cancel class")
    dialog = page.get_by_role("dialog", name="Cancel this class?")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Cancel class")).to_be_focused()
    assert (await session(academy, session_id))["state"] == "scheduled"
    await page.keyboard.press("Enter")
    await dialog.get_by_label("Reason").select_option("holiday")
    await dialog.get_by_role("button", name="Cancel class").press("Enter")
    await expect(page.locator("#head .badge")).to_have_text("cancelled")
    assert (await session(academy, session_id))["state"] == "cancelled"
    await look_and_check(page, "session-cancelled")


async def test_a_running_class_is_extended_substituted_and_ended(
    page: Page, hall: Hall, academy: School
) -> None:
    session_id = await hall.live_class(academy)
    await academy.post("/v1/instructors", {"name": "Mei Tanaka", "email": "mei@harbour.example"})
    await open_page(page, hall, session_id)
    ends_at = datetime.fromisoformat((await session(academy, session_id))["ends_at"])

    await choose(page, "Extend")
    dialog = page.get_by_role("dialog", name="Extend class")
    await dialog.get_by_role("button", name="Extend class").click()
    await expect(dialog).to_be_hidden()
    later = datetime.fromisoformat((await session(academy, session_id))["ends_at"])
    assert ends_at + timedelta(minutes=15) <= later < ends_at + timedelta(minutes=16)
    assert (later.second, later.microsecond) == (0, 0)

    await choose(page, "Substitute")
    await page.get_by_label("Substitute", exact=True).select_option("Mei Tanaka")
    await page.get_by_role("button", name="Ask instructors").click()
    await expect(page.locator("#substitutions")).to_contain_text("Mei Tanaka")

    await choose(page, "Invite a guest")
    await page.get_by_label("Name").fill("<i>Aunt</i>")
    await page.get_by_role("button", name="Create link").click()
    link = page.get_by_label("Guest link")
    await expect(link).to_have_value(re.compile("/j/"))
    await expect(page.get_by_role("dialog")).to_contain_text("<i>Aunt</i>")
    await look_and_check(page, "session-guest")
    await page.keyboard.press("Escape")
    await expect(page.locator("#people")).to_contain_text("<i>Aunt</i>")
    await look_and_check(page, "session-live-desk")

    await choose(page, "End class")
    await page.get_by_role("dialog").get_by_role("button", name="End for everyone").click()
    await academy.run_until(session_id, "documenting")  # nobody spoke: it can be reopened
    await expect(page.locator("#head .badge")).to_have_text("documenting")


async def test_a_class_that_ended_by_mistake_is_reopened(page: Page, hall: Hall, academy: School) -> None:
    lesson = await hall.taught_class(academy)
    await open_page(page, hall, str(lesson.session_id))
    await choose(page, "Reopen")
    dialog = page.get_by_role("dialog", name="Reopen class")
    await look_and_check(page, "session-reopen")
    await dialog.get_by_role("button", name="Reopen class").click()
    await expect(page.locator("#head .badge")).to_have_text("live")


async def test_markup_is_text_on_every_page(chromium: Browser, hall: Hall) -> None:
    async with school(hall.campus, MARKUP) as marked, signed_in_page(chromium, marked) as page:
        lesson = await hall.taught_class(marked, statements=marked_statements)
        for path in (
            f"/sessions/{lesson.session_id}",
            "/review",
            f"/sessions/{lesson.session_id}/review",
        ):
            await page.goto(hall.campus.url + path)
            await expect(page.locator("main")).to_contain_text(MARKUP.format("Adding fractions"))
            assert await page.locator("b[onclick], img[onerror]").count() == 0
        await expect(page.locator(".statement textarea").first).to_have_value(MARKUP.format("stated"))
        await expect(page.locator(".citation q").first).to_have_text(MARKUP.format("quote"))
        await page.locator(".statement textarea").first.fill(MARKUP.format("changed"))
        await page.keyboard.press("Escape")
        await page.keyboard.press("s")
        await expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
        await page.reload()
        await page.keyboard.press("d")
        await page.keyboard.press("Enter")
        await expect(page.locator("#changes-2")).to_contain_text("{{ 7 * 7 }}")
        assert await page.locator("b[onclick], img[onerror]").count() == 0


def marked_statements(lesson: Lesson) -> tuple[Statement, ...]:
    cited = (Citation(lesson.utterances()[0].id, MARKUP.format("quote")),)
    return (Statement(Section.TOPICS, MARKUP.format("stated"), cited),)


async def test_ops_on_the_phone_copies_a_link_and_sends_a_message_again(
    page: Page, hall: Hall, academy: School
) -> None:
    session_id = await academy.book()
    await open_page(page, hall, session_id)
    link = page.get_by_label("Join link of Noor Haddad", exact=True)
    assert re.fullmatch(r"http.*/j/[0-9a-z]{3}-[0-9a-z]{4}-[0-9a-z]{3}", await link.input_value())
    await page.get_by_role("button", name="Copy link of Noor Haddad").click()
    messages = page.locator("#notices li").filter(has_text="Guardian of Noor Haddad")
    await expect(messages.get_by_role("link", name="Guardian of Noor Haddad")).to_be_visible()
    await messages.get_by_text("Correct the address").click()
    await messages.get_by_label("Corrected address").fill(f"noor.{academy.id}@family.example")
    await messages.get_by_role("button", name="Send again").click()
    await expect(page.get_by_text(f"Sent again to noor.{academy.id}@family.example.")).to_be_visible()
    await expect(page.locator("#notices")).to_contain_text(f"noor.{academy.id}@family.example")
