"""Recordings by expiring links with ranges, participants, engagement and single revisions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from api.schemas.records import EngagementOut
from domain.presence.engagement import EngagementSummary
from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from domain.record.documentation import Citation, Section, Statement
from models.repositories import documents
from signing.links import RecordingLink
from tests.api.roles import signed_in
from tests.api.stored import AUDIO, StoredClass, on_s3, record
from tests.campus import HOUR, Campus, problem_of, school
from tests.http_clients import http_client
from tests.links import token_of
from tests.stack import TestS3

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def kept(campus: Campus, s3_server: TestS3) -> AsyncIterator[StoredClass]:
    """A recorded class."""
    async with on_s3(campus, s3_server) as on_store, school(campus) as opened:
        session_id = await opened.book()
        token = opened.api.headers["authorization"].removeprefix("Bearer ")
        async with on_store.client(token) as api:
            stored = StoredClass(on_store, opened, session_id, api)
            await record(stored)
            yield stored


async def get(url: str, **headers: str) -> httpx.Response:
    async with http_client() as anybody:
        return await anybody.get(url, headers=headers)


@pytest.fixture
async def url(kept: StoredClass) -> str:
    """The URL of one audio segment."""
    recordings = (await kept.api.get(f"{kept.path}/recordings")).json()
    segment_url: str = recordings[0]["segments"][0]["url"]
    return segment_url


async def test_recordings_list_the_audio_of_each_participant(kept: StoredClass) -> None:
    recordings = (await kept.api.get(f"{kept.path}/recordings")).json()
    people = {person["id"] for person in (await kept.api.get(f"{kept.path}/participants")).json()}
    assert {recording["participant_id"] for recording in recordings} == people
    for recording in recordings:
        segments = recording["segments"]
        assert [segment["seconds"] for segment in segments] == [30, 30]
        assert segments[0]["started_at"] < segments[1]["started_at"]
        for segment in segments:
            given = await get(segment["url"])
            assert given.content == AUDIO
            assert given.headers["content-type"] == "audio/flac"
            assert given.headers["etag"] == f'"{segment["sha256"]}"'
        expires_in = datetime.fromisoformat(recording["links_expire_at"]) - datetime.now(UTC)
        assert timedelta(minutes=10) < expires_in <= timedelta(minutes=15)


async def test_artefacts_of_a_class_have_a_state_and_a_reason_each(kept: StoredClass) -> None:
    listed = (await kept.api.get(f"{kept.path}/artefacts")).json()

    assert [one["artefact"] for one in listed if one["artefact"] != "audio"] == [
        "transcript",
        "draft",
        "notices",
        "attendance",
    ]
    assert {one["state"] for one in listed} == {"pending"}  # the class is not over
    (transcript,) = [one for one in listed if one["artefact"] == "transcript"]
    assert transcript["reason"] == "not_over"
    recordings = (await kept.api.get(f"{kept.path}/recordings")).json()
    assert transcript["counts"]["segments"] == sum(len(one["segments"]) for one in recordings)


SIZE = len(AUDIO)


@pytest.mark.parametrize(
    ("range_", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=256-511", 256, 512),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=100-999999999999", 100, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        ("bytes=-999999999", 0, SIZE),
        ("bytes = 5 - 6", 5, 7),
    ],
)
async def test_a_range_request_gets_that_part(url: str, range_: str, start: int, end: int) -> None:
    given = await get(url, range=range_)
    assert given.status_code == 206
    assert given.content == AUDIO[start:end]
    assert given.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert given.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("range_", [f"bytes={SIZE}-", "bytes=-0", "bytes=9-3", f"bytes={10**17}-"])
async def test_unsatisfiable_ranges_are_refused(url: str, range_: str) -> None:
    given = await get(url, range=range_)
    problem_of(given, 416, "range-not-satisfiable")
    assert given.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "range_", ["bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=x-y", "bytes=--1", "bytes=-", "\xb2"]
)
async def test_other_range_headers_get_the_whole_content(url: str, range_: str) -> None:
    async with http_client() as anybody:
        given = await anybody.get(url, headers=[(b"range", range_.encode("latin-1"))])
    assert given.status_code == 200
    assert given.content == AUDIO
    assert given.headers["accept-ranges"] == "bytes"


async def test_conditional_and_if_range_requests(url: str) -> None:
    etag = (await get(url)).headers["etag"]
    unchanged = await get(url, **{"if-none-match": f'"x", {etag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (await get(url, range="bytes=0-3", **{"if-range": etag})).status_code == 206
    assert (await get(url, range="bytes=0-3", **{"if-range": '"other"'})).content == AUDIO


async def test_invalid_links_are_refused(kept: StoredClass, url: str) -> None:
    token = token_of(url)
    now, links = datetime.now(UTC), kept.campus.links
    good = links.read_recording(token, now)
    soon = now + HOUR
    for link, expires_at, status, code in (
        (good, now - timedelta(seconds=1), 403, "link-expired"),
        (RecordingLink(uuid4(), good.session_id, good.key), soon, 404, "not-found"),
        (RecordingLink(good.organization_id, uuid4(), good.key), soon, 404, "not-found"),
        (RecordingLink(good.organization_id, good.session_id, "../../etc/passwd"), soon, 404, "not-found"),
    ):
        problem_of(await get(links.recording_url(link, expires_at)), status, code)
    problem_of(await get(url.replace("t=", "t=x")), 403, "link-invalid")
    problem_of(await get(url.replace("/recording?", "/file?")), 403, "link-invalid")


PATHS = ("recordings", "artefacts", "participants", "engagement", "documentation/revisions/1")


async def test_other_organizations_and_instructors_cannot_read_the_record(kept: StoredClass) -> None:
    grace = await kept.school.post("/v1/instructors", {"name": "Grace", "email": "grace@harbour.example"})
    own = UUID(kept.school.ids["instructor"])
    async with (
        school(kept.school.campus, "Other {}") as other,
        await signed_in(kept.campus, kept.school.id, "instructor", UUID(grace["id"])) as stranger,
        await signed_in(kept.campus, kept.school.id, "instructor", own) as teacher,
    ):
        for path in PATHS:
            for caller in (other.api, stranger):
                problem_of(await caller.get(f"{kept.path}/{path}"), 404, "not-found")
        for path in PATHS[:3]:
            assert (await teacher.get(f"{kept.path}/{path}")).status_code == 200


async def record_event(
    kept: StoredClass, identity: str, kind: EventKind, at: datetime, **data: object
) -> None:
    event = SessionEvent(
        EventSource.WEBHOOK, str(uuid4()), kind, at, identity, participant_sid=f"PA{identity}", data=data
    )
    await kept.campus.app.state.homeroom.recorder.record(RecordedEvent(UUID(kept.session_id), event))


async def test_participants_and_engagement_follow_the_events(kept: StoredClass) -> None:
    before = (await kept.api.get(f"{kept.path}/participants")).json()
    assert {person["name"] for person in before} == {"Ada Okafor", "Noor Haddad", "Leo Lindqvist"}
    assert not any(person["present"] or person["attended"] for person in before)
    teacher = next(person for person in before if person["role"] == "instructor")
    noor = next(person for person in before if person["name"] == "Noor Haddad")
    assert teacher["instructor_id"] == kept.school.ids["instructor"]
    assert noor["student_id"] == kept.school.ids["student 0"]
    now = datetime.now(UTC)
    for person in (teacher, noor):
        await record_event(kept, person["id"], EventKind.PARTICIPANT_JOINED, now - timedelta(minutes=2))
    await record_event(kept, noor["id"], EventKind.HAND_RAISED, now - timedelta(minutes=1))
    await record_event(kept, noor["id"], EventKind.PARTICIPANT_LEFT, now - timedelta(seconds=30))
    after = {person["id"]: person for person in (await kept.api.get(f"{kept.path}/participants")).json()}
    assert (after[teacher["id"]]["present"], after[teacher["id"]]["attended"]) == (True, True)
    assert (after[noor["id"]]["present"], after[noor["id"]]["attended"]) == (False, True)
    engaged = {row["participant_id"]: row for row in (await kept.api.get(f"{kept.path}/engagement")).json()}
    assert set(engaged) == set(after)
    assert engaged[noor["id"]]["hand_raises"] == 1
    assert engaged[teacher["id"]]["hand_raises"] == 0


def test_engagement_out_has_all_fields_of_the_summary() -> None:
    fields = set(EngagementSummary.__dataclass_fields__)
    assert set(EngagementOut.model_fields) == fields | {"participant_id", "role"}


async def test_single_revisions_can_be_read(kept: StoredClass) -> None:
    session_id = UUID(kept.session_id)
    async with kept.school.transaction() as db:
        for number, text in enumerate(("They added.", "<b>They subtracted.</b>")):
            statement = Statement(Section.TOPICS, text, (Citation(uuid4(), "q"),))
            await documents.add_revision(
                db,
                kept.school.id,
                session_id,
                (statement,),
                author="engine:x",
                reason=f"r{number}",
                based_on=number,
                at=datetime.now(UTC),
            )
    for number, text in ((1, "They added."), (2, "<b>They subtracted.</b>")):
        revision = (await kept.api.get(f"{kept.path}/documentation/revisions/{number}")).json()
        assert revision["revision"] == number
        assert revision["reason"] == f"r{number - 1}"
        assert [statement["text"] for statement in revision["statements"]] == [text]
    problem_of(await kept.api.get(f"{kept.path}/documentation/revisions/3"), 404, "not-found")
    for wrong in ("0", "-1", "x", "1e9", "99999999999999999999"):
        problem_of(await kept.api.get(f"{kept.path}/documentation/revisions/{wrong}"), 422, "invalid-input")
