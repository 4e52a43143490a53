"""Hostile texts in every free-text field, and out again through mails, calendars, pages and spreadsheets.

Fields are found in the API's description, so that a new one is walked too. Mails are read by a parser of bytes that
shares nothing with how they are written.
"""

import csv
import io
import json
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from quopri import decodestring
from typing import Any

import httpx
import pytest
from sqlmodel import col

from domain.notices.kinds import NoticeKind
from integrations.mail import SmtpMailer
from models.course import Course, Topic
from models.database import Database
from models.organization import Organization
from models.people import Guardian, Instructor, Student
from models.record_views import VIEWS
from models.session import Session
from tests.activities.school_rows import SENDER, SchoolRows
from tests.api.bodies import BODIES, Booked, method_of, open_class, own_address
from tests.campus import ADMIN, HOUR, Campus
from tests.depth import by_turns
from tests.integrations.smtp_servers import mail_server
from tests.links import open_link, token_of
from tests.markup import Page
from tests.security.text_fields import Place, described, fields_of, with_text

pytestmark = pytest.mark.adapter

ENCODED = "=?utf-8?q?x=0d=0aReply-To=3a_thief=40evil.example=0d=0a=0d=0a=3ch1=3eHello=3c/h1=3e?="
LINES = "x\r\nBcc: thief@evil.example\r\nDESCRIPTION:thief\r\n\r\n<h1>Hello</h1>"
TEXTS = {
    "encoded word": ENCODED,
    "lines": LINES,
    "nul": "a\0b",
    "separators": "a\u2028Bcc: thief@evil.example\u2029\x85b",
    "bidi": "a\u202egnp.exe\u2066b\u200b",
    "formula": '=HYPERLINK("http://evil.example";"x")',
    "full-width formula": "＝1+1",
    "markup": """<h1 onclick="x">a</h1><script>x</script>"'&amp;{{ 7 * 7 }}{% if %}""",
    "long": "long " * 4_000,
    "lone surrogate": "a\ud800b",
}
TURNS = 3

# ---- In through the API


def value_at(body: Any, where: Place) -> Any:
    for step in where:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


@pytest.fixture(scope="module")
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with open_class(campus) as opened:
        yield opened


def test_every_operation_with_a_body_is_walked(booked: Booked) -> None:
    paths = described(booked.school.campus)["paths"].items()
    takes_text = {
        path
        for path, methods in paths
        for operation in methods.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert takes_text - BODIES.keys() == {"/v1/livekit/webhooks"} & takes_text
    assert ("title",) in fields_of(booked, "/v1/courses")
    assert ("statements", 0, "text") in fields_of(booked, "/v1/sessions/{session_id}/documentation/revisions")
    assert ("qualifications", 0, "subject") in fields_of(booked, "/v1/instructors/{id}")


async def test_every_field_takes_or_refuses_hostile_texts(booked: Booked) -> None:
    """Never with a fault; what is taken reads as it was written, and is on one line where a line is meant."""
    odd, turn = [], 0
    for path in sorted(BODIES):
        for where in fields_of(booked, path):
            turn += 1
            for name, text in by_turns(list(TEXTS.items()), turn, TURNS):
                if problem := await _sent(booked, path, where, text):
                    odd.append((path, where, name, problem))
    assert odd == []


async def _sent(booked: Booked, path: str, where: Place, text: str) -> object:
    """What is wrong with the answer, if anything."""
    body = with_text(BODIES[path](booked), where, text)
    token = ADMIN if path == "/v1/organizations" else None
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    answer = await booked.school.api.request(
        method_of(path), own_address(path, booked), content=json.dumps(body), headers=headers
    )
    if answer.status_code >= 500:
        return answer.status_code
    answer.content.decode("utf-8", "strict")
    if not answer.is_success:
        return None if answer.headers["content-type"] == "application/problem+json" else answer.text
    taken = value_at(answer.json(), where) if answer.content else None
    return None if taken in (None, text, text.strip()) else taken


# ---- Out on pages and in spreadsheets


async def test_pages_show_texts_as_texts(booked: Booked) -> None:
    """Of the rows that the fields above have written. The order of tests does not matter: names are written here."""
    school, campus = booked.school, booked.school.campus
    for kind, field in (
        ("courses", "title"),
        ("topics", "title"),
        ("instructors", "name"),
        ("students", "name"),
    ):
        key = {"courses": "course", "topics": "topic", "instructors": "instructor", "students": "student 0"}[
            kind
        ]
        await school.change(f"/v1/{kind}/{school.ids[key]}", {field: TEXTS["markup"]})
    session_id = await school.book(100 * 24 * HOUR, override_reason=TEXTS["markup"])
    async with campus.browser() as browser:
        assert (await open_link(browser, campus.console_url(school.id))).status_code == 200
        for path in ("/today", "/people", "/courses", f"/sessions/{session_id}", "/outbox", "/exceptions"):
            shown = await browser.get(path)
            if shown.status_code == 404:
                continue
            assert shown.status_code == 200, path
            page = Page(shown.text)
            assert page.handlers == [], path
            assert "7 * 7" in page.shown or "49" not in page.shown, path
            assert not [script for script in re.findall(r"<script[^>]*>([^<]*)", shown.text) if script == "x"]


async def test_no_cell_of_an_export_is_a_formula(booked: Booked) -> None:
    school = booked.school
    formulas = [TEXTS["formula"], TEXTS["full-width formula"], "+1-1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3"]
    for number, text in enumerate(formulas):
        await school.post("/v1/guardians", {"name": text, "email": f"f{number}.{school.id}@a.example"})
    cells = 0
    for view in VIEWS:
        answer = await school.api.get(f"/v1/exports/{view}.csv")
        assert answer.status_code == 200, view
        for row in csv.reader(io.StringIO(answer.text)):
            cells += len(row)
            for cell in row:
                is_number = re.fullmatch(r"[+-]?\d[\d.,eE+-]*", cell)
                assert is_number or not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), (
                    view,
                    cell,
                )
    assert cells > 100


