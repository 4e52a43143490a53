"""Who reads which statement is shown and chosen in review, and is what the families' mails hold."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.campus import School
from tests.console.lesson import Lesson
from tests.console.reviewing import documentation, open_review
from tests.console.screens import look_and_check
from tests.console.taught import Hall
from tests.stack import TestMail

pytestmark = pytest.mark.adapter

LEOS = "Leo mixes up thirds and sixths."


@pytest.fixture
async def taught(hall: Hall, academy: School) -> Lesson:
    return await hall.taught_class(academy)


async def add(page: Page, section: str, text: str) -> None:
    """A new statement by keyboard; `section` is its number."""
    await page.keyboard.press("n")
    await page.keyboard.press(section)
    await page.keyboard.type(text)
    await page.keyboard.press("Escape")


async def test_each_family_is_mailed_what_review_shows_as_theirs(
    page: Page, hall: Hall, academy: School, taught: Lesson, mail_sink: TestMail
) -> None:
    await open_review(page, hall, taught)
    readers = page.locator(".audience")
    await expect(readers).to_have_text(
        ["Everyone", "Everyone", "Everyone", "Noor Haddad", "Leo Lindqvist", "Everyone", "Everyone"]
    )
    await page.locator(".statement").nth(3).get_by_role("textbox", name="Answer").fill("three of four")
    await expect(page.locator(".statement textarea").nth(3)).to_have_value(
        "Asked “What is one half plus one quarter?”, the answer was “three of four”"
    )
    await page.keyboard.press("Enter")

    await add(page, "2", LEOS)
    selected = page.locator(".statement[data-selected]")
    await expect(selected.locator(".audience")).to_have_text("Leo Lindqvist")
    await page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Who reads this statement?")
    await expect(dialog.get_by_label("Leo Lindqvist")).to_be_checked()
    await look_and_check(page, "review-audience-dialog")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(selected.locator(".audience-warning")).to_contain_text(
        "About Leo Lindqvist, but every family reads it."
    )
    await look_and_check(page, "review-audience-warning")

    await page.keyboard.press("Control+Enter")
    warning = page.get_by_role("dialog", name="Families would read about other children")
    await expect(warning).to_contain_text(LEOS)
    await look_and_check(page, "review-audience-approval")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{hall.campus.url}/review")
    await academy.run_until(str(taught.session_id), "closed")

    noors, leos = [await summary_to(mail_sink, academy, number) for number in (0, 1)]
    assert "three of four" in noors
    assert "three of four" not in leos
    assert LEOS in leos
    assert "mixes up" not in noors
    assert "two ninths" not in noors
    for text in (noors, leos):
        assert "Page twelve, exercises one to four" in text


async def summary_to(mail_sink: TestMail, academy: School, number: int) -> str:
    address = f"guardian{number}.{academy.id}@family.example"
    messages = await asyncio.to_thread(mail_sink.messages, address)
    return next(
        str(message["text"]) for message in messages if message["subject"].startswith("Class summary")
    )


async def test_an_audience_is_chosen_by_mouse_and_saved(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    first = page.locator(".statement").first
    await first.locator(".audience").click()
    dialog = page.get_by_role("dialog", name="Who reads this statement?")
    await dialog.get_by_label("Only the families of").check()
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Choose at least one student.")
    await dialog.get_by_label("Noor Haddad").check()
    await dialog.get_by_role("button", name="Done").click()
    await expect(first.locator(".audience")).to_have_text("Noor Haddad")
    await page.keyboard.press("s")
    await expect(page.get_by_text("Saved as revision 2.")).to_be_visible()

    students = await academy.get(f"/v1/sessions/{taught.session_id}/participants")
    (noor,) = (person["student_id"] for person in students if person["name"] == "Noor Haddad")
    saved = await documentation(academy, taught)
    assert saved["statements"][0]["audience"] == {"kind": "students", "students": [noor], "by_hand": True}
    assert saved["statements"][1]["audience"]["by_hand"] is False
    await page.goto(f"{hall.campus.url}/sessions/{taught.session_id}")
    await expect(page.locator("#documentation .readers").first).to_have_text("Noor Haddad")


async def test_a_new_statement_is_not_approved_without_a_section(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    await page.keyboard.press("n")
    await page.locator(".statement[data-new] textarea").fill("Bring a ruler.")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Choose a section for the new statement.")
    await page.reload()
    await expect(page.locator(".statement[data-new] textarea")).to_have_value("Bring a ruler.")
    await page.locator(".statement[data-new]").get_by_role("button", name="Homework").click()
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(f"{hall.campus.url}/review")
    approved = await documentation(academy, taught)
    assert ("homework", "Bring a ruler.") in [(one["section"], one["text"]) for one in approved["statements"]]
