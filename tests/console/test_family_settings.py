"""What guardians decide themselves: language, time zone, quiet hours, and the messages that they do without."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.notices.kinds import NoticeKind
from signing.links import UnsubscribeLink, address_fingerprint
from tests.campus import HOUR, Json, School, school
from tests.console.own_browsers import guardians_browser
from tests.console.taught import Hall
from tests.links import open_link

pytestmark = pytest.mark.adapter

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as found:
        yield found


def address(opened: School) -> str:
    return f"guardian0.{opened.id}@family.example"


async def record(opened: School) -> Json:
    (guardian,) = (await opened.get(f"/v1/guardians?email={address(opened)}"))["items"]
    found: Json = guardian
    return found


async def test_a_guardian_sets_language_zone_quiet_hours_and_messages(opened: School) -> None:
    settings = {
        "language": "ar",
        "time_zone": "Africa/Casablanca",
        "quiet_from": "21:00",
        "quiet_until": "07:30",
        "messages": ["summary"],
    }
    async with await guardians_browser(opened) as browser:
        saved = await browser.post("/family/settings", data=settings)
        version = (await record(opened))["version"]
        await browser.post("/family/settings", data=settings)
    assert saved.status_code == 200, saved.text
    assert '<html lang="ar" dir="rtl">' in saved.text
    after = await record(opened)
    assert {name: after[name] for name in ("language", "time_zone", "quiet_from", "quiet_until")} == {
        "language": "ar",
        "time_zone": "Africa/Casablanca",
        "quiet_from": "21:00:00",
        "quiet_until": "07:30:00",
    }
    assert after["unsubscribed"] == ["reminder"]
    assert after["version"] == version, "the same settings again change nothing"
    (change, *_) = (await opened.get(f"/v1/audit?actor=guardian:{after['id']}"))["items"]
    assert change["changes"]["language"] == ["en", "ar"]


@pytest.mark.parametrize(
    "wrong",
    [{"quiet_from": "21:00", "quiet_until": ""}, {"time_zone": "Mars/Base"}, {"language": "<b>"}],
)
async def test_settings_that_make_no_sense_are_refused_and_say_so(opened: School, wrong: Json) -> None:
    before = await record(opened)
    typed = {"language": "en", "time_zone": "UTC", "messages": ["reminder", "summary"], **wrong}
    async with await guardians_browser(opened) as browser:
        refused = await browser.post("/family/settings", data=typed)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert await record(opened) == before


async def test_settings_are_not_taken_from_other_sites(opened: School) -> None:
    before = await record(opened)
    async with await guardians_browser(opened) as browser:
        browser.headers["Sec-Fetch-Site"] = "cross-site"
        refused = await browser.post("/family/settings", data={"language": "fr", "time_zone": "UTC"})
    assert refused.status_code == 403
    assert await record(opened) == before


async def test_one_click_ends_a_kind_of_message_without_sign_in(hall: Hall, opened: School) -> None:
    await subscribe_all(opened)
    link = await unsubscribe_link(hall, opened)
    async with hall.campus.browser() as browser:
        shown = await browser.get(link)
        assert (shown.status_code, (await record(opened))["unsubscribed"]) == (200, [])
    async with hall.campus.client() as program:
        for _ in range(2):
            assert (await program.post(link, data=ONE_CLICK)).status_code == 200
        assert (await record(opened))["unsubscribed"] == ["reminder"]
    async with hall.campus.browser() as staff:
        path = f"/people/guardians/{(await record(opened))['id']}"
        await open_link(staff, hall.campus.console_url(opened.id))
        page = await staff.get(path)
        assert "reminder" in page.text
    async with hall.campus.client() as program:
        assert (await program.post(f"{link}&again=true")).status_code == 200
    assert (await record(opened))["unsubscribed"] == []


async def test_an_unsubscribe_link_of_a_former_address_is_refused(hall: Hall, opened: School) -> None:
    await subscribe_all(opened)
    link = await unsubscribe_link(hall, opened)
    guardian = await record(opened)
    await change(opened, {"email": f"moved.{opened.id}@family.example"})
    async with hall.campus.client() as program:
        assert (await program.post(link, data=ONE_CLICK)).status_code == 403
        assert (await program.post(f"{link}x", data=ONE_CLICK)).status_code == 403
    path = f"/v1/guardians/{guardian['id']}"
    version = (await opened.api.get(path)).headers["etag"]
    restored = await opened.api.patch(path, json={"email": guardian["email"]}, headers={"If-Match": version})
    assert restored.is_success
    assert (await record(opened))["unsubscribed"] == []


async def subscribe_all(opened: School) -> None:
    await change(
        opened,
        {"unsubscribed": [], "language": "en", "quiet_from": None, "quiet_until": None},
    )


async def change(opened: School, values: Json) -> None:
    path = f"/v1/guardians/{(await record(opened))['id']}"
    version = (await opened.api.get(path)).headers["etag"]
    changed = await opened.api.patch(path, json=values, headers={"If-Match": version})
    assert changed.is_success, changed.text


async def unsubscribe_link(hall: Hall, opened: School) -> str:
    person = UUID((await record(opened))["id"])
    fingerprint = address_fingerprint(address(opened))
    link = UnsubscribeLink(opened.id, "guardian", person, fingerprint, NoticeKind.REMINDER)
    return hall.campus.links.unsubscribe_url(link, datetime.now(UTC) + HOUR)
