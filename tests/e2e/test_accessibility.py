"""The pages under axe-core: light and dark, desktop and phone, no violation of WCAG 2.2 A or AA."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from tests.cli.homes import StackUnderTest
from tests.e2e.accessibility import SCHEMES, violations
from tests.e2e.class_under_test import ClassUnderTest, open_class
from tests.e2e.conftest import Browser
from tests.e2e.people import talking
from tests.e2e.room import PHONE, control, fits, join, look_at, open_join_page

pytestmark = [pytest.mark.e2e, pytest.mark.real_time, pytest.mark.timeout(600)]

STUDENT = NAMES[Speaker.FIRST_STUDENT]


@pytest.fixture(scope="module")
def shown(full_stack: StackUnderTest) -> Iterator[ClassUnderTest]:
    opened = open_class(full_stack, lasts=timedelta(minutes=10))
    yield opened
    opened.api.close()


def test_pages_of_a_class_have_no_accessibility_violation(shown: ClassUnderTest, browse: Browser) -> None:
    console = browse()
    console.goto(shown.console_url())
    console.get_by_role("button", name="Sign in", exact=True).click()
    with talking(shown, (Speaker.INSTRUCTOR, Speaker.SECOND_STUDENT)):
        room = browse()
        open_join_page(room, shown.booked.links[STUDENT])
        look_and_check(room, "device-check")
        join(room, shown.booked.links[STUDENT])
        room.get_by_text("This class is recorded").wait_for()
        look_and_check(room, "room")
        control(room, "Raise hand").click()
        control(room, "Chat").click()
        look_and_check(room, "room-chat")
        console.locator("#transcript li").nth(2).wait_for(timeout=90_000)
        look_and_check(console, "session-live")
        control(room, "Captions").click()
        room.get_by_role("region", name="Captions").get_by_role("listitem").nth(2).wait_for()
        look_and_check(room, "room-captions")
        console.goto(f"{shown.setting('HOMEROOM_PUBLIC_URL')}/today")
        look_and_check(console, "today")
        shown.api.post(f"{shown.path}/end")
        room.get_by_role("heading", name="The class has ended").wait_for()
    look_and_check(room, "ended")
    shown.wait_for_state("review", seconds=180)
    console.goto(f"{shown.setting('HOMEROOM_PUBLIC_URL')}/sessions/{shown.booked.session_id}")
    look_and_check(console, "session-review")
    console.get_by_role("button", name="Approve and send to guardians").click()
    shown.wait_for_state("closed")
    console.reload()
    look_and_check(console, "session-closed")
    console.context.clear_cookies()
    console.reload()
    look_and_check(console, "page-without-a-link")


def look_and_check(page: Page, name: str) -> None:
    look_at(page, name)
    size = page.viewport_size
    assert size is not None
    for viewport in (size, PHONE):
        page.set_viewport_size(viewport)
        assert fits(page), f"{name} sticks out at {viewport['width']} pixels"
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            broken = violations(page, scheme)
            assert not broken, f"{name}, {scheme}, {viewport['width']} pixels: {broken}"
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")
