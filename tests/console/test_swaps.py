"""Colleagues swap classes on their own pages: rules are checked, and both calendars change at once or not at all."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, expect
from sqlmodel import col, select

from domain.notices.kinds import InstructorNoticeKind, NoticeKind
from models.notice import Notice
from tests.campus import HOUR, School
from tests.console.colleagues import colleague, told, until
from tests.console.conftest import signed_in_page
from tests.console.own_browsers import instructors_browser, own_browser, own_page
from tests.console.screens import look_and_check

pytestmark = pytest.mark.adapter

SWAPS = "/teaching/swaps"


async def qualify(harbour: School) -> None:
    """Ada teaches what the school's classes are about."""
    path = f"/v1/instructors/{harbour.ids['instructor']}"
    await harbour.change(path, {"qualifications": [{"subject": "Sums"}]})


async def ask(
    browser: httpx.AsyncClient, session_id: str, colleague_id: str, returned: str = ""
) -> httpx.Response:
    shown = await browser.get(
        f"/teaching/{session_id}/swap", params={"colleague": colleague_id} if returned else {}
    )
    found = re.search(r'name="key" value="([^"]+)"', shown.text)
    key = found[1] if found else str(uuid4())
    form = {"key": key, "colleague_id": colleague_id, "return_session_id": returned, "note": "Please."}
    first = await browser.post(f"/teaching/{session_id}/swap", data=form)
    if first.is_success:
        await browser.post(f"/teaching/{session_id}/swap", data=form)  # sent twice, it asks once
    return first


def swap_in(page: httpx.Response) -> str:
    found = re.search(r'name="swap_id" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


async def invitations(harbour: School, kind: str) -> list[str]:
    """What messages of a kind tell the calendars of their readers."""
    async with harbour.transaction() as db:
        rows = await db.scalars(select(Notice).where(col(Notice.kind) == kind))
        return [method for row in rows for method in re.findall(r"METHOD:(\w+)", row.calendar)]


async def instructor_of(harbour: School, session_id: str) -> str:
    return str((await harbour.get(f"/v1/sessions/{session_id}"))["instructor_id"])


async def class_is_told(harbour: School, session_id: str, instructor_id: str) -> None:
    """Wait until the workflow of the class knows who teaches it."""
    facts = harbour.campus.app.state.homeroom.sessions.facts

    async def knows() -> bool:
        return str((await facts(session_id)).booked.instructor_id) == instructor_id

    await until(knows)


async def own_calendar(harbour: School, instructor_id: str) -> set[str]:
    """The classes in an instructor's booked time."""
    items = (await harbour.get(f"/v1/sessions?instructor_id={instructor_id}"))["items"]
    return {one["id"] for one in items}


async def test_an_accepted_swap_changes_both_classes_at_once(harbour: School) -> None:
    await qualify(harbour)
    ada, ben = harbour.ids["instructor"], (await colleague(harbour, "Ben", language="de"))["id"]
    cleo = (await colleague(harbour, "Cleo", subject="Music"))["id"]
    at = 72 * HOUR
    mine = await harbour.book(at, student_ids=[harbour.ids["student 0"]])
    theirs = await harbour.book(at, student_ids=[harbour.ids["student 1"]], instructor_id=ben)
    async with (
        await instructors_browser(harbour) as adas,
        await own_browser(harbour, "instructor", ben) as bens,
    ):
        assert f"/teaching/{mine}/swap" in (await adas.get("/teaching")).text
        page = (await adas.get(f"/teaching/{mine}/swap")).text
        assert "teaches another class at that time" in page, "Ben"
        assert "teach this subject at this level" in page, "Cleo"
        assert f"colleague={cleo}" not in page, "no swap would help"
        assert theirs in (await adas.get(f"/teaching/{mine}/swap?colleague={ben}")).text
        refused = await ask(adas, mine, cleo)
        assert (refused.status_code, "allow this swap" in refused.text) == (409, True)
        refused = await ask(adas, mine, ben)
        assert refused.status_code == 409, "he teaches at that time"
        assert "Waits" not in refused.text
        offered = await ask(adas, mine, ben, theirs)
        assert "Ben Adeyemi" in offered.text, offered.text
        assert await told(harbour, InstructorNoticeKind.SWAP_OFFERED) == ["ben"]
        assert "offered to a colleague already" in (await ask(adas, mine, ben, theirs)).text
        staff = (await harbour.get(f"/v1/sessions/{mine}"))["instructor_id"]
        assert staff == ada, "nothing changes until the colleague accepts"
        asked = await bens.get(SWAPS)
        assert "Bitte" not in asked.text
        assert "Ada Okafor" in asked.text
        swap_id = swap_in(asked)
        assert (await adas.post(f"{SWAPS}/accept", data={"swap_id": swap_id})).status_code == 404
        for _ in range(2):
            assert (await bens.post(f"{SWAPS}/accept", data={"swap_id": swap_id})).is_success
        late = await adas.post(f"{SWAPS}/withdraw", data={"swap_id": swap_id})
        assert (late.status_code, "accepted already" in late.text) == (409, True)
    assert await instructor_of(harbour, mine) == ben
    assert await instructor_of(harbour, theirs) == ada
    assert await told(harbour, NoticeKind.ASSIGNED) == ["ada", "ben"]
    assert await told(harbour, NoticeKind.REPLACED) == ["ada", "ben"]
    assert await told(harbour, NoticeKind.SUBSTITUTION) == ["guardian0", "guardian1"]
    assert await invitations(harbour, NoticeKind.ASSIGNED) == ["REQUEST", "REQUEST"]
    assert await invitations(harbour, NoticeKind.REPLACED) == ["CANCEL", "CANCEL"]
    for session_id, instructor_id in ((mine, ben), (theirs, ada)):
        (search,) = await harbour.get(f"/v1/sessions/{session_id}/substitutions")
        assert (search["state"], search["reason"]) == ("accepted", "swap")
        await class_is_told(harbour, session_id, instructor_id)


async def test_an_acceptance_and_a_withdrawal_at_one_moment_have_one_outcome(harbour: School) -> None:
    ben = (await colleague(harbour, "Ben"))["id"]
    await qualify(harbour)
    session_id = await harbour.book(72 * HOUR)
    async with (
        await instructors_browser(harbour) as adas,
        await own_browser(harbour, "instructor", ben) as bens,
    ):
        await ask(adas, session_id, ben)
        swap = {"swap_id": swap_in(await bens.get(SWAPS))}
        accepted, withdrawn = await asyncio.gather(
            bens.post(f"{SWAPS}/accept", data=swap), adas.post(f"{SWAPS}/withdraw", data=swap)
        )
        assert sorted((accepted.status_code, withdrawn.status_code)) == [200, 409]
    teaches = await instructor_of(harbour, session_id)
    assert teaches == (ben if accepted.is_success else harbour.ids["instructor"])


async def test_offers_end_with_an_answer_a_move_or_the_policy(harbour: School) -> None:
    ben = (await colleague(harbour, "Ben"))["id"]
    await qualify(harbour)
    first, second = await harbour.book(72 * HOUR), await harbour.book(76 * HOUR)
    async with (
        await instructors_browser(harbour) as adas,
        await own_browser(harbour, "instructor", ben) as bens,
    ):
        await ask(adas, first, ben)
        swap = {"swap_id": swap_in(await bens.get(SWAPS))}
        assert "Declined" in (await bens.post(f"{SWAPS}/decline", data=swap)).text
        assert await told(harbour, InstructorNoticeKind.SWAP_DECLINED) == ["ada"]
        assert (await bens.post(f"{SWAPS}/accept", data=swap)).status_code == 409
        await ask(adas, second, ben)
        swap = {"swap_id": swap_in(await bens.get(SWAPS))}
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=80)
        move = {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat()}
        await harbour.post(f"/v1/sessions/{second}/reschedule", move)
        outdated = await bens.post(f"{SWAPS}/accept", data=swap)
        assert (outdated.status_code, "was moved, cancelled" in outdated.text) == (409, True)
        assert (await ask(adas, second, ben)).is_success, "the outdated offer is in nobody's way"
        swap = {"swap_id": swap_in(await bens.get(SWAPS))}
        answer = await harbour.api.put("/v1/self-service-policy", json={"instructors_swap": False})
        assert answer.is_success
        forbidden = await bens.post(f"{SWAPS}/accept", data=swap)
        assert (forbidden.status_code, "let instructors swap" in forbidden.text) == (409, True)
        assert f"/teaching/{first}/swap" not in (await adas.get("/teaching")).text
    assert await own_calendar(harbour, ben) == set()


