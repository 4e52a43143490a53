"""The room page against the whole stack: before the class, in it, after a lost server, and at its end."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from cli.demo_class.voices import write_instructor_wav
from tests.cli.homes import StackUnderTest
from tests.e2e.accessibility import violations
from tests.e2e.class_under_test import ClassUnderTest, open_class, wait_for
from tests.e2e.conftest import Browser
from tests.e2e.people import stranger
from tests.e2e.room import (
    PHONE,
    control,
    fits,
    in_class,
    in_one_row,
    is_on,
    join,
    look_at,
    open_join_page,
    reachable,
    tab_to,
)

pytestmark = [pytest.mark.e2e, pytest.mark.real_time]

INSTRUCTOR, STUDENT = NAMES[Speaker.INSTRUCTOR], NAMES[Speaker.FIRST_STUDENT]
LATECOMER = NAMES[Speaker.SECOND_STUDENT]


COURSE = "Mathematics, year 6"
DEVICES = "Default Fake Audio Input Output Video device fake_device_0"  # of Chromium


@pytest.fixture(scope="module")
def held(full_stack: StackUnderTest) -> Iterator[ClassUnderTest]:
    """A class whose room opens in a few seconds."""
    opened = open_class(full_stack, lasts=timedelta(minutes=10), empty_room_for="PT5M", room_before="PT4S")
    speak(opened, "en")
    yield opened
    opened.api.close()


def test_early_visitor_can_join_when_the_room_opens(held: ClassUnderTest, browse: Browser) -> None:
    page = browse()
    page.goto(held.booked.links[STUDENT])
    page.get_by_role("heading", name="isn't open yet").wait_for()
    look_at(page, "waiting")
    page.get_by_role("button", name="Join the class").wait_for()


def test_page_is_usable_with_the_keyboard_alone(held: ClassUnderTest, browse: Browser) -> None:
    page = browse()
    tab_to(page, open_join_page(page, held.booked.links[STUDENT]))
    page.keyboard.press("Enter")
    in_class(page)
    tab_to(page, control(page, "Raise hand"))
    page.keyboard.press("Space")
    control(page, "Lower hand").wait_for()
    tab_to(page, control(page, "Chat"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("textbox", name="Message"))
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    page.get_by_role("list", name="Messages").get_by_text("hello").wait_for()
    tab_to(page, control(page, "Leave"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You have left the class")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Rejoin"))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Join the class").wait_for()


def test_device_check_opens_each_device_once_and_shows_it(held: ClassUnderTest, browse: Browser) -> None:
    """The preview moves, the meter rises, and no device is opened again until the person changes something."""
    page = browse()
    page.add_init_script(COUNT_OPENED_DEVICES)
    open_join_page(page, held.booked.links[STUDENT])
    preview, meter = page.get_by_label("Your camera"), page.get_by_label("Microphone level")
    preview.wait_for()
    page.wait_for_function("video => video.currentTime > 2", arg=preview.element_handle())
    page.wait_for_function("meter => meter.value > 0.05", arg=meter.element_handle())
    assert is_lit(preview)
    assert devices_opened(page) == 1
    look_at(page, "device-check")

    page.get_by_role("button", name="Camera on").click()
    page.get_by_text("Your camera is off").wait_for()
    page.get_by_role("button", name="Camera off").click()
    page.wait_for_function("video => video.currentTime > 1", arg=preview.element_handle())
    assert is_lit(preview)
    assert devices_opened(page) == 3, "each click opens what is on, once"


def test_device_check_without_a_camera_says_what_to_do_and_asks_once(
    held: ClassUnderTest, browse: Browser
) -> None:
    """A device that fails is not asked for again and again; turning it off leaves the other one working."""
    page = browse(more_flags=["--use-fake-device-for-media-stream=device-count=0"])
    page.add_init_script(COUNT_OPENED_DEVICES)
    join_button = open_join_page(page, held.booked.links[STUDENT])
    trouble = page.get_by_role("alert").filter(has_text="We can't open your camera or microphone.")
    trouble.wait_for()
    opened = devices_opened(page)
    page.wait_for_timeout(2_000)
    assert devices_opened(page) == opened
    look_at(page, "device-check-without-camera")
    page.get_by_role("button", name="Camera on").click()
    expect(trouble).to_have_count(0)
    meter = page.get_by_label("Microphone level")
    page.wait_for_function("meter => meter.value > 0.05", arg=meter.element_handle())
    join_button.click()
    in_class(page)
    expect(control(page, "Microphone")).to_have_attribute("data-lk-enabled", "true")


def test_every_control_is_reachable_on_a_phone(held: ClassUnderTest, browse: Browser) -> None:
    page = browse(**PHONE)
    join_button = open_join_page(page, held.booked.links[STUDENT])
    assert fits(page)
    for name in ("Microphone on", "Camera on"):
        assert reachable(page, page.get_by_role("button", name=name))
    join_button.scroll_into_view_if_needed()
    assert reachable(page, join_button)
    join_button.click()
    in_class(page)
    for chat_open in (False, True):
        assert control(page, "Chat").get_attribute("aria-pressed") == str(chat_open).lower()
        assert fits(page)
        assert in_one_row(page)
        for name in ("Microphone", "Camera", "Raise hand", "Chat", "More", "Leave"):
            assert reachable(page, control(page, name)), name
        control(page, "Chat").click()
    control(page, "Chat").click()
    assert reachable(page, page.get_by_role("textbox", name="Message"))
    assert reachable(page, page.get_by_role("article").first)
    _use_the_menu(page)


def _use_the_menu(page: Page) -> None:
    """The rare controls by keyboard, and closed again without one."""
    more, devices = control(page, "More"), control(page, "Devices")
    expect(devices).to_have_count(0)
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    assert reachable(page, devices)
    assert fits(page)
    look_at(page, "phone-menu")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    tab_to(page, devices)
    page.keyboard.press("Enter")
    expect(more).to_be_focused()
    page.get_by_role("region", name="Devices").wait_for()
    page.keyboard.press("Enter")
    devices.click()
    expect(devices).to_have_count(0)


def test_guest_is_transcribed_and_does_not_start_the_class(
    held: ClassUnderTest, browse: Browser, tmp_path: Path
) -> None:
    voice = tmp_path / "guest.wav"
    write_instructor_wav(voice, lead_in=4)
    guest, instructor = browse(microphone=voice), browse()
    join(guest, held.booked.guest_link)
    guest.get_by_text("This class is recorded").wait_for()
    assert held.state() == "open", "a guest does not begin the class"
    join(instructor, held.booked.links[INSTRUCTOR])
    instructor.get_by_role("article", name="Guest").wait_for()
    identity = held.participant_id("Guest")
    words = wait_for(lambda: words_of(held, identity), "the guest's words", 120)
    assert re.search(r"welcome|fractions|denominators", words)


def test_raised_hands_and_chat_reach_others_and_the_record(held: ClassUnderTest, browse: Browser) -> None:
    instructor, student = browse(), browse()
    join(instructor, held.booked.links[INSTRUCTOR])
    join(student, held.booked.links[STUDENT])
    for page in (instructor, student):
        page.get_by_text("This class is recorded").wait_for()
    assert control(instructor, "Share").count() == 1
    assert control(student, "Share").count() == 0

    before = engagement(held, STUDENT)
    control(student, "Raise hand").click()
    instructor.get_by_text(f"Hands raised: {STUDENT}").wait_for()
    control(student, "Chat").click()
    student.get_by_role("textbox", name="Message").fill("Which page is it?")
    student.get_by_role("button", name="Send").click()
    expect(control(instructor, "Chat")).to_contain_text(re.compile(r"\(\d+\)"))
    control(instructor, "Chat").click()
    instructor.get_by_role("list", name="Messages").get_by_text("Which page is it?").wait_for()
    look_at(instructor, "room")
    control(student, "Lower hand").click()
    expect(instructor.get_by_text("Hands raised")).to_have_count(0)
    for counted in ("hand_raises", "chat_messages"):
        wait_for(lambda c=counted: engagement(held, STUDENT)[c] == before[c] + 1, counted)  # type: ignore[misc]
    for name in (INSTRUCTOR, STUDENT):
        sample = wait_for(lambda n=name: samples(held, n), f"what {name}'s page measured")  # type: ignore[misc]
        assert sample[0]["level"] in ("excellent", "good", "poor", "lost")
        assert sample[0]["audio_only"] is False


def test_unread_messages_are_counted_on_a_phone_while_the_chat_is_closed(
    held: ClassUnderTest, browse: Browser
) -> None:
    phone, instructor = browse(**PHONE), browse()
    with phone.expect_response(lambda answer: "/chat?" in answer.url):  # what was written before
        join(phone, held.booked.links[STUDENT])
    join(instructor, held.booked.links[INSTRUCTOR])
    badge = control(phone, "Chat").locator(".unread")
    for _ in range(2):
        control(phone, "Chat").click()
    expect(badge).to_have_count(0)
    for count in ("1", "2"):
        write(instructor, f"Look at page {count}")
        expect(badge).to_have_text(count)
        expect(badge).to_be_visible()
        assert fits(phone)
        assert in_one_row(phone)
    look_at(phone, "room-unread")
    control(phone, "Chat").click()
    expect(badge).to_have_count(0)
    control(phone, "Chat").click()
    expect(badge).to_have_count(0)


def test_chat_and_raised_hands_come_back_after_a_return(held: ClassUnderTest, browse: Browser) -> None:
    """The student's page is reloaded, then the instructor's; what was written meanwhile is there."""
    found, look = (f"{text} ({uuid4()})" for text in ("I have found it", "Look at page nine"))
    instructor, student = browse(), browse()
    join(instructor, held.booked.links[INSTRUCTOR])
    join(student, held.booked.links[STUDENT])
    raises = engagement(held, STUDENT)["hand_raises"]
    write(student, found)
    control(student, "Raise hand").click()
    instructor.get_by_text(f"Hands raised: {STUDENT}").wait_for()
    wait_for(lambda: engagement(held, STUDENT)["hand_raises"] == raises + 1, "the raised hand")

    open_join_page(student, held.booked.links[STUDENT])
    write(instructor, look)
    student.get_by_role("button", name="Join the class").click()
    in_class(student)
    control(student, "Lower hand").wait_for()
    instructor.get_by_text(f"Hands raised: {STUDENT}").wait_for()
    expect(control(student, "Chat")).to_contain_text(re.compile(r"\(\d+\)"))
    control(student, "Chat").click()
    messages = student.get_by_role("list", name="Messages")
    for text in (found, look):
        expect(messages.get_by_text(text)).to_have_count(1)

    join(instructor, held.booked.links[INSTRUCTOR])
    instructor.get_by_text(f"Hands raised: {STUDENT}").wait_for()
    control(instructor, "Chat").click()
    expect(instructor.get_by_role("list", name="Messages").get_by_text(found)).to_have_count(1)
    look_at(student, "chat-after-return")
    control(student, "Lower hand").click()
    expect(instructor.get_by_text("Hands raised")).to_have_count(0)
    on_record = [message["text"] for message in held.get("/chat")]
    assert [text for text in on_record if text in (found, look)] == [found, look]
    assert engagement(held, STUDENT)["hand_raises"] == raises + 1, "a hand that is still up is raised once"


def test_unknown_participant_is_looked_up_once(held: ClassUnderTest, browse: Browser) -> None:
    """Homeroom does not know every participant, such as an agent of the school; the page does not keep asking."""
    page = browse()
    lookups: list[str] = []
    page.on("request", lambda request: lookups.append(request.url) if "/people" in request.url else None)
    join(page, held.booked.links[INSTRUCTOR])
    with stranger(held):
        page.get_by_role("article", name="Guest").wait_for()
        page.wait_for_timeout(2_000)
        assert len(lookups) == 1


def test_stage_devices_and_what_the_instructor_can_do(held: ClassUnderTest, browse: Browser) -> None:
    instructor, student, latecomer = browse(), browse(**PHONE), browse()
    join(instructor, held.booked.links[INSTRUCTOR])
    join(student, held.booked.links[STUDENT])
    assert control(student, "People").count() == 0
    control(instructor, "People").click()
    people = instructor.get_by_role("region", name="People")
    people.get_by_text("Not here (1)").wait_for()
    people.get_by_text(LATECOMER).wait_for()
    expect(instructor.get_by_text(re.compile(r"min left"))).to_be_visible()

    expect(control(student, "Microphone")).to_have_attribute("data-lk-enabled", "true")
    people.get_by_role("button", name=f"Mute {STUDENT}").click()
    expect(control(student, "Microphone")).to_have_attribute("data-lk-enabled", "false")
    control(student, "Raise hand").click()
    people.get_by_role("button", name=f"Lower the hand of {STUDENT}").click()
    control(student, "Raise hand").wait_for()
    expect(instructor.get_by_text("Hands raised")).to_have_count(0)
    look_at(instructor, "people")

    people.get_by_role("button", name="Lock class").click()
    people.get_by_role("button", name="Unlock class").wait_for()
    latecomer.goto(held.booked.links[LATECOMER])
    latecomer.get_by_role("heading", name="The class is locked").wait_for()
    look_at(latecomer, "locked")
    people.get_by_role("button", name="Unlock class").click()
    latecomer.get_by_role("button", name="Join the class").click()
    in_class(latecomer)

    forename = LATECOMER.split()[0]  # which is what students read
    for page, size, name in ((instructor, "desktop", LATECOMER), (student, "phone", forename)):
        pin_with_the_keyboard(page, name)
        look_at(page, f"stage-{size}")
        unpin_and_show_everyone(page, name, 3)
        change_microphone(page)
        look_at(page, f"devices-{size}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert not violations(page)

    control(instructor, "People").click()
    people.get_by_role("button", name=f"Remove {STUDENT}").click()
    instructor.get_by_role("dialog").get_by_role("button", name="Remove").click()
    student.get_by_role("heading", name="You are no longer in this class").wait_for()
    student.goto(held.booked.links[STUDENT])
    student.get_by_role("heading", name="You were removed from this class").wait_for()
    people.get_by_role("button", name=f"Let {STUDENT} back in").click()
    people.get_by_text("Not here (1)").wait_for()
    join(student, held.booked.links[STUDENT])


def test_shared_screen_takes_the_stage_of_the_others(held: ClassUnderTest, browse: Browser) -> None:
    instructor = browse(more_flags=["--auto-select-desktop-capture-source=Entire screen"])
    student, phone = browse(), browse(**PHONE)
    join(instructor, held.booked.links[INSTRUCTOR])
    join(student, held.booked.links[STUDENT])
    join(phone, held.booked.links[LATECOMER])
    control(instructor, "Share").click()
    for page, size in ((student, "desktop"), (phone, "phone")):
        screen = page.locator(".staged").get_by_role("article", name=f"{INSTRUCTOR}'s screen")
        video = screen.locator("video")
        video.wait_for()
        page.wait_for_function(
            "video => video.videoWidth > 0 && video.currentTime > 0.5", arg=video.element_handle()
        )
        assert fits(page)
        look_at(page, f"shared-screen-{size}")
    expect(instructor.locator(".staged").get_by_role("article", name="screen")).to_have_count(0)
    control(instructor, "Share").click()
    for page in (student, phone):
        expect(page.get_by_role("article", name=f"{INSTRUCTOR}'s screen")).to_have_count(0)


def test_room_page_is_arabic_for_a_family_that_reads_arabic(held: ClassUnderTest, browse: Browser) -> None:
    speak(held, "ar")
    page = browse()
    page.goto(held.booked.links[LATECOMER])
    join_button = page.get_by_role("button", name="دخول الحصة")
    join_button.wait_for()
    assert words_in_latin(page, held) == []
    look_at(page, "arabic-device-check")
    join_button.click()
    in_class(page)
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    assert page.locator("html").get_attribute("lang") == "ar"
    controls = page.get_by_role("navigation", name="أدوات التحكم")
    for name in ("رفع اليد", "نص الكلام", "الدردشة", "الأجهزة"):
        controls.get_by_role("button", name=name).click()
        assert words_in_latin(page, held) == [], name
    look_at(page, "arabic-room")
    assert fits(page)
    assert not violations(page)
    page.set_viewport_size(PHONE)
    controls.get_by_role("button", name="المزيد").click()
    look_at(page, "arabic-phone-menu")
    assert fits(page)
    assert not violations(page)
    controls.get_by_role("button", name="مغادرة").click()
    page.get_by_role("heading", name="غادرت الحصة").wait_for()
    assert words_in_latin(page, held) == []
    look_at(page, "arabic-left")
    speak(held, "en")


def test_opening_the_link_again_moves_the_participant_there(held: ClassUnderTest, browse: Browser) -> None:
    first, second = browse(), browse()
    join(first, held.booked.links[STUDENT])
    requests = credential_requests_of(first)
    join(second, held.booked.links[STUDENT])
    first.get_by_role("heading", name="You joined from somewhere else").wait_for()
    look_at(first, "moved")
    with second.expect_request("**/quality", timeout=40_000):
        pass  # some time later
    assert not requests, "the first page does not try to rejoin"
    assert second.get_by_role("article", name=STUDENT).is_visible()


def test_participants_rejoin_with_their_devices_after_livekit_was_killed(
    held: ClassUnderTest, browse: Browser
) -> None:
    page = browse()
    join(page, held.booked.links[INSTRUCTOR])
    # Until it is published, the button shows the camera as off, and a click turns it on.
    expect(control(page, "Camera")).to_have_attribute("data-lk-enabled", "true")
    control(page, "Camera").click()
    expect(control(page, "Camera")).to_have_attribute("data-lk-enabled", "false")
    connections = len(held.attendance_of(INSTRUCTOR)["connections"])
    held.stack.kill("livekit")
    page.get_by_text("Reconnecting…").first.wait_for()
    look_at(page, "reconnecting")
    # By LiveKit's own retries if the room is back in time, else with a fresh token; without a click in either case.
    in_class(page, timeout=90_000)
    expect(control(page, "Microphone")).to_have_attribute("data-lk-enabled", "true")
    assert not is_on(page, "Camera")
    wait_for(lambda: len(held.attendance_of(INSTRUCTOR)["connections"]) > connections, "her new connection")
    page.get_by_text("This class is recorded").wait_for(timeout=60_000)


def test_silent_connection_is_told_and_the_banner_goes_when_it_is_back(
    held: ClassUnderTest, browse: Browser
) -> None:
    """A frozen media server stands for a cut wire: no packet comes, and nothing says that it is gone."""
    page, phone = browse(), browse(**PHONE)
    join(page, held.booked.links[INSTRUCTOR])
    join(phone, held.booked.links[STUDENT])
    banners = [p.get_by_role("status").filter(has_text="Reconnecting…") for p in (page, phone)]
    with held.stack.frozen("livekit"):
        for banner in banners:
            banner.wait_for(timeout=12_000)
        expect(banners[0]).to_contain_text("the others can't see or hear you")
        expect(banners[0]).to_contain_text("check your Wi-Fi or mobile data")
        for name in ("Microphone", "Camera", "Raise hand", "Chat", "Leave"):
            assert reachable(phone, control(phone, name)), name
        assert fits(phone)
        look_at(page, "connection-away")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert not violations(page)
    for each, banner in zip((page, phone), banners, strict=True):
        expect(banner).to_have_count(0)
        in_class(each)


def test_end_of_the_class_is_shown_to_everybody(held: ClassUnderTest, browse: Browser) -> None:
    pages = [browse(), browse()]
    for page, name in zip(pages, (INSTRUCTOR, STUDENT), strict=True):
        join(page, held.booked.links[name])
    control(pages[0], "People").click()
    pages[0].get_by_role("button", name="End class").click()
    pages[0].get_by_role("dialog").get_by_role("button", name="End class").click()
    for page in pages:
        page.get_by_role("heading", name="The class has ended").wait_for()
    look_at(pages[0], "ended")
    pages[1].goto(held.booked.links[STUDENT])
    pages[1].get_by_role("heading", name="class has ended").wait_for()
    look_at(pages[1], "link-of-an-ended-class")


def test_invalid_link_shows_what_to_do(held: ClassUnderTest, browse: Browser) -> None:
    page = browse()
    link = held.booked.links[STUDENT]
    page.goto(link[:-4] + "AAAA")
    page.get_by_role("heading", name="link").wait_for()
    look_at(page, "link-tampered")
    page.goto(held.expired_link(STUDENT))
    page.get_by_role("heading", name="expired").wait_for()
    look_at(page, "link-expired")


def speak(held: ClassUnderTest, language: str) -> None:
    """Changes the language of the latecomer's family, in which their mails and their room page are."""
    guardian = next(one for one in held.api.get("/v1/guardians")["items"] if one["external_id"] == "demo-2")
    path = f"/v1/guardians/{guardian['id']}"
    held.api.patch(path, {"language": language}, held.api.read(path)[1])


