"""An instructor's own calendar is imported as busy times, which bookings and searches for substitutes keep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from domain.cases.kinds import ExceptionKind
from services.calendar_imports import ReadAgain
from tests.campus import HOUR, Campus, School, problem_of
from tests.links import open_link

pytestmark = pytest.mark.adapter

STAMP = "%Y%m%dT%H%M%SZ"
PRIVATE_TITLE = "Dentist at Main Street"


def calendar(starts_at: datetime, lasts: timedelta = HOUR) -> str:
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", "UID:1@elsewhere"),
        *("DTSTAMP:20260101T000000Z", f"SUMMARY:{PRIVATE_TITLE}", f"DTSTART:{starts_at:{STAMP}}"),
        *(f"DTEND:{starts_at + lasts:{STAMP}}", "END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines)


class Feed:
    """A server of one calendar."""

    content: str = ""
    status: int = 200

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/secret.ics"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = self.content.encode()
        head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def feed() -> AsyncIterator[Feed]:
    served: list[Feed] = []
    server = await asyncio.start_server(lambda r, w: served[0].answer(r, w), "127.0.0.1", 0)
    served.append(Feed(server.sockets[0].getsockname()[1]))
    async with server:
        yield served[0]


def path_of(harbour: School) -> str:
    return f"/v1/instructors/{harbour.ids['instructor']}/busy-calendar"


async def unreadable(harbour: School, state: str = "unresolved") -> list[str]:
    """Whom the exceptions about calendars are about."""
    answer = await harbour.get(f"/v1/exceptions?kind={ExceptionKind.CALENDAR_UNREADABLE}&state={state}")
    return [one["subject_id"] for one in answer["items"]]


async def test_bookings_keep_the_busy_times_of_a_file(campus: Campus, harbour: School) -> None:
    path = path_of(harbour)
    busy_from = datetime.now(UTC).replace(microsecond=0) + 120 * HOUR
    answer = await harbour.api.put(path, json={"content": calendar(busy_from)})
    assert answer.is_success, answer.text
    assert (answer.json()["source"], answer.json()["busy_times"], answer.json()["problem"]) == ("file", 1, "")
    times = {"starts_at": busy_from.isoformat(), "ends_at": (busy_from + HOUR).isoformat()}
    refused = await harbour.api.post("/v1/sessions", json=harbour.booking() | times)
    problem_of(refused, 409, "instructor-unavailable")
    assert refused.json()["rules"] == "busy_elsewhere"
    assert "Ada Okafor is busy at that time, as their own calendar says." in refused.json()["detail"]
    anyway = harbour.booking(override_reason="agreed by phone") | times
    assert (await harbour.api.post("/v1/sessions", json=anyway)).status_code == 201
    after = {"starts_at": times["ends_at"], "ends_at": (busy_from + 2 * HOUR).isoformat()}
    assert (await harbour.api.delete(path)).status_code == 204
    problem_of(await harbour.api.get(path), 404, "not-found")
    assert (await harbour.api.post("/v1/sessions", json=harbour.booking() | after)).status_code == 201


async def test_who_is_busy_elsewhere_is_not_asked_to_substitute(harbour: School) -> None:
    other = await harbour.post(
        "/v1/instructors",
        {"name": "Ben Adler", "email": "ben@harbour.example", "qualifications": [{"subject": "Sums"}]},
    )
    session_id = await harbour.book(200 * HOUR)
    starts_at = datetime.fromisoformat((await harbour.get(f"/v1/sessions/{session_id}"))["starts_at"])

    async def reasons() -> list[str]:
        ranked = await harbour.get(f"/v1/sessions/{session_id}/substitutes")
        return next(list(one["why_not"]) for one in ranked if one["instructor_id"] == other["id"])

    assert await reasons() == []
    await harbour.api.put(
        f"/v1/instructors/{other['id']}/busy-calendar", json={"content": calendar(starts_at)}
    )
    assert await reasons() == ["busy_elsewhere"]


async def test_a_feed_is_read_again_and_a_failure_is_told_and_keeps_the_times(
    campus: Campus, harbour: School
) -> None:
    path, region = path_of(harbour), campus.settings.region
    imports = campus.app.state.homeroom.calendar_imports
    now = datetime.now(UTC)
    async with feed() as outside:
        outside.content = calendar(now + 300 * HOUR)
        made = await harbour.api.put(path, json={"url": outside.url})
        assert made.is_success, made.text
        assert made.json()["source"] == "127.0.0.1"
        assert (await imports.read_again(region, now)).read == 0, "it is not its turn yet"

        outside.content = calendar(now + 300 * HOUR) + calendar(now + 400 * HOUR)
        assert (await imports.read_again(region, now + HOUR)) == ReadAgain(1, 0)
        assert (await harbour.get(path))["busy_times"] == 2
        outside.status = 404
        assert (await imports.read_again(region, now + 2 * HOUR)) == ReadAgain(0, 1)
        state = await harbour.get(path)
        assert state["problem"] == "the calendar's server answered 404 instead of a calendar"
        assert state["busy_times"] == 2
        assert state["read_at"] < state["tried_at"]
        outside.status, outside.content = 200, "<html>"
        await imports.read_again(region, now + 3 * HOUR)
        assert "iCalendar" in (await harbour.get(path))["problem"]
        assert await unreadable(harbour) == []
        await imports.read_again(region, now + 26 * HOUR)
        await imports.read_again(region, now + 27 * HOUR)
        assert await unreadable(harbour) == [harbour.ids["instructor"]]
        outside.content = calendar(now + 300 * HOUR)
        await imports.read_again(region, now + 28 * HOUR)
        assert await unreadable(harbour, "self_resolved") == [harbour.ids["instructor"]]

        with psycopg.connect(campus.database.superuser) as connection:
            rows = connection.execute("select * from imported_calendar").fetchall()
            logged = connection.execute(
                "select changes from change_log where subject = 'imported_calendar'"
            ).fetchall()
        assert outside.url not in f"{rows}{logged}", "the address is sealed"
        assert PRIVATE_TITLE not in f"{rows}{logged}"
        await harbour.api.delete(path)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "", "content": ""},
        {"url": "https://a.example/a.ics", "content": "x"},
        {"url": "ftp://a.example/a.ics"},
        {"content": "no calendar"},
    ],
)
async def test_what_is_no_calendar_is_refused(harbour: School, body: dict[str, str]) -> None:
    problem_of(await harbour.api.put(path_of(harbour), json=body), 422, "invalid-input")


async def test_the_page_imports_and_forgets_a_calendar(campus: Campus, harbour: School) -> None:
    path = f"/people/instructors/{harbour.ids['instructor']}/busy-calendar"
    async with campus.browser() as staff, feed() as outside:
        await open_link(staff, campus.console_url(UUID(str(harbour.id))))
        outside.content = calendar(datetime.now(UTC) + 300 * HOUR)
        assert "Stop importing" in (await staff.post(path, data={"url": outside.url})).text
        outside.status = 404
        wrong = await staff.post(path, data={"url": outside.url})
        assert wrong.status_code == 422
        assert "The calendar can" in wrong.text
        assert "Stop importing" not in (await staff.post(path, data={"act": "remove"})).text
