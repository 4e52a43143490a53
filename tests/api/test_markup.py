"""Markup in user-supplied text is stored unchanged and escaped in API responses, pages and emails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.record.documentation import CheckOutcome, Citation, Section, Statement
from domain.record.transcript import Utterance, Word
from models.documentation import BriefingRow
from models.repositories import documents, recordings
from tests.campus import HOUR, Campus, School, school
from tests.links import open_link
from tests.markup import MARKUP, check, marked
from tests.stack import TestMail

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(campus: Campus) -> AsyncIterator[School]:
    async with school(campus, MARKUP) as school_:
        yield school_


@pytest.fixture(scope="module")
async def session_id(opened: School) -> str:
    """A class with markup in every text field of its record."""
    made = await opened.book(2 * HOUR)
    await opened.post(f"/v1/sessions/{made}/guests", {"name": marked("Aunt")})
    await _write(opened, UUID(made))
    return made


async def _write(opened: School, session_id: UUID) -> None:
    links = await opened.get(f"/v1/sessions/{session_id}/join-links")
    now, utterance_id = datetime.now(UTC), uuid4()
    word = Word(0, 500, marked("word"), 0.3)
    utterance = Utterance(
        utterance_id,
        links[0]["participant_id"],
        "TR",
        now,
        now + timedelta(seconds=1),
        marked("said"),
        (word,),
        "en",
        0.3,
        "e",
    )
    cited = (Citation(utterance_id, marked("quote")),)
    question, reply = marked("asked"), marked("answered")
    statements = (
        Statement(Section.TOPICS, marked("statement"), cited),
        Statement(Section.COMPREHENSION, marked("check"), cited, question, reply, CheckOutcome.PARTLY),
    )
    briefing = BriefingRow(
        id=uuid4(),
        organization_id=opened.id,
        course_id=UUID(opened.ids["course"]),
        source_session_id=session_id,
        content={"sections": [[marked("heading"), [marked("line")]]]},
        created_at=now,
    )
    async with opened.transaction() as db:
        await recordings.add_utterances(db, opened.id, session_id, [utterance])
        await documents.add_revision(
            db, opened.id, session_id, statements, author="p", reason=marked("reason"), based_on=0, at=now
        )
        await documents.save_briefing(db, briefing)


async def test_markup_is_stored_unchanged(opened: School, session_id: str) -> None:
    path = f"/v1/sessions/{session_id}"
    assert (await opened.get(path))["title"] == marked("Adding fractions")
    names = {link["name"] for link in await opened.get(f"{path}/join-links")}
    assert names == {marked(name) for name in ("Ada Okafor", "Noor Haddad", "Leo Lindqvist", "Aunt")}
    (utterance,) = await opened.get(f"{path}/transcript")
    assert utterance["text"] == marked("said")
    documentation = await opened.get(f"{path}/documentation")
    assert documentation["statements"][0]["citations"][0]["quote"] == marked("quote")
    assert documentation["revisions"][0]["reason"] == marked("reason")


async def test_api_responses_with_markup_are_not_html(opened: School, session_id: str) -> None:
    answer = await opened.api.get(f"/v1/sessions/{session_id}", headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_markup_is_escaped_on_pages(opened: School, session_id: str) -> None:
    shown = ("Mathematics", "Adding fractions", "Ada Okafor", "Noor Haddad", "Aunt")
    written = ("word", "statement", "quote", "check", "heading", "line")
    async with opened.campus.browser() as browser:
        await open_link(browser, opened.campus.console_url(opened.id))
        for path in (f"/sessions/{session_id}", f"/sessions/{session_id}/fragment"):
            check((await browser.get(path)).text, *shown, *written)
        check((await browser.get("/today")).text, "Harbour Tutoring")


async def test_markup_is_escaped_in_emails(opened: School, session_id: str, mail_sink: TestMail) -> None:
    for address, reader in (
        (f"ada.{opened.id}@harbour.example", "Ada Okafor"),
        (f"guardian0.{opened.id}@family.example", "Guardian of Noor Haddad"),
    ):
        (mail, *_) = await asyncio.to_thread(mail_sink.wait_for, address)
        page = check(mail["html"], reader, "Adding fractions", "Mathematics", "Harbour Tutoring")
        assert "script" not in page.tags
        assert marked(reader) in mail["text"]
        assert marked("Adding fractions") in mail["subject"]
        assert mail["recipients"] == [address]
