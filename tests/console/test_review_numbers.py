"""Numbers that may have been heard wrong are marked in review, heard with one key, and asked for before approval."""

import asyncio

import psycopg
import pytest
from playwright.async_api import Page, expect

from tests.campus import School
from tests.console.lesson import Lesson
from tests.console.reviewing import documentation, open_review
from tests.console.screens import look_and_check
from tests.console.taught import Hall

pytestmark = pytest.mark.adapter

HOMEWORK = "Page twelve"
CHECK = "Check “twelve”: hard to hear and heard in two ways, maybe “20”."


@pytest.fixture
async def taught(hall: Hall, academy: School) -> Lesson:
    """A class whose page number was hard to hear, and was read differently by the second decoding."""
    lesson = await hall.taught_class(academy)
    with psycopg.connect(hall.campus.database.superuser) as connection:
        changed = connection.execute(
            "update utterance set words = replace(words::text, %s, %s)::jsonb where session_id = %s and text ~ %s",
            ['"twelve,", 0.95', '"twelve,", 0.4, "20"', lesson.session_id, "page twelve"],
        )
        assert changed.rowcount == 1
    return lesson


async def test_a_doubtful_number_is_heard_with_one_key_and_then_approved(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    doubts = page.locator(".doubts li")
    await expect(doubts).to_have_text([CHECK])
    await page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Check these numbers before families act on them")
    await expect(dialog).to_contain_text(CHECK)
    await look_and_check(page, "review-numbers")
    await dialog.get_by_role("button", name="Back").click()

    card = page.locator(".statement", has=doubts)
    await card.focus()
    await page.keyboard.press("v")
    await expect(page.locator(".doubts [data-heard]")).to_have_count(1)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(f"{hall.campus.url}/review")
    approved = await documentation(academy, taught)
    assert approved["status"] == "approved"
    (found,) = approved["doubtful_numbers"]
    assert (found["number"], found["alternative"]) == ("twelve", "20")
    assert found["doubts"] == ["unsure", "differs"]
    assert HOMEWORK in approved["statements"][found["position"] - 1]["text"]


async def test_a_corrected_number_is_no_longer_doubtful(
    page: Page, hall: Hall, academy: School, taught: Lesson
) -> None:
    await open_review(page, hall, taught)
    doubts = page.locator(".doubts li")
    await expect(doubts).to_have_count(1)
    text = page.locator(".statement", has=doubts).locator("textarea")
    await text.fill("Page 20, exercises one to four, until Thursday.")
    await expect(doubts).to_have_count(0)


async def test_programs_approve_without_being_asked(hall: Hall, academy: School, taught: Lesson) -> None:
    draft = await documentation(academy, taught)
    assert len(draft["doubtful_numbers"]) == 1
    path = f"/v1/sessions/{taught.session_id}/documentation/approve"
    answer = await academy.api.post(path, json={"revision": draft["revision"]})
    assert answer.status_code == 204, answer.text


async def test_of_an_approval_and_a_revision_at_the_same_moment_none_is_lost(
    hall: Hall, academy: School
) -> None:
    """Over HTTP and through the class's workflow, in both orders: what was accepted is what the record says."""
    for approval_first in (True, False):
        lesson = await hall.taught_class(academy)
        draft = await documentation(academy, lesson)
        path = f"/v1/sessions/{lesson.session_id}/documentation"
        number, statements = draft["revision"], draft["statements"]
        change = [statements[0] | {"text": "They added thirds."}, *statements[1:]]
        requests = [
            academy.api.post(f"{path}/approve", json={"revision": number}),
            academy.api.post(f"{path}/revisions", json={"statements": change, "based_on": number}),
        ]
        if approval_first:
            approval, revision = await asyncio.gather(*requests)
        else:
            revision, approval = await asyncio.gather(*reversed(requests))
        kept = await documentation(academy, lesson)
        assert {approval.is_success, revision.is_success} == {True, False}, (approval.text, revision.text)
        refused = revision if approval.is_success else approval
        assert refused.status_code == 409, refused.text
        assert kept["status"] == ("approved" if approval.is_success else "draft")
        assert kept["revision"] == number + revision.is_success
