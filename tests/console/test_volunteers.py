"""Staff open classes to volunteers: each who can take one is told once, and the first who takes it has it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from domain.notices.kinds import InstructorNoticeKind, NoticeKind
from tests.campus import HOUR, Json, School
from tests.console.colleagues import OPEN, colleague, listed, told
from tests.console.conftest import signed_in_page
from tests.console.own_browsers import instructors_browser, own_browser, own_page
from tests.console.screens import look_and_check

pytestmark = pytest.mark.adapter


async def state_of(harbour: School, session_id: str) -> str:
    return str((await harbour.get(f"/v1/sessions/{session_id}/volunteer-call"))["state"])


async def act(harbour: School, acts: Json) -> list[Json]:
    answer = await harbour.api.post("/v1/session-actions", json=acts)
    assert answer.is_success, answer.text
    results: list[Json] = answer.json()
    return results


async def test_all_who_can_are_told_once_and_the_first_has_the_class(harbour: School) -> None:
    ben, cleo = (
        (await colleague(harbour, "Ben"))["id"],
        (await colleague(harbour, "Cleo", language="de"))["id"],
    )
    dora = (await colleague(harbour, "Dora", subject="Music"))["id"]
    first, second, third = [await harbour.book(hours * HOUR) for hours in (72, 74, 400)]
    acts = {"action": "open_to_volunteers", "ids": [first, second, third], "note": "Only this week."}
    shown = await act(harbour, acts | {"dry_run": True})
    assert sorted(shown[0]["mail_to"]) == ["Ben Adeyemi", "Cleo Adeyemi"]
    for _ in range(2):
        assert all(one["done"] for one in await act(harbour, acts))
    assert await told(harbour, InstructorNoticeKind.VOLUNTEERS_WANTED) == ["ben", "cleo"], "one mail for all"
    found = (await harbour.get("/v1/sessions?open_to_volunteers=true"))["items"]
    assert [one["id"] for one in found] == [first, second]
    async with (
        await own_browser(harbour, "instructor", ben) as bens,
        await own_browser(harbour, "instructor", cleo) as cleos,
        await own_browser(harbour, "instructor", dora) as doras,
        await instructors_browser(harbour) as adas,
    ):
        assert listed(await doras.get(OPEN)) == listed(await adas.get(OPEN)) == []
        forms = listed(await bens.get(OPEN))
        assert [form["kind"] for form in forms] == ["call"] * 3, "though he accepts no extra hours"
        assert "3 classes look for volunteers." in (await bens.get("/teaching")).text
        answers = await asyncio.gather(
            *(browser.post(f"{OPEN}/take", data=forms[0]) for browser in (bens, cleos))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won = ben if answers[0].is_success else cleo
        await harbour.api.delete(f"/v1/sessions/{second}/volunteer-call")
        assert (await bens.post(f"{OPEN}/take", data=forms[1])).status_code == 409, (
            "it is not offered any more"
        )
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=500)
        move = {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat()}
        await harbour.post(f"/v1/sessions/{third}/reschedule", move)
        assert (await bens.post(f"{OPEN}/take", data=forms[2])).status_code == 409, "it was moved"
    assert (await harbour.get(f"/v1/sessions/{first}"))["instructor_id"] == won
    (taken,) = await harbour.get(f"/v1/sessions/{first}/substitutions")
    assert (taken["state"], taken["reason"]) == ("accepted", "volunteer")
    assert [await state_of(harbour, one) for one in (first, second, third)] == [
        "taken",
        "withdrawn",
        "outdated",
    ]
    assert await told(harbour, NoticeKind.REPLACED) == ["ada"]


async def test_colleagues_of_the_course_come_first_and_the_others_later(harbour: School) -> None:
    ben, cleo = [(await colleague(harbour, name))["id"] for name in ("Ben", "Cleo")]
    await harbour.book(90 * HOUR, instructor_id=ben, student_ids=[harbour.ids["student 0"]])
    call = f"/v1/sessions/{await harbour.book(72 * HOUR)}/volunteer-call"
    assert (await harbour.api.put(call, json={"audience": "course"})).json()["told_ids"] == [ben]
    async with await own_browser(harbour, "instructor", cleo) as cleos:
        assert listed(await cleos.get(OPEN)) == []
        widened = (await harbour.api.put(call, json={})).json()
        assert widened["told_ids"] == [ben, cleo]
        assert len(listed(await cleos.get(OPEN))) == 1
    assert await told(harbour, InstructorNoticeKind.VOLUNTEERS_WANTED) == ["ben", "cleo"]


async def test_the_pages_in_a_browser(harbour: School, chromium: Browser) -> None:
    ben = await colleague(harbour, "Ben")
    session_id = await harbour.book(72 * HOUR)
    async with signed_in_page(chromium, harbour) as staff:
        await staff.goto(f"{harbour.campus.url}/classes")
        await staff.locator(".case-check").check()
        await staff.keyboard.press("v")
        await staff.get_by_role("button", name="Open to volunteers…").click()
        await staff.get_by_label("Note for them").fill("Thank you!")
        await look_and_check(staff, "volunteers-preview")
        await staff.get_by_role("button", name="Ask volunteers for 1 class").click()
        await staff.goto(f"{harbour.campus.url}/classes")
        await staff.get_by_label("Open to volunteers", exact=True).check()
        await staff.wait_for_url("**open_to_volunteers=true**")
        await staff.goto(f"{harbour.campus.url}/sessions/{session_id}")
        await expect(staff.get_by_role("region", name="Volunteers")).to_contain_text(
            "1 instructor was told by mail"
        )
        await look_and_check(staff, "session-volunteers")
    async with (
        await own_browser(harbour, "instructor", ben["id"]) as bens,
        own_page(chromium, harbour, bens) as page,
    ):
        await page.goto(f"{harbour.campus.url}/teaching")
        await page.get_by_role("link", name="A class looks for a volunteer.").click()
        await look_and_check(page, "own-volunteers")
        await page.get_by_role("button", name="I take it").click()
        await expect(page.get_by_text("The class is yours.")).to_be_visible()