def words_in_latin(page: Page, held: ClassUnderTest) -> list[str]:
    """The words in Latin letters that the page shows or says, but for names and what people have said or written."""
    shown: list[str] = page.evaluate(
        """() => {
             const said = [...document.querySelectorAll("body *")].flatMap(element =>
               ["aria-label", "title", "placeholder", "alt"].map(name => element.getAttribute(name) ?? ""));
             const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
             while (texts.nextNode()) {
               const skipped = ".captions ol, .chat ol, .initials, noscript, script";
               if (!texts.currentNode.parentElement.closest(skipped)) said.push(texts.currentNode.data);
             }
             return said;
           }"""
    )
    session = held.get()
    names = " ".join([*NAMES.values(), session["title"], COURSE, DEVICES])
    return [word for text in shown for word in re.findall("[A-Za-z]{2,}", text) if word not in names]


def pin_with_the_keyboard(page: Page, name: str) -> None:
    """Somebody has the stage; pins another person there, and fills the screen with them."""
    strip = page.get_by_role("group", name="Others")
    expect(strip.get_by_role("article")).to_have_count(2)
    assert fits(page)
    pin = page.get_by_role("button", name=f"Pin {name}")
    pin.focus()
    page.keyboard.press("Enter")
    staged = page.locator(".staged").get_by_role("article", name=name)
    staged.get_by_role("button", name="Full screen").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.fullscreenElement !== null")
    page.evaluate("document.exitFullscreen()")


