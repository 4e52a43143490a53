"""Forms and pages on the nights on which clocks change."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from console.frame.times import from_utc
from tests.campus import Json, School
from tests.console.forms import hidden
from tests.links import open_link

pytestmark = pytest.mark.adapter

BACK, FORWARD = "2027-10-31", "2027-03-28"  # in Berlin, at 03:00 and at 02:00
FIRST, SECOND = "7200", "3600"  # offsets from UTC in seconds


@pytest.fixture
async def operator(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    answer = await harbour.api.get("/v1/organization")
    change = {"time_zone": "Europe/Berlin"}
    headers = {"if-match": answer.headers["etag"]}
    assert (await harbour.api.patch("/v1/organization", json=change, headers=headers)).is_success
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        yield browser


async def book(harbour: School, starts_at: str, ends_at: str) -> str:
    return await harbour.book(starts_at=starts_at, ends_at=ends_at, time_zone="Europe/Berlin")


async def times(harbour: School, session_id: str) -> tuple[str, str]:
    session: Json = await harbour.get(f"/v1/sessions/{session_id}")
    return session["starts_at"], session["ends_at"]


async def command(operator: httpx.AsyncClient, session_id: str, action: str, **values: Any) -> httpx.Response:
    headers = {"hx-request": "true"}
    return await operator.post(f"/sessions/{session_id}/{action}", data=values, headers=headers)


def test_an_offset_that_no_page_sends_chooses_no_side() -> None:
    assert from_utc(int(FIRST)) == timedelta(hours=2)
    assert from_utc(10**20) is None


async def test_a_class_is_booked_at_either_side_of_a_repeated_time(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    path = f"/courses/{harbour.ids['course']}/book"
    form = await operator.get(path)
    body: dict[str, Any] = {
        "key": hidden(form, "key"),
        "instructor_id": harbour.ids["instructor"],
        "starts_at": f"{BACK}T02:30",
        "minutes": "20",
        "student_ids": [harbour.ids["student 0"]],
    }
    asked = await operator.post(path, data=body)
    assert asked.status_code == 422
    assert "02:30 CEST and then 02:30 CET" in asked.text
    assert f'value="{BACK}T02:30"' in asked.text
    starts = {}
    for side in (FIRST, SECOND):
        assert f'<option value="{side}"' in asked.text
        key = hidden(await operator.get(path), "key")
        booked = await operator.post(path, data=body | {"starts_at_offset": side, "key": key})
        starts[side], _ = await times(harbour, booked.url.path.rpartition("/")[2])
    assert starts == {FIRST: f"{BACK}T00:30:00Z", SECOND: f"{BACK}T01:30:00Z"}

    skipped = await operator.post(path, data=body | {"starts_at": f"{FORWARD}T02:30"})
    assert skipped.status_code == 422
    assert "exist in Europe/Berlin on that day" in skipped.text


async def test_a_move_by_the_minutes_alone_keeps_the_start(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await book(harbour, f"{BACK}T01:30:00Z", f"{BACK}T01:50:00Z")
    shown = await operator.get(f"/sessions/{session_id}")
    assert "02:30 CET–02:50 CET Europe/Berlin" in " ".join(shown.text.split())
    assert f'value="{BACK}T02:30"' in shown.text
    assert f'<option value="{SECOND}" selected>' in shown.text
    form = {"starts_at": f"{BACK}T02:30", "starts_at_shown": f"{BACK}T01:30:00+00:00", "minutes": "45"}

    for more in ({}, {"starts_at_offset": SECOND}):
        assert (await command(operator, session_id, "reschedule", **form, **more)).status_code == 204
        assert await times(harbour, session_id) == (f"{BACK}T01:30:00Z", f"{BACK}T02:15:00Z")
    moved = await command(operator, session_id, "reschedule", **form, starts_at_offset=FIRST)
    assert moved.status_code == 204
    assert await times(harbour, session_id) == (f"{BACK}T00:30:00Z", f"{BACK}T01:15:00Z")
    page = " ".join((await operator.get(f"/sessions/{session_id}")).text.split())
    assert "02:30 CEST–02:15 CET Europe/Berlin" in page


async def test_a_move_to_a_repeated_time_asks_for_its_side(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await book(harbour, f"{BACK}T10:00:00Z", f"{BACK}T11:00:00Z")
    form = {"starts_at": f"{BACK}T02:15", "starts_at_shown": f"{BACK}T10:00:00+00:00", "minutes": "30"}
    asked = await command(operator, session_id, "reschedule", **form)
    assert asked.status_code == 422
    assert "02:15 CEST and then 02:15 CET" in asked.text
    assert 'name="starts_at_offset"' in asked.text
    assert await times(harbour, session_id) == (f"{BACK}T10:00:00Z", f"{BACK}T11:00:00Z")
    assert (
        await command(operator, session_id, "reschedule", **form, starts_at_offset=SECOND)
    ).status_code == 204
    assert await times(harbour, session_id) == (f"{BACK}T01:15:00Z", f"{BACK}T01:45:00Z")
    skipped = await command(operator, session_id, "reschedule", **form | {"starts_at": f"{FORWARD}T02:30"})
    assert skipped.status_code == 422
    assert await times(harbour, session_id) == (f"{BACK}T01:15:00Z", f"{BACK}T01:45:00Z")


async def test_seconds_of_a_start_are_kept_where_it_is_left_as_it_was(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await book(harbour, "2027-05-03T10:00:42Z", "2027-05-03T11:00:42Z")
    form = {"starts_at": "2027-05-03T12:00", "starts_at_shown": "2027-05-03T10:00:42Z", "minutes": "30"}
    assert (await command(operator, session_id, "reschedule", **form)).status_code == 204
    assert (await times(harbour, session_id))[0] == "2027-05-03T10:00:42Z"


async def test_the_same_form_with_other_values_says_so(operator: httpx.AsyncClient, harbour: School) -> None:
    path = f"/courses/{harbour.ids['course']}/book"
    body: dict[str, Any] = {
        "key": hidden(await operator.get(path), "key"),
        "instructor_id": harbour.ids["instructor"],
        "starts_at": "2027-05-03T10:00",
        "minutes": "20",
        "student_ids": [harbour.ids["student 0"]],
    }
    booked = await operator.post(path, data=body)
    session_id = booked.url.path.rpartition("/")[2]
    assert UUID(session_id) != UUID(body["key"]), "no form can name a class that exists"
    other = await operator.post(path, data=body | {"starts_at": "2027-05-04T10:00"})
    assert other.status_code == 409
    assert "This form was already sent with other values" in other.text
    assert hidden(other, "key") != body["key"]
    assert (await operator.post(path, data=body)).url.path == booked.url.path
    by_id = await operator.post(path, data=body | {"key": session_id, "starts_at": "2027-05-05T10:00"})
    assert by_id.url.path.startswith("/sessions/")
    assert by_id.url.path != booked.url.path
