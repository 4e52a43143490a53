"""An instructor asks for leave on their own page; staff see the booked classes in it, and approve or decline."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.campus import HOUR, Json, School, problem_of
from tests.console.colleagues import mail_to
from tests.console.conftest import signed_in_page
from tests.console.own_browsers import instructors_browser, own_page
from tests.console.screens import look_and_check
from tests.links import open_link
from tests.stack import TestMail

pytestmark = pytest.mark.adapter

OWN, STAFF = "/teaching/leave", "/people/leave-requests"


def days(first: int, last: int) -> Json:
    """Whole days from today, as the form sends them; the instructor's zone is UTC."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return {
        name: (today + timedelta(days=day)).isoformat(timespec="minutes")
        for name, day in (("starts_at", first), ("ends_at", last))
    }


async def ask(browser: httpx.AsyncClient, **typed: str) -> httpx.Response:
    key = re.findall(r'name="key" value="([^"]+)"', (await browser.get(OWN)).text)[0]
    form = {"key": key, "reason": "illness", "note": "A cold."} | typed
    first = await browser.post(OWN, data=form)
    if first.is_success:
        await browser.post(OWN, data=form)  # sent twice, it asks once
    return first


async def leave_cases(harbour: School, state: str) -> list[Json]:
    found = await harbour.get(f"/v1/exceptions?kind=leave_requested&state={state}")
    return list(found["items"])


async def test_approved_leave_is_entered_and_substitutes_are_sought(
    harbour: School, mail_sink: TestMail
) -> None:
    session_id = await harbour.book(72 * HOUR)
    async with await instructors_browser(harbour) as ada:
        wrong = await ask(ada, **days(5, 2))
        assert (wrong.status_code, "still to come" in wrong.text) == (422, True)
        page = await ask(ada, **days(2, 5))
        assert "Waits for your school" in page.text
        (case,) = await leave_cases(harbour, "open")
        assert case["subject_id"] == harbour.ids["instructor"]
        assert "Your classes in this time:" in page.text
        (asked,) = (await harbour.get("/v1/leave-requests?state=asked"))["items"]
        shown = await harbour.get(f"/v1/leave-requests/{asked['id']}")
        assert shown["session_ids"] == [session_id]

        async with harbour.campus.browser() as staff:
            shown_case = await open_link(
                staff, harbour.campus.console_url(harbour.id, f"/exceptions/{case['id']}")
            )
            assert "Decide about the leave" in shown_case.text
            listed = await open_link(staff, harbour.campus.console_url(harbour.id, STAFF))
            assert "A cold." in listed.text
            assert f"/sessions/{session_id}" in listed.text
            done = await staff.post(f"{STAFF}/{asked['id']}/approve", data={"answer": "Get well soon."})
            assert "Approved." in done.text
            assert "No leave requests" in done.text
        assert "Get well soon." in (await ada.get(OWN)).text
        assert [one["id"] for one in await leave_cases(harbour, "self_resolved")] == [case["id"]]
        mail = await mail_to(mail_sink, f"ada.{harbour.id}@harbour.example", "Your leave is approved")
        assert "Get well soon." in mail["text"]
        refused = await ada.post(f"{OWN}/withdraw", data={"request_id": asked["id"]})
        assert refused.status_code == 409
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    leave = (await harbour.get(path))["leave"]
    assert [(one["starts_at"], one["ends_at"]) for one in leave] == [(asked["starts_at"], asked["ends_at"])]
    assert len(await harbour.get(f"/v1/sessions/{session_id}/substitutions")) == 1
    again = await harbour.post(f"/v1/leave-requests/{asked['id']}/approve", {"answer": ""})
    assert again["classes"] == [{"session_id": session_id, "problem": None, "planned": False}]
    assert (await harbour.get(path))["leave"] == leave
    late = await harbour.api.post(f"/v1/leave-requests/{asked['id']}/decline", json={"answer": ""})
    problem_of(late, 409, "transition-refused")


async def test_declined_and_withdrawn_leave_changes_nothing(harbour: School) -> None:
    async with await instructors_browser(harbour) as ada:
        await ask(ada, **days(2, 3))
        await ask(ada, **days(4, 5))
        second, first = (await harbour.get("/v1/leave-requests"))["items"]
        await harbour.post(f"/v1/leave-requests/{first['id']}/decline", {"answer": "Not that week."})
        withdrawn = await ada.post(f"{OWN}/withdraw", data={"request_id": second["id"]})
        assert "Withdrawn" in withdrawn.text
        assert "Not that week." in withdrawn.text
    refused = await harbour.api.post(f"/v1/leave-requests/{second['id']}/approve", json={"answer": ""})
    problem_of(refused, 409, "transition-refused")
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    assert (await harbour.get(path))["leave"] == []


async def test_leave_is_asked_for_once_and_bounded(harbour: School) -> None:
    async with await instructors_browser(harbour) as ada:
        assert (await ask(ada, **days(2, 4))).is_success
        for typed, status, said in (
            (days(3, 6), 409, "You have asked for leave in this time already. Choose other days"),
            (days(9, 376), 422, "Leave lasts at most 366 days."),
            (days(720, 740), 422, "Leave must end within the next two years."),
        ):
            refused = await ask(ada, **typed)
            assert (refused.status_code, said in refused.text) == (status, True), refused.text
        (asked,) = (await harbour.get("/v1/leave-requests"))["items"]
        await harbour.post(f"/v1/leave-requests/{asked['id']}/approve", {"answer": ""})
    path = f"/v1/instructors/{harbour.ids['instructor']}"
    longer = {
        "starts_at": asked["starts_at"],
        "ends_at": f"{datetime.fromisoformat(asked['ends_at']) + 24 * HOUR}",
    }
    await harbour.post(f"{path}/absences", longer)
    stored = await harbour.get(f"{path}/availability")
    assert [one["starts_at"] for one in stored["leave"]] == [asked["starts_at"], asked["ends_at"]], (
        "none twice"
    )
    overlapping = stored | {"leave": [*stored["leave"], longer]}
    refused = await harbour.api.put(f"{path}/availability", json=overlapping)
    assert "overlap" in problem_of(refused, 422, "invalid-input")["detail"]


async def test_the_pages_in_a_browser(harbour: School, chromium: Browser) -> None:
    await harbour.book(72 * HOUR)
    async with (
        await instructors_browser(harbour) as ada,
        own_page(chromium, harbour, ada) as page,
    ):
        await page.goto(f"{harbour.campus.url}/teaching")
        await page.get_by_role("link", name="Leave").click()
        times = days(2, 5)
        await page.get_by_label("From").fill(times["starts_at"])
        await page.get_by_label("Until").fill(times["ends_at"])
        await page.get_by_role("button", name="Ask for leave").click()
        await expect(page.get_by_text("Waits for your school")).to_be_visible()
        await look_and_check(page, "own-leave")
    async with signed_in_page(chromium, harbour) as staff:
        await staff.goto(f"{harbour.campus.url}/people/instructors")
        await staff.get_by_role("link", name="Leave requests").click()
        await look_and_check(staff, "leave-requests")
        await staff.get_by_role("button", name="Decline").click()
        await expect(staff.get_by_text("Declined.")).to_be_visible()