def unpin_and_show_everyone(page: Page, name: str, count: int) -> None:
    page.get_by_role("button", name="Show everyone").click()
    expect(page.locator(".staged").get_by_role("article", name=name)).to_have_count(1)
    page.get_by_role("button", name=f"Pin {name}").click()
    everyone = page.get_by_role("group", name="Everyone")
    expect(everyone.get_by_role("article")).to_have_count(count)


def change_microphone(page: Page) -> None:
    """Opens the devices and chooses another microphone, which changes nothing else."""
    was = control(page, "Microphone").get_attribute("data-lk-enabled") or ""
    if control(page, "More").is_visible():  # on a phone
        control(page, "More").click()
    control(page, "Devices").click()
    microphone = page.get_by_role("combobox", name="Microphone")
    other = microphone.locator("option:not(:checked)").last
    value = other.get_attribute("value") or ""
    microphone.select_option(value)
    expect(microphone).to_have_value(value)
    expect(control(page, "Microphone")).to_have_attribute("data-lk-enabled", was)
    expect(page.get_by_role("alert")).to_have_count(0)


def write(page: Page, text: str) -> None:
    """Opens the chat for a message, and closes it once the message is sent."""
    control(page, "Chat").click()
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    sent = page.get_by_role("list", name="Messages").get_by_role("listitem").filter(has_text=text)
    expect(sent).to_have_count(1)
    expect(sent.get_by_text("Sending…")).to_have_count(0)
    control(page, "Chat").click()


