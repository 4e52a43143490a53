"""The live captions of a class: who may read them, which words, and when the stream ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from domain.record.transcript import Utterance
from models.repositories import recordings, sessions
from tests.api.bodies import Booked, open_class
from tests.campus import PATIENCE, Campus, Json, School, problem_of

pytestmark = pytest.mark.adapter


@pytest.fixture
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with open_class(campus) as opened:
        yield opened


class Captions:
    """The stream as the page reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self) -> list[Json]:
        """The captions of the next event."""
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line.startswith("data: "):
                    found: list[Json] = json.loads(line.removeprefix("data: "))
                    return found
        raise AssertionError("the stream has ended")

    async def texts(self) -> list[str]:
        return [caption["text"] for caption in await self.next()]

    async def end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                assert not line.startswith("data: ")


def address(booked: Booked) -> str:
    return f"/v1/join/{booked.session_id}/captions"


@asynccontextmanager
async def reading(booked: Booked) -> AsyncIterator[Captions]:
    async with (
        booked.school.campus.client() as browser,
        browser.stream("GET", address(booked), params={"t": booked.link}) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Captions(answer)


async def refused(booked: Booked, link: str) -> httpx.Response:
    async with booked.school.campus.client() as browser:
        return await browser.get(address(booked), params={"t": link})


async def say(booked: Booked, *texts: str, identity: str = "p-1", ago: timedelta = timedelta(0)) -> None:
    """Store utterances, a second after each other."""
    start = datetime.now(UTC) - ago
    spoken = [
        Utterance(uuid4(), identity, "TR_1", at, at + timedelta(seconds=1), text, (), "en", 0.9, "engine")
        for at, text in ((start + timedelta(seconds=n), text) for n, text in enumerate(texts))
    ]
    async with booked.school.transaction() as db:
        await recordings.add_utterances(db, booked.school.id, UUID(booked.session_id), spoken)


async def test_captions_have_the_speaker_and_follow_the_transcript(booked: Booked) -> None:
    await say(booked, "one half", "one third", ago=timedelta(minutes=1))
    async with reading(booked) as captions:
        first = await captions.next()
        assert [(one["identity"], one["text"], one["language"]) for one in first] == [
            ("p-1", "one half", "en"),
            ("p-1", "one third", "en"),
        ]
        await say(booked, "and a sixth", identity="p-2")
        (new,) = await captions.next()
        assert (new["identity"], new["text"]) == ("p-2", "and a sixth")
        assert datetime.fromisoformat(new["spoken_at"]) > datetime.fromisoformat(first[-1]["spoken_at"])


async def test_words_of_another_track_that_come_later_are_not_lost(booked: Booked) -> None:
    """Each track is transcribed by itself, so an earlier sentence can be stored after a later one."""
    async with reading(booked) as captions:
        await say(booked, "the answer")
        assert await captions.texts() == ["the answer"]
        await say(booked, "the question", ago=timedelta(seconds=20))
        assert await captions.texts() == ["the question"]


async def test_words_before_a_move_are_not_shown(booked: Booked) -> None:
    await say(booked, "before", ago=timedelta(minutes=5))
    async with booked.school.transaction() as db:
        since = datetime.now(UTC) - timedelta(minutes=1)
        await sessions.change(db, UUID(booked.session_id), moves=1, occurrence_since=since)
    await say(booked, "after")
    async with reading(booked) as captions:
        assert await captions.texts() == ["after"]


async def test_stream_ends_when_the_person_is_removed(booked: Booked) -> None:
    instructor = await booked.school.join_token(booked.session_id, "instructor")
    async with booked.school.campus.client() as browser, reading(booked) as captions:
        await say(booked, "for all")
        assert await captions.texts() == ["for all"]
        people = (await browser.get(f"/v1/join/{booked.session_id}/people", params={"t": booked.link})).json()
        students = [identity for identity, person in people.items() if person["role"] == "student"]
        for student in students:
            body = {"link": instructor, "participant_id": student}
            answer = await browser.post(f"/v1/join/{booked.session_id}/remove", json=body)
            assert answer.status_code == 204
        await say(booked, "for those who are left")
        await captions.end()
    problem_of(await refused(booked, booked.link), 403, "removed-from-class")


async def test_stream_ends_with_the_class(booked: Booked) -> None:
    async with reading(booked) as captions:
        await booked.school.post(f"/v1/sessions/{booked.session_id}/cancel", {})
        await booked.school.run_until(booked.session_id, "cancelled")
        await captions.end()
    problem_of(await refused(booked, booked.link), 410, "class-ended")


async def test_an_organization_can_show_none(booked: Booked) -> None:
    async with reading(booked) as captions:
        await say(booked, "for all")
        assert await captions.texts() == ["for all"]
        await booked.school.api.patch("/v1/policy", json={"captions": False})
        await say(booked, "for nobody")
        await captions.end()
    problem_of(await refused(booked, booked.link), 403, "not-allowed")
    async with booked.school.campus.client() as browser:
        path, body = f"/v1/join/{booked.session_id}/credentials", {"link": booked.link}
        assert (await browser.post(path, json=body)).json()["features"]["captions"] is False


async def test_captions_need_a_link_to_this_class_while_it_is_open(booked: Booked, harbour: School) -> None:
    problem_of(await refused(booked, booked.link + "x"), 403, "link-invalid")
    another = await harbour.book()
    link = await harbour.join_token(another)
    problem_of(await refused(booked, link), 403, "link-for-another-class")
    problem_of(await refused(Booked(harbour, another, link), link), 409, "class-not-open")
