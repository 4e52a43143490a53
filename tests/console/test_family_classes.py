"""A family moves or cancels its own class as far as the policy lets it, and is told before what counts as late."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from domain.notices.kinds import NoticeKind
from tests.campus import HOUR, School, problem_of
from tests.console.colleagues import colleague, told
from tests.console.conftest import signed_in_page
from tests.console.own_browsers import guardians_browser, own_page
from tests.console.screens import look_and_check
from tests.links import open_link

pytestmark = pytest.mark.adapter

_TIME = re.compile(r'name="starts_at" value="([^"]+)"')


async def allow(harbour: School, **policy: object) -> None:
    wanted = {"families_move": True, "families_cancel": True} | policy
    answer = await harbour.api.put("/v1/self-service-policy", json=wanted)
    assert answer.is_success, answer.text


async def own_class(harbour: School, starts_in: timedelta = 72 * HOUR) -> str:
    return await harbour.book(starts_in, student_ids=[harbour.ids["student 0"]])


async def test_families_change_nothing_unless_the_school_lets_them(harbour: School) -> None:
    session_id = await own_class(harbour)
    async with await guardians_browser(harbour) as noors:
        assert f"/family/classes/{session_id}" not in (await noors.get("/family")).text
        page = await noors.get(f"/family/classes/{session_id}")
        assert "be changed here" in page.text
        refused = await noors.post(f"/family/classes/{session_id}/cancel", data={"late": "false"})
        assert refused.status_code == 409
        await allow(harbour)
        assert f"/family/classes/{session_id}" in (await noors.get("/family")).text
    async with await guardians_browser(harbour, 1) as leos:
        assert (await leos.get(f"/family/classes/{session_id}")).status_code == 404
    assert (await harbour.get(f"/v1/sessions/{session_id}"))["state"] == "scheduled"


async def test_a_family_moves_a_class_to_a_free_time_of_its_instructor(harbour: School) -> None:
    await allow(harbour, most_moves=1)
    session_id = await own_class(harbour)
    taken = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=5)
    others = {"starts_at": taken.isoformat(), "ends_at": (taken + HOUR).isoformat()}
    await harbour.post("/v1/sessions", harbour.booking(student_ids=[harbour.ids["student 1"]]) | others)
    path = f"/family/classes/{session_id}"
    async with await guardians_browser(harbour) as noors:
        page = await noors.get(path, params={"day": taken.date().isoformat()})
        offered = [datetime.fromisoformat(text) for text in _TIME.findall(page.text)]
        free = {taken + HOUR * hours for hours in (-1, 1, 2)}
        assert free <= set(offered)
        assert not {taken - HOUR / 2, taken, taken + HOUR / 2} & set(offered)
        none = await noors.post(f"{path}/move", data={"day": taken.date().isoformat()})
        assert (none.status_code, "Choose a time first." in none.text) == (422, True)
        far = await noors.post(f"{path}/move", data={"starts_at": "9999-12-31T23:59:00-05:00"})
        assert far.status_code == 422
        busy = await noors.post(f"{path}/move", data={"starts_at": taken.isoformat()})
        assert (busy.status_code, "free any more" in busy.text) == (409, True)
        wanted = taken + HOUR
        moved = await noors.post(f"{path}/move", data={"starts_at": wanted.isoformat()})
        assert "The class is moved." in moved.text, moved.text
        seen = await harbour.get(f"/v1/sessions/{session_id}")
        assert datetime.fromisoformat(seen["starts_at"]) == wanted
        assert seen["instructor_id"] == harbour.ids["instructor"]
        again = await noors.post(f"{path}/move", data={"starts_at": (taken + 2 * HOUR).isoformat()})
        assert again.status_code == 409, "it was moved as often as the policy allows"


async def test_families_are_offered_the_hours_of_their_students_or_of_the_policy(harbour: School) -> None:
    """Nothing is known of the instructor's hours; the students live in UTC."""
    await allow(harbour, offered_until="20:00")
    session_id, student = await own_class(harbour), harbour.ids["student 0"]
    day = (datetime.now(UTC) + timedelta(days=5)).date()
    path = f"/family/classes/{session_id}"

    async def offered() -> tuple[str, str]:
        times = _TIME.findall((await noors.get(path, params={"day": day.isoformat()})).text)
        return times[0][11:16], times[-1][11:16]

    async with await guardians_browser(harbour) as noors:
        assert await offered() == ("07:00", "19:00")
        night = await noors.post(f"{path}/move", data={"starts_at": f"{day}T03:00:00+00:00"})
        assert night.status_code == 409
        hours = [{"weekday": day.weekday(), "start": "04:00", "end": "06:00"}]
        await harbour.change(f"/v1/students/{student}", {"class_hours": hours})
        assert await offered() == ("04:00", "05:00")
    query = {"course_id": harbour.ids["course"], "student_ids": harbour.ids["student 1"], "step": "PT1H"}
    query |= {"from": f"{day}T00:00:00Z", "to": f"{day}T23:59:00Z"}
    slots = (await harbour.api.get("/v1/slots", params=query)).json()["items"]
    assert slots[0]["starts_at"][11:16] == "00:00"
    slots = (await harbour.api.get("/v1/slots", params=query | {"for_families": True})).json()["items"]
    assert [slots[0]["starts_at"][11:16], slots[-1]["ends_at"][11:16]] == ["07:00", "20:00"]


