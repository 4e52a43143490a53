"""LiveKit webhooks: only signed events are accepted, and each is recorded once, before the response."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from domain.presence.events import EventKind
from server import create_webhooks
from tests.api.events import PATH, count_events, in_milliseconds, joined, post_webhook, recorded, signed
from tests.campus import Campus, School, application, problem_of

pytestmark = pytest.mark.adapter

JOINED = EventKind.PARTICIPANT_JOINED


async def test_an_accepted_event_is_recorded(harbour: School, campus: Campus) -> None:
    session_id = await harbour.book()
    answer = await post_webhook(campus, joined(session_id, "EV_1"))
    assert (answer.status_code, answer.content) == (200, b"")
    (event,) = await recorded(harbour, session_id, JOINED)
    assert (event.source_id, event.identity, event.participant_sid) == ("webhook:EV_1", "someone", "PA_1")


@pytest.mark.parametrize("year", [1970, 2200])
async def test_an_event_of_another_age_is_stored_and_gives_no_attendance(
    harbour: School, campus: Campus, year: int
) -> None:
    session_id = await harbour.book()
    path = f"/v1/sessions/{session_id}/attendance"
    person = (await harbour.get(path))[0]["participant_id"]
    seconds = round(datetime(year, 1, 2, tzinfo=UTC).timestamp())
    then = {"participant": {"sid": "PA_1", "identity": person, "joinedAtMs": str(seconds * 1000)}}
    before = count_events(campus)

    for body in (
        joined(session_id, "EV_then", createdAt=str(seconds), **then),
        joined(session_id, "EV_now", event="participant_left", **then),
    ):
        assert (await post_webhook(campus, body)).status_code == 200

    assert count_events(campus) == before + 2
    assert [event.source_id for event in await recorded(harbour, session_id)] == ["webhook:EV_now"]
    row = next(row for row in await harbour.get(path) if row["participant_id"] == person)
    assert (row["seconds"], len(row["connections"])) == (0, 1)


async def test_concurrently_repeated_events_are_recorded_once(harbour: School, campus: Campus) -> None:
    session_id = await harbour.book()
    bodies = [joined(session_id, f"EV_{number % 10}") for number in range(60)]
    async with campus.client() as livekit:
        answers = await asyncio.gather(
            *(livekit.post(PATH, content=body, headers=signed(campus.settings, body)) for body in bodies)
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len(await recorded(harbour, session_id, JOINED)) == 10


async def test_an_identity_with_a_nul_character_is_recorded(harbour: School, campus: Campus) -> None:
    session_id = await harbour.book()
    strange = joined(session_id, participant={"sid": "PA_2", "identity": "some\0one"})
    answers = await asyncio.gather(post_webhook(campus, strange), post_webhook(campus, joined(session_id)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await recorded(harbour, session_id, JOINED)) == 2


async def test_of_tracks_without_end_some_are_recorded(
    harbour: School, campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, and what others do is recorded as ever."""
    session_id = await harbour.book()

    def published(number: int, person: str) -> bytes:
        participant = {"sid": f"PA_{person}", "identity": person, "joinedAtMs": in_milliseconds()}
        track = {"sid": f"TR_{person}_{number}", "source": "MICROPHONE"}
        return joined(session_id, event="track_published", participant=participant, track=track)

    bodies = [published(number, "flooder") for number in range(150)] + [published(0, "another")]
    async with campus.client() as livekit:
        answers = [
            await livekit.post(PATH, content=body, headers=signed(campus.settings, body)) for body in bodies
        ]
    assert {answer.status_code for answer in answers} == {200}
    tracks = await recorded(harbour, session_id, EventKind.TRACK_PUBLISHED)
    people = [event.identity for event in tracks]
    assert people.count("another") == 1
    assert 100 <= people.count("flooder") < 130
    assert [record.message for record in caplog.records if "more tracks" in record.message] == [
        "a participant publishes more tracks than are recorded"
    ]