COUNT_OPENED_DEVICES = """
    window.devicesOpened = 0;
    const open = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = function (...asked) {
        window.devicesOpened++;
        return open.apply(this, asked);
    };
"""


def devices_opened(page: Page) -> int:
    """How often the page has called getUserMedia; needs COUNT_OPENED_DEVICES."""
    count: int = page.evaluate("window.devicesOpened")
    return count


def is_lit(video: Locator) -> bool:
    """Whether the picture that the element shows is not black."""
    lit: bool = video.evaluate(
        """video => {
             const canvas = new OffscreenCanvas(32, 18), context = canvas.getContext("2d");
             context.drawImage(video, 0, 0, 32, 18);
             return context.getImageData(0, 0, 32, 18).data.some((value, i) => i % 4 !== 3 && value > 40);
           }"""
    )
    return lit


def credential_requests_of(page: Page) -> list[str]:
    """A list that grows with every token that the page requests from now on."""
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url) if "/credentials" in request.url else None)
    return urls


def engagement(held: ClassUnderTest, name: str) -> dict[str, Any]:
    found: dict[str, Any] = held.attendance_of(name)["engagement"]
    return found


def words_of(held: ClassUnderTest, identity: str) -> str:
    return " ".join(u["text"] for u in held.get("/transcript") if u["participant_id"] == identity)


def samples(held: ClassUnderTest, name: str) -> list[dict[str, Any]]:
    """The quality samples that this person's page has sent, without those before LiveKit rated the connection."""
    query = """select data from session_event
               where session_id = %s and kind = 'quality' and source = 'client' and identity = %s"""
    found = [data for (data,) in held.rows(query, held.participant_id(name))]
    return [data for data in found if data["level"] != "unknown"]
