"""The routes behind the review page, over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from domain.record.documentation import Section, Statement
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance
from models.repositories import documents, recordings
from tests.campus import HOUR, Campus, School, problem_of
from tests.links import open_link

pytestmark = pytest.mark.adapter

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
STATED = {"section": "topics", "text": "Adding fractions.", "citations": []}


@pytest.fixture
async def session_id(harbour: School) -> str:
    """A class with a draft before it has begun, so that the draft cannot be approved."""
    made = await harbour.book(2 * HOUR)
    statements = (Statement(Section.TOPICS, "Fractions.", ()),)
    async with harbour.transaction() as db:
        await documents.add_revision(
            db, harbour.id, UUID(made), statements, author="p", reason="", based_on=0, at=datetime.now(UTC)
        )
    return made


@pytest.fixture
async def operator(campus: Campus, harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.client() as client:
        client.follow_redirects = True
        client.headers["origin"] = campus.url
        await open_link(client, campus.console_url(harbour.id))
        yield client


async def test_edits_stay_saved_if_the_approval_is_refused(
    operator: httpx.AsyncClient, harbour: School, session_id: str
) -> None:
    path = f"/sessions/{session_id}/review/approve"
    refused = problem_of(
        await operator.post(path, json={"based_on": 1, "statements": [STATED]}), 409, "transition-refused"
    )
    assert refused["saved"] == "2"
    current = await harbour.get(f"/v1/sessions/{session_id}/documentation")
    assert current["statements"][0]["text"] == "Adding fractions."
    assert current["status"] == "draft"


async def test_a_stale_revision_names_the_current_one(operator: httpx.AsyncClient, session_id: str) -> None:
    body = {"based_on": 1, "statements": [STATED]}
    path = f"/sessions/{session_id}/review/save"
    assert (await operator.post(path, json=body)).json() == {"revision": 2}
    assert problem_of(await operator.post(path, json=body), 409, "stale-revision")["current"] == "2"


async def test_invalid_requests_are_refused(operator: httpx.AsyncClient, session_id: str) -> None:
    one = f"/sessions/{session_id}/review"
    for body in ({}, {"based_on": 0}, {"based_on": 1, "statements": [{}]}, {"based_on": 1, "more": 1}):
        problem_of(await operator.post(f"{one}/approve", json=body), 422, "invalid-input")
    assert (await operator.get(f"{one}/changes?from=1&to=9")).status_code == 404
    assert (await operator.get("/review?after=no")).status_code == 422


async def test_requests_from_other_origins_are_refused(operator: httpx.AsyncClient, session_id: str) -> None:
    for path, body in (("approve", {"based_on": 1}), ("save", {"based_on": 1, "statements": []})):
        answer = await operator.post(
            f"/sessions/{session_id}/review/{path}", json=body, headers={"origin": "https://evil.example"}
        )
        problem_of(answer, 403, "not-allowed")


async def test_another_organization_finds_nothing(campus: Campus, other: School, session_id: str) -> None:
    one = f"/sessions/{session_id}/review"
    async with campus.client() as spy:
        spy.follow_redirects = True
        spy.headers["origin"] = campus.url
        await open_link(spy, campus.console_url(other.id))
        for path in (one, f"{one}/state", f"{one}/changes?from=1&to=1"):
            assert (await spy.get(path)).status_code == 404, path
        for path, body in (("approve", {"based_on": 1}), ("save", {"based_on": 1, "statements": []})):
            assert (await spy.post(f"{one}/{path}", json=body)).status_code == 404, path


async def test_audio_that_came_after_the_draft_is_told_and_its_words_are_marked(
    operator: httpx.AsyncClient, harbour: School, session_id: str
) -> None:
    people = await harbour.get(f"/v1/sessions/{session_id}/participants")
    who = next(person["id"] for person in people if person["role"] == "instructor")
    at = datetime.now(UTC)
    said = [
        Utterance(
            uuid4(), who, "TR", at + minute * MINUTE, at + minute * MINUTE + SECOND, text, (), "en", 1, "e"
        )
        for minute, text in enumerate(("Welcome.", "Homework is page 12."))
    ]
    late = AudioSegment(
        harbour.id,
        UUID(session_id),
        who,
        participant_sid="PA",
        track_sid="TR",
        recorder_id="dead",
        seq=0,
        started_at=at + MINUTE,
        samples=12 * 16_000,
        sample_rate=16_000,
        codec="flac",
        key=session_id,
        sha256="",
        size=0,
    )
    async with harbour.transaction() as db:
        await recordings.add_utterances(db, harbour.id, UUID(session_id), said)
        await recordings.register(db, [late])
    page = f"/sessions/{session_id}/review"
    assert "data-late" not in (await operator.get(page)).text
    async with harbour.transaction() as db:
        await recordings.mark_transcribed(db, [late.key], late_at=datetime.now(UTC))
    shown = (await operator.get(page)).text
    assert "12s of audio came after this class was drafted." in shown
    assert "This draft was made without it." in shown
    (marked,) = re.findall(r'id="utterance-(\S+)"[^>]* data-late>', shown)
    assert marked == str(said[1].id)

    async with harbour.transaction() as db:
        await documents.add_revision(
            db,
            harbour.id,
            UUID(session_id),
            (Statement(Section.HOMEWORK, "Page 12.", ()),),
            author="engine:x",
            reason="drafted again with audio that came late",
            based_on=1,
            at=datetime.now(UTC),
        )
    shown = (await operator.get(page)).text
    assert "Revision 2 was drafted with it." in shown
    assert "drafted again with audio that came late" in shown