@pytest.fixture
async def alone(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application that only answers webhooks."""
    app = application(campus.settings, create_webhooks)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://webhooks") as client,
    ):
        yield client


async def test_the_webhooks_only_process_records_events(
    harbour: School, campus: Campus, alone: httpx.AsyncClient
) -> None:
    session_id = await harbour.book()
    body = joined(session_id, "EV_1")
    for _ in range(2):
        answer = await alone.post(PATH, content=body, headers=signed(campus.settings, body))
        assert (answer.status_code, answer.content) == (200, b"")
    assert len(await recorded(harbour, session_id, JOINED)) == 1


async def test_the_webhooks_only_process_serves_nothing_else(alone: httpx.AsyncClient) -> None:
    assert (await alone.get("/healthz")).json() == {"status": "ok"}
    problem_of(await alone.post(PATH, content=b"{}"), 401, "signature-invalid")
    for path in ("/v1/sessions", "/v1/openapi.json", "/today", PATH):
        problem_of(await alone.get(path), 404, "not-found")


async def test_responses_have_the_api_headers(campus: Campus, alone: httpx.AsyncClient) -> None:
    body = joined(str(uuid4()))
    good, bad = signed(campus.settings, body), {"Authorization": "nonsense"}
    async with campus.client() as livekit:
        for client in (livekit, alone):
            usual = (await client.get("/v1/nothing")).headers
            for headers in (good, bad):
                received = (await client.post(PATH, content=body, headers=headers)).headers
                assert {name for name in usual if name != "allow"} - received.keys() <= {"content-type"}
                assert received["cache-control"] == "no-store"
            named = await client.post(PATH, content=body, headers=good | {"X-Request-Id": "livekits-own"})
            assert named.headers["x-request-id"] == "livekits-own"
            refused = await client.post(PATH, content=body, headers=bad)
            assert refused.json()["request_id"] == refused.headers["x-request-id"]


async def test_another_method_is_not_allowed(campus: Campus) -> None:
    async with campus.client() as anybody:
        problem_of(await anybody.get(PATH), 405, "method-not-allowed")


BODY = joined(str(uuid4()))


@pytest.mark.parametrize("header", ["", "nonsense", "a.b.c", "Bearer ", "Bearer é.é.é"])
async def test_malformed_signatures_are_refused(campus: Campus, header: str) -> None:
    headers = [(b"Authorization", header.strip().encode("latin-1"))]
    async with campus.client() as anybody:
        answer = await anybody.post(PATH, content=BODY, headers=headers)
    problem_of(answer, 401, "signature-invalid")


async def test_only_a_valid_signature_of_this_body_is_accepted(harbour: School, campus: Campus) -> None:
    session_id = await harbour.book()
    before, body = harbour.rows(), joined(session_id)
    another = joined(session_id)
    wrong = {
        "none": {},
        "unknown key": signed(campus.settings, body, key="unknown"),
        "wrong secret": signed(campus.settings, body, secret="a-wrong-secret-of-thirty-two-characters"),
        "expired": signed(campus.settings, body, minutes=-10),
        "another body": signed(campus.settings, another),
        "a school's key": dict(harbour.api.headers),
        "a join link": {"Authorization": await harbour.join_token(session_id)},
    }
    for case, headers in wrong.items():
        own = {name: value for name, value in headers.items() if name.lower() == "authorization"}
        answer = await post_webhook(campus, body, own)
        assert problem_of(answer, 401, "signature-invalid"), case
    answer = await post_webhook(campus, body.replace(b"someone", b"another"), signed(campus.settings, body))
    problem_of(answer, 401, "signature-invalid")
    assert harbour.rows() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"room":' * 10_000,
        joined("x", id="").replace(b"session-x", b"session-00000000-0000-0000-0000-000000000000"),
        joined(str(uuid4()), participant={}),
        joined(str(uuid4()), createdAt="99999999999999", participant={"sid": "PA_1"}),
    ],
    ids=["empty", "text", "bytes", "list", "object", "deep", "no id", "nobody", "never"],
)
async def test_signed_but_malformed_events_are_refused(campus: Campus, body: bytes) -> None:
    before = count_events(campus)
    problem_of(await post_webhook(campus, body), 400, "malformed-event")
    assert count_events(campus) == before


@pytest.mark.parametrize(
    "body",
    [
        joined(str(uuid4())),
        joined("not-an-id"),
        joined(str(uuid4()), room={"sid": "RM_1", "name": "somebody-else's"}),
        joined(str(uuid4()), event="egress_started"),
        joined(str(uuid4()), event="an_event_of_next_year"),
    ],
    ids=["no such session", "no session", "not ours", "of no interest", "unknown"],
)
async def test_foreign_and_unknown_events_are_accepted_without_recording(campus: Campus, body: bytes) -> None:
    before = count_events(campus)
    assert (await post_webhook(campus, body)).status_code == 200
    assert count_events(campus) == before
