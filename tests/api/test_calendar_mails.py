"""Mails about a class carry an invitation that adds it to the reader's calendar, moves it there and cancels it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from tests.campus import HOUR, School
from tests.stack import TestMail

pytestmark = pytest.mark.adapter


@dataclass(frozen=True)
class Entry:
    method: str
    uid: str
    sequence: int
    starts_at: datetime
    status: str


def read(content: bytes) -> Entry:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return Entry(
        str(calendar["method"]),
        str(event["uid"]),
        int(str(event["sequence"])),
        event.decoded("dtstart").astimezone(UTC),
        str(event["status"]),
    )


def parts(mail: Message) -> list[str]:
    """The types of a mail's parts, each with the type of what holds it."""
    return [
        f"{holder.get_content_type()} > {part.get_content_type()}"
        for holder in mail.walk()
        if holder.is_multipart()
        for part in _inside(holder)
    ]


def _inside(holder: Message) -> list[Message]:
    inside: Any = holder.get_payload()
    return list(inside)


async def invitation(mail_sink: TestMail, address: str, mails: int) -> tuple[Message, Entry]:
    """The latest of so many mails, and the invitation that mail programs offer to take over."""
    found = await asyncio.to_thread(mail_sink.wait_for, address, count=mails)
    mail = message_from_bytes(mail_sink.raw(found[0]))
    (part,) = (one for one in mail.walk() if one.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    entry = read(content)
    assert part.get_param("method") == entry.method
    assert part.get_content_charset() == "utf-8"
    (attached,) = (one for one in mail.walk() if one.get_content_type() == "application/ics")
    assert attached.get_payload(decode=True) == content
    return mail, entry


async def test_an_invitation_updates_and_cancels_itself_in_the_readers_calendar(
    harbour: School, mail_sink: TestMail
) -> None:
    family = f"guardian0.{harbour.id}@family.example"
    starts_at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=3)

    def span(start: datetime) -> dict[str, str]:
        return {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat()}

    session_id = (await harbour.post("/v1/sessions", harbour.booking() | span(starts_at)))["id"]
    uid = f"{session_id}@homeroom"
    mail, booked = await invitation(mail_sink, family, 1)
    assert booked == Entry("REQUEST", uid, 0, starts_at, "CONFIRMED")
    assert parts(mail) == [
        "multipart/mixed > multipart/alternative",
        "multipart/mixed > application/ics",
        "multipart/alternative > text/plain",
        "multipart/alternative > text/html",
        "multipart/alternative > text/calendar",
    ]
    later = starts_at + 24 * HOUR
    await harbour.post(f"/v1/sessions/{session_id}/reschedule", span(later))
    assert (await invitation(mail_sink, family, 2))[1] == Entry("REQUEST", uid, 1, later, "CONFIRMED")
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {"reason": "illness"})
    _, cancelled = await invitation(mail_sink, family, 3)
    assert cancelled == Entry("CANCEL", uid, 2, later, "CANCELLED")

    await harbour.run_until(session_id, "cancelled")
    guardian = (await harbour.get(f"/v1/guardians?email={family}"))["items"][0]["id"]
    feed = (await harbour.post(f"/v1/calendar-feeds/{guardian}"))["url"]
    shown = read((await harbour.api.get(urlsplit(feed).path)).content)
    assert shown == Entry("PUBLISH", uid, 2, later, "CANCELLED")
