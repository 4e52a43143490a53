"""Instructors who accept extra hours take open classes on their own page: the first has it, within the rules."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.api.series import all_in, classes_when
from tests.campus import HOUR, School
from tests.console.colleagues import OPEN, colleague, listed
from tests.console.own_browsers import own_browser, own_page
from tests.console.screens import look_and_check

pytestmark = pytest.mark.adapter


async def accept_up_to(harbour: School, instructor_id: str, hours: float | None) -> None:
    path = f"/v1/instructors/{instructor_id}/availability"
    answer = await harbour.api.put(path, json={"extra_hours_up_to": hours})
    assert answer.is_success, answer.text


async def test_the_first_who_takes_an_open_class_has_it(harbour: School) -> None:
    ben, cleo = (await colleague(harbour, "Ben"))["id"], (await colleague(harbour, "Cleo"))["id"]
    dora = (await colleague(harbour, "Dora", subject="Music"))["id"]
    session_id = await harbour.book(72 * HOUR)
    await harbour.post(f"/v1/sessions/{session_id}/substitutions", {})
    for one in (ben, cleo, dora):
        await accept_up_to(harbour, one, 2.0)
    async with (
        await own_browser(harbour, "instructor", ben) as bens,
        await own_browser(harbour, "instructor", cleo) as cleos,
        await own_browser(harbour, "instructor", dora) as doras,
    ):
        assert listed(await doras.get(OPEN)) == [], "she does not teach the subject"
        await accept_up_to(harbour, ben, 0.5)
        (form,) = listed(await cleos.get(OPEN))
        assert listed(await bens.get(OPEN)) == [], "an hour is more than he accepts"
        too_much = await bens.post(f"{OPEN}/take", data=form)
        assert (too_much.status_code, "more hours in that week" in too_much.text) == (409, True)
        await accept_up_to(harbour, ben, None)
        assert "You accept no extra hours" in (await bens.get(OPEN)).text
        await accept_up_to(harbour, ben, 2.0)
        answers = await asyncio.gather(
            *(browser.post(f"{OPEN}/take", data=form) for browser in (bens, cleos))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (lost,) = [answer for answer in answers if not answer.is_success]
        assert "has taken this class" in lost.text
        assert listed(await cleos.get(OPEN)) == []
    won = ben if answers[0].is_success else cleo
    assert (await harbour.get(f"/v1/sessions/{session_id}"))["instructor_id"] == won
    (search,) = await harbour.get(f"/v1/sessions/{session_id}/substitutions")
    assert search["state"] == "accepted"


async def test_a_class_of_a_series_without_instructor_is_taken_and_booked(
    harbour: School, chromium: Browser
) -> None:
    ben = (await colleague(harbour, "Ben"))["id"]
    await accept_up_to(harbour, ben, 3.0)
    start = (datetime.now(UTC) + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    series = await harbour.post(
        "/v1/series",
        {
            "course_id": harbour.ids["course"],
            "starts_at": start.replace(tzinfo=None).isoformat(),
            "time_zone": "UTC",
            "minutes": 60,
            "recurrence": "FREQ=DAILY;COUNT=2",
        },
    )
    async with (
        await own_browser(harbour, "instructor", ben) as bens,
        own_page(chromium, harbour, bens) as page,
    ):
        await page.goto(f"{harbour.campus.url}{OPEN}")
        await look_and_check(page, "own-open-classes")
        await page.get_by_role("button", name="I take it").first.click()
        await expect(page.get_by_text("The class is yours.")).to_be_visible()
        await expect(page.get_by_role("button", name="I take it")).to_have_count(1)
        await page.goto(f"{harbour.campus.url}/teaching/availability")
        await expect(page.get_by_label("Extra hours: most hours in a week")).to_have_value("3")

    await classes_when(harbour, series["id"], all_in("booked", "refused"))
    cases = await harbour.get(
        f"/v1/exceptions?subject_id={series['id']}&subject_kind=series&state=unresolved"
    )
    assert len(cases["items"]) == 1, "of the class that nobody has taken"
    (booked,) = (await harbour.get(f"/v1/sessions?instructor_id={ben}"))["items"]
    assert datetime.fromisoformat(booked["starts_at"]) == start
