"""The review page in Chromium: editing and approving by keyboard, and changes by somebody else meanwhile."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.campus import School
from tests.console.lesson import Lesson
from tests.console.screens import look_and_check
from tests.console.taught import Hall

pytestmark = pytest.mark.adapter

MENDED = "Adding fractions whose denominators differ."
NEW = "Three sixths are one half: jkxun?"


@pytest.fixture
async def taught(hall: Hall, academy: School) -> Lesson:
    return await hall.taught_class(academy)


async def open_review(page: Page, hall: Hall, lesson: Lesson) -> None:
    await page.goto(f"{hall.campus.url}/sessions/{lesson.session_id}/review")
    await page.locator(".statement").first.wait_for()


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def type_over(page: Page, text: str) -> None:
    await press(page, "ControlOrMeta+a")
    await page.keyboard.type(text)


async def documentation(academy: School, lesson: Lesson) -> Any:
    return await academy.get(f"/v1/sessions/{lesson.session_id}/documentation")


async def revise_elsewhere(academy: School, lesson: Lesson, text: str) -> None:
    current = await documentation(academy, lesson)
    statements = [current["statements"][0] | {"text": text}, *current["statements"][1:]]
    body = {"statements": statements, "based_on": current["revision"], "reason": "elsewhere"}
    await academy.post(f"/v1/sessions/{lesson.session_id}/documentation/revisions", body)


async def test_a_draft_is_edited_and_approved_by_keyboard_alone(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await page.goto(f"{hall.campus.url}/review")
    await look_and_check(page, "review-queue")
    await press(page, "j", "Enter")
    await page.locator(".statement[data-selected]").wait_for()
    await look_and_check(page, "review")

    await press(page, "?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await look_and_check(page, "review-keys")
    await press(page, "Escape", "j")
    await expect(page.get_by_role("region", name="Player")).to_contain_text("common denominator")
    await expect(page.locator("[data-cited] [data-spoken]")).to_have_count(1)

    await press(page, "k", "e")
    await type_over(page, MENDED)
    await press(page, "Enter", "Alt+ArrowDown")
    await press(page, "t", "ArrowDown", "m", "n")
    await expect(page.get_by_role("group", name="Section of the new statement")).to_be_visible()
    await look_and_check(page, "review-new")
    await press(page, "1")
    await page.keyboard.type(NEW)
    await press(page, "Escape", "j", "x", "u", "x")
    await expect(page.locator(".statement")).to_have_count(7)
    await look_and_check(page, "review-edited")
    await press(page, "Control+Enter")
    await page.wait_for_url("**/review")
    await expect(page.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    await expect(page.get_by_text("Nothing to review")).to_be_visible()
    await look_and_check(page, "review-queue-empty")

    approved = await documentation(academy, taught)
    assert approved["status"] == "approved"
    assert approved["revision"] == 2
    texts = [one["text"] for one in approved["statements"]]
    assert texts[:3] == ["Finding a common denominator.", MENDED, NEW]
    assert "Practised with thirds and sixths." not in texts
    assert approved["statements"][2]["citations"][0]["quote"].startswith("Remember, before we can add")
    await academy.run_until(str(taught.session_id), "closed")


async def test_approving_leads_to_the_next_draft(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    other = await hall.taught_class(academy)
    await open_review(page, hall, taught)
    await press(page, "Control+Enter")
    await page.wait_for_url(f"**/sessions/{other.session_id}/review")
    assert (await documentation(academy, taught))["revision"] == 1
    await page.get_by_role("button", name="Approve").click()
    await page.wait_for_url("**/review")


async def test_every_statement_plays_its_cited_utterance(reader: Page, hall: Hall, lesson: Lesson) -> None:
    await open_review(reader, hall, lesson)
    requested: list[str] = []
    reader.on("request", lambda request: requested.append(request.url))
    for number, statement in enumerate(lesson.statements()):
        card = reader.locator(".statement").nth(number)
        await card.locator("textarea").click()
        first = statement.citations[0].utterance_id
        await expect(reader.locator(f"#utterance-{first}[data-playing]")).to_be_visible()
        await expect(reader.locator(f"#utterance-{first}")).to_be_in_viewport()
        assert any(f"{first}.wav" in url for url in requested)
    (other,) = lesson.statements()[4].citations[1:]
    await reader.get_by_role("button", name=f"Play: {other.quote}").click()
    await expect(reader.locator(f"#utterance-{other.utterance_id} [data-spoken]")).to_be_visible()


async def test_unsaved_edits_survive_a_reload(reader: Page, hall: Hall, lesson: Lesson) -> None:
    await open_review(reader, hall, lesson)
    await press(reader, "e")
    await type_over(reader, MENDED)
    await reader.reload()
    await expect(reader.get_by_text("Your unsaved edits are back.")).to_be_visible()
    await expect(reader.locator(".statement textarea").first).to_have_value(MENDED)
    await reader.get_by_role("button", name="Discard").click()
    await expect(reader.locator(".statement textarea").first).to_have_value(lesson.statements()[0].text)
    await expect(reader.get_by_text("Your unsaved edits are back.")).to_have_count(0)


async def test_a_revision_by_somebody_else_keeps_unsaved_edits(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    await press(page, "e")
    await type_over(page, MENDED)
    await revise_elsewhere(academy, taught, "Adding unlike fractions.")
    alert = page.get_by_role("alert").filter(has_text="Someone else changed this draft.")
    await expect(alert).to_contain_text("your edits are kept.")
    async with page.expect_response("**/approve"):
        await press(page, "Control+Enter")
    await expect(alert).to_contain_text("They saved revision 2. You're editing revision 1")
    await look_and_check(page, "review-stale")
    await page.get_by_role("button", name="See their changes").click()
    theirs = page.get_by_role("dialog", name="Their changes")
    await expect(theirs.locator("ins").first).to_contain_text("unlike")
    await look_and_check(page, "review-theirs")
    await press(page, "Escape")
    await expect(page.locator(".statement textarea").first).to_have_value(MENDED)
    await page.get_by_role("button", name="Keep mine").click()
    await expect(page.get_by_text("Saved as revision 3.")).to_be_visible()
    current = await documentation(academy, taught)
    assert current["status"] == "draft"
    assert current["statements"][0]["text"] == MENDED


async def test_a_reader_without_edits_can_show_the_new_revision(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    await revise_elsewhere(academy, taught, "Adding unlike fractions.")
    await page.get_by_role("button", name="Show latest").click()
    await expect(page.locator(".statement textarea").first).to_have_value("Adding unlike fractions.")
    await press(page, "d", "Enter")
    changed = page.locator("#changes-2")
    await expect(changed.locator("ins").first).to_contain_text("unlike")
    await expect(page.get_by_text("first key ·")).to_be_visible()
    await expect(page.get_by_text("drafted by the extractive engine")).to_be_visible()
    await look_and_check(page, "review-history")


async def test_changes_are_requested_with_a_reason(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    await press(page, "r")
    await page.keyboard.type("Name the homework page.")
    await press(page, "Tab", "Tab", "Enter")
    await expect(page.get_by_text("Changes requested: Name the homework page.")).to_be_visible()
    current = await documentation(academy, taught)
    assert current["status"] == "changes_requested"
    await page.goto(f"{hall.campus.url}/review")
    await expect(page.get_by_text("changes requested")).to_be_visible()


async def test_single_key_shortcuts_can_be_switched_off(reader: Page, hall: Hall, lesson: Lesson) -> None:
    await open_review(reader, hall, lesson)
    await press(reader, "?")
    await reader.get_by_label("Use single-key shortcuts").uncheck()
    await press(reader, "Escape", "x", "n")
    await expect(reader.locator(".statement")).to_have_count(len(lesson.statements()))
    await expect(reader.get_by_text("Unsaved changes")).to_have_count(0)