async def test_of_moves_sent_at_one_moment_one_is_made(harbour: School) -> None:
    await allow(harbour)
    session_id = await own_class(harbour)
    day = (datetime.now(UTC) + timedelta(days=5)).date()
    async with await guardians_browser(harbour) as noors:
        answers = await asyncio.gather(
            *(
                noors.post(
                    f"/family/classes/{session_id}/move", data={"starts_at": f"{day}T{hour:02}:00:00Z"}
                )
                for hour in (9, 11, 13)
            )
        )
    assert sorted("The class is moved." in answer.text for answer in answers) == [False, False, True]


async def test_times_of_other_instructors_are_offered_where_the_policy_says_so(harbour: School) -> None:
    await allow(harbour)
    session_id = await own_class(harbour)
    path, ada = f"/family/classes/{session_id}", harbour.ids["instructor"]
    day = (datetime.now(UTC) + timedelta(days=5)).date()
    ben = (await colleague(harbour, "Ben"))["id"]
    leave = {"starts_at": f"{day}T00:00:00Z", "ends_at": f"{day}T12:00:00Z"}
    answer = await harbour.api.put(f"/v1/instructors/{ada}/availability", json={"leave": [leave]})
    assert answer.is_success, answer.text
    morning = f"{day}T09:00:00+00:00"
    async with await guardians_browser(harbour) as noors:
        page = await noors.get(path, params={"day": day.isoformat()})
        assert morning not in page.text
        sneaked = await noors.post(f"{path}/move", data={"starts_at": f"{morning} {ben}"})
        assert sneaked.status_code == 409
        await allow(harbour, other_instructors=True)
        page = await noors.get(path, params={"day": day.isoformat()})
        own, others = page.text.split("Times with another instructor")
        assert morning not in own
        assert f'value="{morning} {ben}"' in others
        assert "with Ben Adeyemi" in others
        moved = await noors.post(f"{path}/move", data={"starts_at": f"{morning} {ben}"})
        assert "The class is moved." in moved.text, moved.text
    seen = await harbour.get(f"/v1/sessions/{session_id}")
    assert datetime.fromisoformat(seen["starts_at"]) == datetime.fromisoformat(morning)
    assert seen["instructor_id"] == ben
    assert await told(harbour, NoticeKind.ASSIGNED) == ["ben"]
    assert await told(harbour, NoticeKind.REPLACED) == ["ada"]


async def test_times_are_offered_that_can_be_chosen_where_days_begin_off_the_half_hour(
    harbour: School,
) -> None:
    await allow(harbour)
    session_id = await own_class(harbour)
    (noor,) = (await harbour.get(f"/v1/guardians?email=guardian0.{harbour.id}@family.example"))["items"]
    await harbour.change(f"/v1/guardians/{noor['id']}", {"time_zone": "Asia/Kathmandu"})
    path, day = f"/family/classes/{session_id}", (datetime.now(UTC) + timedelta(days=5)).date()
    async with await guardians_browser(harbour) as noors:
        page = await noors.get(path, params={"day": day.isoformat()})
        moved = await noors.post(f"{path}/move", data={"starts_at": _TIME.findall(page.text)[0]})
        assert "The class is moved." in moved.text, moved.text