# ---- Out by mail


HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
}
PROPERTIES = {
    *("BEGIN", "END", "VERSION", "PRODID", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND"),
    *("SUMMARY", "STATUS", "ORGANIZER", "ATTENDEE", "DESCRIPTION", "URL"),
}


@dataclass(frozen=True)
class Part:
    """A part of a mail, as its bytes are read by the letter of RFC 5322 and RFC 2046."""

    headers: list[tuple[str, bytes]]
    body: bytes
    parts: tuple["Part", ...] = ()

    def header(self, name: str) -> bytes:
        (value,) = [value for found, value in self.headers if found == name]
        return value

    @property
    def kind(self) -> str:
        return self.header("Content-Type").split(b";")[0].decode()

    @property
    def text(self) -> str:
        how = [value for name, value in self.headers if name == "Content-Transfer-Encoding"]
        if how == [b"base64"]:
            return b64decode(self.body).decode()
        return (decodestring(self.body) if how == [b"quoted-printable"] else self.body).decode()

    def walk(self) -> Iterator["Part"]:
        yield self
        for part in self.parts:
            yield from part.walk()


def read(raw: bytes) -> Part:
    assert re.fullmatch(rb"[\t\r\n\x20-\x7e]*", raw), "a mail is ASCII"
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw), "its lines end with CRLF"
    head, _, body = raw.partition(b"\r\n\r\n")
    headers: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        assert 0 < len(line) <= 998
        if line.startswith((b" ", b"\t")):
            assert line.strip()
            headers[-1] = headers[-1][0], headers[-1][1] + line
        else:
            name, colon, value = line.partition(b":")
            assert colon
            assert name.decode() in HEADERS, name
            headers.append((name.decode(), value.strip()))
    assert len({name for name, _ in headers}) == len(headers)
    content_type = dict(headers)["Content-Type"]
    boundary = re.search(rb'boundary="([^"]+)"', content_type)
    if not boundary:
        return Part(headers, body)
    pieces = body.split(b"--" + boundary[1])
    assert pieces[-1].strip() == b"--"
    return Part(headers, body, tuple(read(piece.removeprefix(b"\r\n")) for piece in pieces[1:-1]))


def decoded(value: bytes) -> str:
    """Of RFC 2047: spaces between two encoded words are nothing."""
    joined = re.sub(rb"\?=\s+=\?", b"?==?", value)
    return re.sub(rb"=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=", lambda word: b64decode(word[1]), joined).decode()


def properties(calendar: str) -> list[str]:
    """The names of the lines of an iCalendar object; continued lines begin with a space."""
    unfolded = re.sub(r"\r\n[ \t]", "", calendar)
    return [re.split("[;:]", line)[0] for line in unfolded.split("\r\n") if line]


@pytest.fixture(scope="module")
async def rows_of_school(rows: Database) -> SchoolRows:
    opened = SchoolRows(rows)
    await opened.open()
    return opened


