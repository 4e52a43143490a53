"""The rest of the record: sound by links that expire, who takes part, engagement, single revisions."""

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
from tests.api.stored import SOUND, Kept, on_s3, record
from tests.campus import HOUR, Campus, problem_of, school
from tests.links import token_of
from tests.stack import TestS3

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def kept(campus: Campus, s3_server: TestS3) -> AsyncIterator[Kept]:
    """A class that was recorded, and a class of somebody else."""
    async with on_s3(campus, s3_server) as on_store, school(campus) as opened:
        session_id = await opened.book()
        token = opened.api.headers["authorization"].removeprefix("Bearer ")
        async with on_store.client(token) as api:
            found = Kept(on_store, opened, session_id, api)
            await record(found)
            yield found


async def get(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as anybody:
        return await anybody.get(url, headers=headers)


@pytest.fixture
async def url(kept: Kept) -> str:
    """Of one segment."""
    told = (await kept.api.get(f"{kept.path}/recordings")).json()
    found: str = told[0]["segments"][0]["url"]
    return found


async def test_the_sound_of_each_participant(kept: Kept) -> None:
    told = (await kept.api.get(f"{kept.path}/recordings")).json()
    people = {one["id"] for one in (await kept.api.get(f"{kept.path}/participants")).json()}
    assert {one["participant_id"] for one in told} == people
    for one in told:
        assert [segment["seconds"] for segment in one["segments"]] == [30, 30]
        assert one["segments"][0]["started_at"] < one["segments"][1]["started_at"]
        for segment in one["segments"]:
            given = await get(segment["url"])
            assert given.content == SOUND
            assert given.headers["content-type"] == "audio/flac"
            assert given.headers["etag"] == f'"{segment["sha256"]}"'
        expires_in = datetime.fromisoformat(one["links_expire_at"]) - datetime.now(UTC)
        assert timedelta(minutes=10) < expires_in <= timedelta(minutes=15)


SIZE = len(SOUND)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
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
async def test_a_part_of_it(url: str, asked: str, start: int, end: int) -> None:
    given = await get(url, range=asked)
    assert given.status_code == 206
    assert given.content == SOUND[start:end]
    assert given.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert given.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", "bytes=9-3", f"bytes={10**17}-"])
async def test_parts_that_there_are_not(url: str, asked: str) -> None:
    given = await get(url, range=asked)
    problem_of(given, 416, "range-not-satisfiable")
    assert given.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=x-y", "bytes=--1", "bytes=-", "\xb2"]
)
async def test_what_asks_for_no_single_part_gets_the_whole(url: str, asked: str) -> None:
    async with httpx.AsyncClient() as anybody:
        given = await anybody.get(url, headers=[(b"range", asked.encode("latin-1"))])
    assert given.status_code == 200
    assert given.content == SOUND
    assert given.headers["accept-ranges"] == "bytes"


async def test_what_the_reader_has_already(url: str) -> None:
    etag = (await get(url)).headers["etag"]
    known = await get(url, **{"if-none-match": f'"x", {etag}'})
    assert (known.status_code, known.content) == (304, b"")
    assert (await get(url, range="bytes=0-3", **{"if-range": etag})).status_code == 206
    assert (await get(url, range="bytes=0-3", **{"if-range": '"other"'})).content == SOUND


async def test_links_that_open_nothing(kept: Kept, url: str) -> None:
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


PATHS = ("recordings", "participants", "engagement", "documentation/revisions/1")


async def test_other_organizations_and_other_instructors_see_nothing(kept: Kept) -> None:
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


async def told(kept: Kept, identity: str, kind: EventKind, at: datetime, **data: object) -> None:
    event = SessionEvent(
        EventSource.WEBHOOK, str(uuid4()), kind, at, identity, participant_sid=f"PA{identity}", data=data
    )
    await kept.campus.app.state.homeroom.recorder.record(RecordedEvent(UUID(kept.session_id), event))


async def test_who_takes_part_and_what_they_do(kept: Kept) -> None:
    before = (await kept.api.get(f"{kept.path}/participants")).json()
    assert {one["name"] for one in before} == {"Ada Okafor", "Noor Haddad", "Leo Lindqvist"}
    assert not any(one["present"] or one["attended"] for one in before)
    teacher = next(one for one in before if one["role"] == "instructor")
    noor = next(one for one in before if one["name"] == "Noor Haddad")
    assert teacher["instructor_id"] == kept.school.ids["instructor"]
    assert noor["student_id"] == kept.school.ids["student 0"]
    now = datetime.now(UTC)
    for person in (teacher, noor):
        await told(kept, person["id"], EventKind.PARTICIPANT_JOINED, now - timedelta(minutes=2))
    await told(kept, noor["id"], EventKind.HAND_RAISED, now - timedelta(minutes=1))
    await told(kept, noor["id"], EventKind.PARTICIPANT_LEFT, now - timedelta(seconds=30))
    after = {one["id"]: one for one in (await kept.api.get(f"{kept.path}/participants")).json()}
    assert (after[teacher["id"]]["present"], after[teacher["id"]]["attended"]) == (True, True)
    assert (after[noor["id"]]["present"], after[noor["id"]]["attended"]) == (False, True)
    engaged = {one["participant_id"]: one for one in (await kept.api.get(f"{kept.path}/engagement")).json()}
    assert set(engaged) == set(after)
    assert engaged[noor["id"]]["hand_raises"] == 1
    assert engaged[teacher["id"]]["hand_raises"] == 0


def test_engagement_tells_all_that_is_known_of_it() -> None:
    known = set(EngagementSummary.__dataclass_fields__)
    assert set(EngagementOut.model_fields) == known | {"participant_id", "role"}


async def test_the_statements_of_one_revision(kept: Kept) -> None:
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
        found = (await kept.api.get(f"{kept.path}/documentation/revisions/{number}")).json()
        assert found["revision"] == number
        assert found["reason"] == f"r{number - 1}"
        assert [statement["text"] for statement in found["statements"]] == [text]
    problem_of(await kept.api.get(f"{kept.path}/documentation/revisions/3"), 404, "not-found")
    for wrong in ("0", "-1", "x", "1e9", "99999999999999999999"):
        problem_of(await kept.api.get(f"{kept.path}/documentation/revisions/{wrong}"), 422, "invalid-input")
