"""People get, replace and end the address of their calendar on their own page; staff do so on a person's page."""

import re
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.campus import School, problem_of
from tests.console.conftest import signed_in_page
from tests.console.english import english_left
from tests.console.own_browsers import instructors_browser, own_browser, own_page
from tests.console.screens import look_and_check

pytestmark = pytest.mark.adapter

OWN = "/account/calendar"
MAKE = {"act": "make"}
_EMPTY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"


def shown(page: httpx.Response) -> str:
    """The path of the address on a page; empty if there is none."""
    found = re.search(r'value="(http[^"]+/calendar/[^"]+\.ics)"', unescape(page.text))
    return urlsplit(found[1]).path if found else ""


@pytest.mark.parametrize(("kind", "home"), [("instructor", "/teaching"), ("guardian", "/family")])
async def test_a_person_gets_replaces_and_ends_their_address(harbour: School, kind: str, home: str) -> None:
    async with (
        await own_browser(harbour, kind, harbour.ids[kind]) as browser,
        harbour.campus.client() as anybody,
    ):
        assert f'href="{OWN}"' in (await browser.get(home)).text
        assert "Get the address" in (await browser.get(OWN)).text
        first = shown(await browser.post(OWN, data=MAKE))
        assert (await anybody.get(first)).status_code == 200
        assert shown(await browser.get(OWN)) == "", "it is shown once"
        second = shown(await browser.post(OWN, data=MAKE))
        problem_of(await anybody.get(first), 403, "link-invalid")
        assert "Get the address" in (await browser.post(OWN, data={"act": "end"})).text
        problem_of(await anybody.get(second), 403, "link-invalid")


async def test_the_page_speaks_the_readers_language(harbour: School) -> None:
    changed = await harbour.api.patch(
        f"/v1/instructors/{harbour.ids['instructor']}", json={"language": "de"}, headers={"if-match": "*"}
    )
    assert changed.is_success
    async with await instructors_browser(harbour) as browser:
        for page in (await browser.get(OWN), await browser.post(OWN, data=MAKE), await browser.get(OWN)):
            assert english_left(page.text, "de") == []
        path = f"/v1/instructors/{harbour.ids['instructor']}/busy-calendar"
        imported = await harbour.api.put(path, json={"content": _EMPTY})
        assert imported.is_success, imported.text
        busy = "/teaching/busy-calendar"
        for page in (await browser.get(busy), await browser.post(busy, data={"url": "https://x"})):
            assert english_left(page.text, "de") == []


async def test_the_own_page_in_a_browser(harbour: School, chromium: Browser) -> None:
    async with (
        await instructors_browser(harbour) as browser,
        own_page(chromium, harbour, browser) as page,
    ):
        await page.goto(f"{harbour.campus.url}/teaching")
        await page.get_by_role("link", name="Your calendar").click()
        await look_and_check(page, "own-calendar")
        await page.get_by_role("button", name="Get the address").click()
        await look_and_check(page, "own-calendar-made")
        await page.get_by_role("link", name="Done").click()
        await look_and_check(page, "own-calendar-has-address")
        await page.goto(f"{harbour.campus.url}/teaching/availability")
        await page.get_by_role("link", name="Busy times of your own calendar").click()
        await page.get_by_label("Address of the calendar").fill("https://127.0.0.1:1/nothing.ics")
        await page.get_by_role("button", name="Import", exact=True).click()
        await expect(page.get_by_label("Address of the calendar")).to_have_attribute("aria-invalid", "true")
        await look_and_check(page, "own-busy-calendar-wrong")


async def test_staff_make_an_address_on_the_page_of_a_person(harbour: School, chromium: Browser) -> None:
    async with signed_in_page(chromium, harbour) as page:
        await page.goto(f"{harbour.campus.url}/people/instructors/{harbour.ids['instructor']}")
        await look_and_check(page, "calendar-of-instructor")
        await page.get_by_role("button", name="Make an address").click()
        address = await page.get_by_label("The calendar address").input_value()
        await look_and_check(page, "calendar-address-made")
        async with harbour.campus.client() as anybody:
            assert (await anybody.get(urlsplit(address).path)).status_code == 200
        await page.get_by_role("link", name="Done").click()
        await look_and_check(page, "instructor-with-calendar-address")
        await page.get_by_role("button", name="End the address").click()
        await expect(page.get_by_role("button", name="Make an address")).to_be_visible()