async def test_a_class_is_not_offered_again_and_again(harbour: School) -> None:
    ben = (await colleague(harbour, "Ben"))["id"]
    await qualify(harbour)
    session_id = await harbour.book(72 * HOUR)
    async with await instructors_browser(harbour) as adas:
        for _ in range(5):
            assert (await ask(adas, session_id, ben)).is_success
            await adas.post(f"{SWAPS}/withdraw", data={"swap_id": swap_in(await adas.get(SWAPS))})
        refused = await ask(adas, session_id, ben)
    assert (refused.status_code, "many times in the last hour" in refused.text) == (429, True)
    assert len(await told(harbour, InstructorNoticeKind.SWAP_OFFERED)) == 5


async def test_the_pages_in_a_browser(harbour: School, chromium: Browser) -> None:
    ben = await colleague(harbour, "Ben")
    await colleague(harbour, "Cleo", subject="Music")
    await qualify(harbour)
    session_id = await harbour.book(72 * HOUR, student_ids=[harbour.ids["student 0"]])
    await harbour.book(80 * HOUR, student_ids=[harbour.ids["student 1"]], instructor_id=ben["id"])
    async with (
        await instructors_browser(harbour) as adas,
        own_page(chromium, harbour, adas) as page,
    ):
        await page.goto(f"{harbour.campus.url}/teaching")
        await look_and_check(page, "teaching-with-swaps")
        await page.locator(f"#class-{session_id} summary").click()
        await page.get_by_role("link", name="Swap or give away").click()
        await look_and_check(page, "own-swap")
        await page.get_by_role("link", name="Swap for one of theirs").click()
        await look_and_check(page, "own-swap-exchange")
        await page.get_by_role("button", name="Offer the swap").click()
        await expect(page.get_by_text("Ben Adeyemi").first).to_be_visible()
    async with (
        await own_browser(harbour, "instructor", ben["id"]) as bens,
        own_page(chromium, harbour, bens) as page,
    ):
        await page.goto(f"{harbour.campus.url}{SWAPS}")
        await look_and_check(page, "own-swaps")
    async with signed_in_page(chromium, harbour) as staff:
        await staff.goto(f"{harbour.campus.url}/sessions/{session_id}")
        await expect(staff.get_by_label("Swap")).to_contain_text("asks Ben Adeyemi to teach this class")
