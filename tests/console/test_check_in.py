"""An instructor confirms to be there: with the link in a mail, on their own page, or through the school."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest

from signing.links import CheckInLink
from tests.campus import HOUR, Json, School, problem_of, school
from tests.console.own_browsers import instructors_browser
from tests.console.taught import Hall
from tests.links import open_link

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> AsyncIterator[School]:
    async with school(hall.campus) as found:
        yield found


async def teacher(opened: School, session_id: str) -> Json:
    people = await opened.get(f"/v1/sessions/{session_id}/participants")
    found: Json = next(person for person in people if person["role"] == "instructor")
    return found


async def link(opened: School, session_id: str) -> str:
    """As the mails to the instructor have it."""
    person = await teacher(opened, session_id)
    made = CheckInLink(UUID(session_id), opened.id, UUID(person["id"]), UUID(opened.ids["instructor"]))
    return opened.campus.links.check_in_url(made, datetime.now(UTC) + HOUR)


async def test_opening_the_link_confirms_nothing_and_its_button_does(opened: School) -> None:
    session_id = await opened.book(3 * HOUR)
    url = await link(opened, session_id)
    starts_at = (await opened.get(f"/v1/sessions/{session_id}"))["starts_at"]
    async with opened.campus.client() as anybody:
        for _ in range(2):
            asked = await anybody.get(url)
            assert "Will you teach this class?" in unescape(asked.text)
        assert (await anybody.head(url)).status_code == 200
        assert (await teacher(opened, session_id))["checked_in_at"] is None
        for _ in range(2):
            confirmed = await anybody.post(url, data={"starts_at": starts_at})
            assert "Your school knows that you'll be there." in unescape(confirmed.text)
    assert (await teacher(opened, session_id))["checked_in_at"] is not None


async def test_a_moved_class_is_confirmed_anew(opened: School) -> None:
    session_id = await opened.book(5 * HOUR)
    before = (await opened.get(f"/v1/sessions/{session_id}"))["starts_at"]
    await opened.post(f"/v1/sessions/{session_id}/check-in")
    assert (await teacher(opened, session_id))["checked_in_at"] is not None
    later = datetime.now(UTC) + 7 * HOUR
    body = {"starts_at": later.isoformat(), "ends_at": (later + HOUR).isoformat()}
    await opened.post(f"/v1/sessions/{session_id}/reschedule", body)
    assert (await teacher(opened, session_id))["checked_in_at"] is None
    async with opened.campus.client() as anybody:
        shown = await anybody.post(await link(opened, session_id), data={"starts_at": before})
    assert "This class has moved." in shown.text
    assert (await teacher(opened, session_id))["checked_in_at"] is None


async def test_the_own_page_and_the_class_page_have_the_button(hall: Hall, opened: School) -> None:
    own, by_school = await opened.book(9 * HOUR), await opened.book(11 * HOUR)
    async with await instructors_browser(opened) as ada:
        assert unescape((await ada.get("/teaching")).text).count("I'll be there</button>") >= 2
        page = await ada.post("/teaching/check-in", data={"session_id": own})
        assert "You've said that you'll be there." in unescape(page.text)
    async with hall.campus.browser() as staff:
        staff.headers["Sec-Fetch-Site"] = "same-origin"
        path = f"/sessions/{by_school}"
        shown = await open_link(staff, hall.campus.console_url(opened.id, path))
        assert "Will be there" in shown.text
        await staff.post(f"{path}/check-in")
        assert "checked in at" in (await staff.get(path)).text
    for session_id in (own, by_school):
        assert (await teacher(opened, session_id))["checked_in_at"] is not None


async def test_a_renewed_link_or_a_cancelled_class_is_confirmed_by_nobody(opened: School) -> None:
    session_id = await opened.book(timedelta(hours=13))
    url, starts_at = await link(opened, session_id), datetime.now(UTC).isoformat()
    person = await teacher(opened, session_id)
    await opened.post(
        f"/v1/sessions/{session_id}/participants/{person['id']}/renew-link", {"keep_in_room": False}
    )
    async with opened.campus.client() as anybody:
        assert (await anybody.post(url, data={"starts_at": starts_at})).status_code == 403
        assert (await anybody.get(f"{url[:-3]}abc")).status_code == 403
    await opened.post(f"/v1/sessions/{session_id}/cancel", {"reason": "illness"})
    problem_of(await opened.api.post(f"/v1/sessions/{session_id}/check-in"), 409, "transition-refused")