async def mails_with(school: SchoolRows, text: str, occasion: int) -> list[bytes]:
    """The mails of a booking that was moved, as they are sent, where every name and title is this text."""
    await school.change(
        Organization, col(Organization.id) == school.id, name=text, contact_email="o@school.example"
    )
    for table in (Course, Topic):
        await school.change(table, col(table.organization_id) == school.id, title=text)
    for person in (Guardian, Instructor, Student):
        await school.change(person, col(person.organization_id) == school.id, name=text)
    await school.change(Session, col(Session.organization_id) == school.id, title=text, moves=occasion)
    async with mail_server() as server:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        for kind in (NoticeKind.RESCHEDULED, NoticeKind.REMINDER):
            result = await school.send(kind, mailer, f"{kind}-{occasion}")
            assert (result.sent, result.undeliverable) == (3, 0)
    return [mail.original_content or b"" for mail in server.accepted]


@pytest.mark.parametrize(
    "name", sorted(TEXTS.keys() - {"nul", "lone surrogate"})
)  # which no database row can hold
async def test_names_and_titles_stay_texts_in_mails(rows_of_school: SchoolRows, name: str) -> None:
    """Also those that the API refuses: who writes a mail does not rely on who read the form."""
    text = TEXTS[name]
    mails = await mails_with(rows_of_school, text, sorted(TEXTS).index(name) + 1)
    assert len(mails) == 6
    for raw in mails:
        mail = read(raw)
        one_line = " ".join(text.split())
        assert decoded(mail.header("From")).endswith("<classes@harbour.example>")
        assert decoded(mail.header("Reply-To")).endswith("<o@school.example>")
        assert one_line[:60] in decoded(mail.header("Subject"))
        assert one_line[:60] in decoded(mail.header("From"))
        kinds = [part.kind for part in mail.walk()]
        assert set(kinds) <= {
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/calendar",
            "application/ics",
        }
        assert (kinds.count("text/plain"), kinds.count("text/html")) == (1, 1)
        for part in mail.walk():
            if part.kind == "text/html":
                page = Page(part.text)
                assert (page.tags.count("h1"), page.tags.count("script"), page.handlers) == (0, 0, [])
            elif part.kind in ("text/calendar", "application/ics"):
                names = properties(part.text)
                assert set(names) <= PROPERTIES
                assert (names.count("DESCRIPTION"), names.count("ATTENDEE"), names.count("BEGIN")) == (
                    1,
                    1,
                    2,
                )


async def test_a_message_that_no_mail_can_carry_is_undeliverable_and_a_case(
    rows_of_school: SchoolRows,
) -> None:
    """It is not tried again, and staff see it."""
    school = rows_of_school
    await school.change(
        Guardian, col(Guardian.organization_id) == school.id, email="a@b.example\r\nBcc: c@d.example"
    )
    await school.change_session(moves=99)
    async with mail_server() as server:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        result = await school.send(NoticeKind.RESCHEDULED, mailer, "move-99")
    assert (result.sent, result.undeliverable) == (1, 2)
    assert all("b.example" not in str(mail.rcpt_tos) for mail in server.accepted)
    waiting = [notice for notice in await school.outbox() if notice.waits]
    assert waiting == []
    assert {case.kind for case in await school.cases()} == {"notice_undeliverable"}


async def test_downloads_are_named_without_a_header_of_their_own(booked: Booked) -> None:
    """In Content-Disposition, as a browser sends the name of a file that it uploads."""
    school = booked.school
    path = f"/v1/sessions/{booked.session_id}/files"
    names = [f"{TEXTS[name]}.txt" for name in ("encoded word", "separators", "bidi", "formula", "markup")]
    for name in names:
        made = await school.api.post(path, files={"file": (name, b"words", "text/plain")})
        assert made.status_code < 500
        if made.is_success:
            content: httpx.Response = await school.api.get(f"{path}/{made.json()['id']}/content")
            assert content.status_code < 500
            assert not {"bcc", "reply-to", "set-cookie"} & content.headers.keys()


async def test_no_text_reaches_the_media_server(campus: Campus) -> None:
    """Its tokens carry an id: names come from the API, and are drawn by the room page."""
    async with open_class(campus) as booked:
        school, session = booked.school, f"/v1/sessions/{booked.session_id}"
        await school.post(f"{session}/guests", {"name": TEXTS["markup"]})
        links = await school.get(f"{session}/join-links")
    link = next(one for one in links if one["name"] == TEXTS["markup"])
    async with campus.client() as browser:
        answer = await browser.post(
            f"/v1/join/{booked.session_id}/credentials", json={"link": token_of(link["url"])}
        )
    assert answer.is_success, answer.text
    _, claims, _ = answer.json()["token"].split(".")
    held = json.loads(urlsafe_b64decode(claims + "=="))
    assert held["sub"] == link["participant_id"]
    assert not {"name", "metadata", "attributes"} & held.keys()
    assert answer.json()["people"][held["sub"]]["name"] == TEXTS["markup"]