async def test_a_late_cancellation_is_said_before_and_counted(harbour: School) -> None:
    await allow(harbour)
    soon, later = await own_class(harbour, 6 * HOUR), await own_class(harbour)
    async with await guardians_browser(harbour) as noors:
        page = await noors.get(f"/family/classes/{soon}")
        assert "late cancellations in the last 90 days: 0" in page.text
        assert "/move" not in page.text
        unsaid = await noors.post(f"/family/classes/{soon}/cancel", data={"late": "false"})
        assert (unsaid.status_code, "counts as late by now" in unsaid.text) == (409, True)
        assert (await harbour.get("/v1/late-cancellations"))["items"] == []
        done = await noors.post(f"/family/classes/{soon}/cancel", data={"late": "true"})
        assert "The class is cancelled." in done.text
        await harbour.run_until(soon, "cancelled")
        (counted,) = (await harbour.get("/v1/late-cancellations"))["items"]
        assert counted["session_id"] == soon
        assert "Cancelling is free until" in (await noors.get(f"/family/classes/{later}")).text
        await noors.post(f"/family/classes/{later}/cancel", data={"late": "false"})
        await harbour.run_until(later, "cancelled")
        assert (await harbour.get("/v1/late-cancellations"))["items"] == [counted]
        third = await own_class(harbour, 7 * HOUR)
        assert "last 90 days: 1" in (await noors.get(f"/family/classes/{third}")).text


async def test_a_class_of_several_families_is_not_one_familys_to_change(harbour: School) -> None:
    await allow(harbour)
    session_id = await harbour.book(72 * HOUR)
    async with await guardians_browser(harbour) as noors:
        refused = await noors.post(f"/family/classes/{session_id}/cancel", data={"late": "false"})
        assert (refused.status_code, "be changed here" in refused.text) == (409, True)


async def test_the_policy_is_set_as_a_whole_with_its_version(harbour: School) -> None:
    before = await harbour.api.get("/v1/self-service-policy")
    assert before.json()["families_move"] is False
    path, change = "/v1/self-service-policy", {"families_move": True, "move_until": "PT6H"}
    version = {"If-Match": before.headers["etag"]}
    assert (await harbour.api.put(path, json=change, headers=version)).is_success
    problem_of(await harbour.api.put(path, json={}, headers=version), 412, "stale-version")
    assert (await harbour.get(path))["move_until"] == "PT6H"
    problem_of(await harbour.api.put(path, json={"free_until": "P90D"}), 422, "invalid-input")
    to_no_time = change | {"move_until": "P2D", "ahead": "P1D"}
    problem_of(await harbour.api.put(path, json=to_no_time), 422, "invalid-input")


async def test_staff_set_the_policy_on_the_settings_page(harbour: School) -> None:
    path = "/settings/self-service"
    async with harbour.campus.browser() as staff:
        page = await open_link(staff, harbour.campus.console_url(harbour.id, path))
        version = re.findall(r'name="version" value="(\d+)"', page.text)[0]
        typed = {
            "version": version,
            "families_cancel": "true",
            "move_until": "soon",
            "free_until": "90 days",
            "ahead": "20 days",
            "most_moves": "3",
            "swap_until": "1 h",
            "instructors_take": "true",
            "offered_from": "08:00",
            "offered_until": "07:00",
        }
        wrong = await staff.post(path, data=typed)
        assert (wrong.status_code, wrong.text.count("field-error")) == (422, 3)
        assert "at most 30 days" in wrong.text
        right = typed | {"move_until": "6 h", "free_until": "2 days", "offered_until": "20:30"}
        assert "Saved" in (await staff.post(path, data=right)).text
        assert (await staff.post(path, data=right)).status_code == 412
    assert await harbour.get("/v1/self-service-policy") == {
        "families_move": False,
        "families_cancel": True,
        "move_until": "PT6H",
        "free_until": "P2D",
        "ahead": "P20D",
        "most_moves": 3,
        "offered_from": "08:00:00",
        "offered_until": "20:30:00",
        "other_instructors": False,
        "instructors_swap": False,
        "swap_until": "PT1H",
        "instructors_take": True,
    }


async def test_the_pages_in_a_browser(harbour: School, chromium: Browser) -> None:
    await allow(harbour)
    soon, later = await own_class(harbour, 6 * HOUR), await own_class(harbour)
    async with (
        await guardians_browser(harbour) as noors,
        own_page(chromium, harbour, noors) as page,
    ):
        await page.goto(f"{harbour.campus.url}/family")
        await look_and_check(page, "family-changeable")
        await page.goto(f"{harbour.campus.url}/family/classes/{soon}")
        await look_and_check(page, "family-class-late")
        await page.goto(f"{harbour.campus.url}/family/classes/{later}")
        await page.get_by_role("radio").first.check()
        await look_and_check(page, "family-class")
        await page.get_by_role("button", name="Move the class").click()
        await expect(page.get_by_role("status").first).to_contain_text("The class is moved.")
    async with signed_in_page(chromium, harbour) as staff:
        await staff.goto(f"{harbour.campus.url}/settings/self-service")
        await look_and_check(staff, "settings-self-service")
