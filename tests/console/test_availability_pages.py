"""An instructor says when they can teach, on their own page or through the school: one form for both."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
from playwright.async_api import Browser, expect

from console.frame.texts import TRANSLATED
from tests.campus import Json, School, problem_of
from tests.console.conftest import signed_in_page
from tests.console.english import english_left
from tests.console.own_browsers import instructors_browser, own_page
from tests.console.screens import look_and_check
from tests.links import open_link

pytestmark = pytest.mark.adapter

OWN = "/teaching/availability"
LATER = datetime.now(UTC) + timedelta(days=40)


@pytest.fixture
async def berlin(harbour: School) -> School:
    await change(harbour, time_zone="Europe/Berlin")
    return harbour


async def change(harbour: School, **values: str) -> None:
    path = f"/v1/instructors/{harbour.ids['instructor']}"
    version = (await harbour.api.get(path)).headers["etag"]
    assert (await harbour.api.patch(path, json=values, headers={"if-match": version})).is_success


@pytest.fixture
async def own(berlin: School) -> AsyncIterator[httpx.AsyncClient]:
    async with await instructors_browser(berlin) as browser:
        yield browser


async def stored(harbour: School) -> Json:
    found: Json = await harbour.get(f"/v1/instructors/{harbour.ids['instructor']}/availability")
    return found


def version(page: httpx.Response) -> str:
    return unescape(page.text.partition('name="version" value="')[2].partition('"')[0])


FORM = {
    "version": "",
    "week-0": "8:00-12:00, 13:00–17:30",
    "week-6": "22:00-24:00",
    "day-0-date": f"{LATER:%Y-%m-%d}",
    "day-0-hours": "",
    "leave-0-start": "2099-03-29T02:30",  # skipped: clocks go from 02:00 to 03:00
    "leave-0-end": "2099-10-25T02:30",  # occurs twice
    "leave-0-reason": "illness",
    "buffer_minutes": "15",
    "most_hours_per_day": "6,5",
    "most_hours_per_week": "",
}


async def test_what_an_instructor_says_of_themselves_is_stored(
    own: httpx.AsyncClient, berlin: School
) -> None:
    assert "Europe/Berlin" in (await own.get(OWN)).text
    saved = await own.post(OWN, data=FORM)
    assert "Saved." in saved.text
    found = await stored(berlin)
    assert found["weekly"] == [
        {"weekday": 0, "start": "08:00:00", "end": "12:00:00"},
        {"weekday": 0, "start": "13:00:00", "end": "17:30:00"},
        {"weekday": 6, "start": "22:00:00", "end": "00:00:00"},
    ]
    assert found["days"] == [{"day": f"{LATER:%Y-%m-%d}", "hours": []}]
    assert found["leave"] == [
        {"starts_at": "2099-03-29T01:00:00Z", "ends_at": "2099-10-25T01:30:00Z", "reason": "illness"}
    ]
    assert (found["buffer_minutes"], found["most_hours_per_day"]) == (15, 6.5)
    text = unescape(saved.text)
    assert "08:00–12:00, 13:00–17:30" in text
    assert "22:00–24:00" in text


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("week-2", "in the morning", "Write hours such as"),
        ("week-2", "12:00-08:00", "Hours must end after they start."),
        ("day-0-date", "2030-02-30", "Choose a day."),
        ("leave-0-end", "2020-01-01T10:00", "Must be after the start."),
        ("buffer_minutes", "a while", "Enter a number from 0 to 240."),
        ("most_hours_per_week", "200", "Enter a number from 0.25 to 168."),
    ],
)
async def test_an_error_stands_beside_its_field_and_nothing_is_stored(
    own: httpx.AsyncClient, berlin: School, field: str, typed: str, error: str
) -> None:
    before = await stored(berlin)
    answer = await own.post(OWN, data=FORM | {"version": version(await own.get(OWN)), field: typed})
    assert answer.status_code == 422
    beside = unescape(answer.text).partition(f'id="field-{field}"')[2]
    assert error in beside.partition("</div>")[0]
    assert f'value="{typed}"' in beside.partition(">")[0]
    assert await stored(berlin) == before


async def test_a_change_in_the_meantime_is_not_overwritten_unseen(
    own: httpx.AsyncClient, berlin: School
) -> None:
    seen = version(await own.get(OWN))
    path = f"/people/instructors/{berlin.ids['instructor']}/availability"
    async with berlin.campus.browser() as staff:
        await open_link(staff, berlin.campus.console_url(berlin.id))
        form = await staff.get(path)
        saved = await staff.post(path, data={"version": version(form), "week-1": "09:00-10:00"})
        assert "09:00–10:00" in unescape(saved.text), "the instructor's page shows it"
    refused = await own.post(OWN, data=FORM | {"version": seen})
    assert refused.status_code == 412
    assert (await stored(berlin))["weekly"][0]["weekday"] == 1
    again = await own.post(OWN, data=FORM | {"version": version(refused)})
    assert again.status_code == 200
    assert (await stored(berlin))["weekly"][0]["weekday"] == 0


async def test_what_is_over_stays_stored_and_is_not_shown(own: httpx.AsyncClient, berlin: School) -> None:
    past = {
        "starts_at": "2021-05-01T08:00:00Z",
        "ends_at": "2021-05-02T08:00:00Z",
        "reason": "unavailable",
    }
    path = f"/v1/instructors/{berlin.ids['instructor']}/availability"
    assert (await berlin.api.put(path, json={"leave": [past], "hourly_cost": 20})).is_success
    form = await own.get(OWN)
    assert "2021-05" not in form.text
    await own.post(OWN, data={"version": version(form), "week-0": "08:00-09:00"})
    found = await stored(berlin)
    assert found["leave"] == [past]
    assert found["hourly_cost"] == 20


@pytest.mark.parametrize("language", TRANSLATED)
async def test_the_form_is_in_the_instructors_language(
    own: httpx.AsyncClient, berlin: School, language: str
) -> None:
    await change(berlin, language=language)
    form = await own.get(OWN)
    assert english_left(form.text, language) == []
    wrong = await own.post(OWN, data=FORM | {"week-0": "x", "buffer_minutes": "x", "day-0-date": "x"})
    assert english_left(wrong.text, language) == []
    await change(berlin, language="en")


async def test_other_roles_have_no_such_page(berlin: School, own: httpx.AsyncClient) -> None:
    path = f"/people/instructors/{berlin.ids['instructor']}/availability"
    own.headers["Accept"] = "application/json"
    problem_of(await own.get(path), 403, "not-allowed")


async def test_the_pages_in_a_browser(chromium: Browser, own: httpx.AsyncClient, berlin: School) -> None:
    key = berlin.ids["instructor"]
    leave = {"starts_at": "2099-03-01T08:00:00Z", "ends_at": "2099-03-08T08:00:00Z"}
    weekly = [{"weekday": n, "start": "08:00", "end": "12:00"} for n in range(5)]
    await berlin.api.put(
        f"/v1/instructors/{key}/availability", json={"leave": [leave], "weekly": weekly, "buffer_minutes": 10}
    )
    async with own_page(chromium, berlin, own) as page:
        await page.goto(f"{berlin.campus.url}/teaching")
        await page.get_by_role("link", name="When you can teach").click()
        await look_and_check(page, "own-availability")
        tuesday = page.get_by_role("group", name="Weekly hours").get_by_label("Tuesday")
        await tuesday.fill("ten to twelve")
        await page.get_by_role("button", name="Save").click()
        await expect(tuesday).to_have_attribute("aria-invalid", "true")
        await look_and_check(page, "own-availability-wrong")
    async with signed_in_page(chromium, berlin) as staff:
        await staff.goto(f"{berlin.campus.url}/people/instructors/{key}")
        await look_and_check(staff, "instructor-with-availability")
        await staff.get_by_role("link", name="Edit availability").click()
        await look_and_check(staff, "availability")
