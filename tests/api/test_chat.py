"""The chat of a class: recorded once, read by who may be in the room, and part of the record."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.presence.chat import MAX_CHARACTERS, chat_data, chat_source_id
from domain.presence.events import EventKind, EventSource, SessionEvent
from models.repositories import events, sessions
from tests.api.bodies import Booked, open_class
from tests.api.events import recorded
from tests.campus import Campus, Json, School, problem_of
from tests.links import open_link

pytestmark = pytest.mark.adapter


@pytest.fixture
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with open_class(campus) as opened:
        yield opened


async def send(booked: Booked, text: str, message_id: str = "", link: str | None = None) -> httpx.Response:
    body = {"link": link or booked.link, "message_id": message_id or str(uuid4()), "text": text}
    async with booked.school.campus.client() as browser:
        return await browser.post(f"/v1/join/{booked.session_id}/chat", json=body)


async def read(booked: Booked, link: str | None = None, **query: str | int) -> httpx.Response:
    async with booked.school.campus.client() as browser:
        return await browser.get(
            f"/v1/join/{booked.session_id}/chat", params={"t": link or booked.link, **query}
        )


async def texts(booked: Booked) -> list[str]:
    return [message["text"] for message in (await read(booked)).json()["items"]]


async def heard(booked: Booked, identity: str, message_id: str, text: str, at: datetime) -> None:
    """The recorder reports a message."""
    event = SessionEvent(
        EventSource.CAPTURE,
        chat_source_id(identity, message_id),
        EventKind.CHAT,
        at,
        identity,
        data=chat_data(message_id, text),
    )
    async with booked.school.transaction() as db:
        await events.record(db, booked.school.id, [(UUID(booked.session_id), event)])


async def identity_of_link(booked: Booked, link: str) -> str:
    async with booked.school.campus.client() as browser:
        answer = await browser.post(f"/v1/join/{booked.session_id}/credentials", json={"link": link})
    found: str = answer.json()["identity"]
    return found


async def test_message_that_page_and_recorder_report_is_one(booked: Booked) -> None:
    identity = await identity_of_link(booked, booked.link)
    assert (await send(booked, "first", "m-1")).status_code == 202
    await heard(booked, identity, "m-1", "first", datetime.now(UTC))
    await heard(booked, identity, "m-2", "second", datetime.now(UTC))
    for _ in range(2):
        assert (await send(booked, "second", "m-2")).status_code == 202
    (first, second) = (await read(booked)).json()["items"]
    assert (first["id"], first["identity"], first["text"]) == ("m-1", identity, "first")
    assert second["id"] == "m-2"
    assert len(await recorded(booked.school, booked.session_id, EventKind.CHAT)) == 2


async def test_two_people_can_use_the_same_message_id(booked: Booked) -> None:
    instructor = await booked.school.join_token(booked.session_id, "instructor")
    await send(booked, "mine", "m-1")
    await send(booked, "hers", "m-1", instructor)
    assert await texts(booked) == ["mine", "hers"]


async def test_chat_is_read_page_by_page_and_whole(booked: Booked) -> None:
    identity, start = await identity_of_link(booked, booked.link), datetime.now(UTC)
    for number in range(7):
        # Three at the same moment, so that a page ends between them.
        await heard(booked, identity, f"m-{number}", str(number), start + timedelta(seconds=number // 3))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page: Json = (await read(booked, **query)).json()
        seen += [message["text"] for message in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [str(number) for number in range(7)]
    for cursor in ("nonsense", "WyJhIiwgMV0", "W10"):
        problem_of(await read(booked, cursor=cursor), 422, "cursor-invalid")


async def test_chat_before_a_move_is_not_shown(booked: Booked) -> None:
    identity = await identity_of_link(booked, booked.link)
    await heard(booked, identity, "m-1", "before", datetime.now(UTC) - timedelta(minutes=5))
    async with booked.school.transaction() as db:
        since = datetime.now(UTC) - timedelta(minutes=1)
        await sessions.change(db, UUID(booked.session_id), moves=1, occurrence_since=since)
    await send(booked, "after")
    assert await texts(booked) == ["after"]
    record = await booked.school.get(f"/v1/sessions/{booked.session_id}/chat")
    assert [message["text"] for message in record] == ["after"]


async def test_chat_needs_a_link_to_this_class_while_it_is_open(booked: Booked) -> None:
    for link in ("nonsense", booked.link + "x"):
        problem_of(await read(booked, link), 403, "link-invalid")
        problem_of(await send(booked, "hello", link=link), 403, "link-invalid")
    elsewhere = replace(booked, session_id=str(uuid4()))
    problem_of(await read(elsewhere), 403, "link-for-another-class")
    await booked.school.post(f"/v1/sessions/{booked.session_id}/cancel", {})
    await booked.school.run_until(booked.session_id, "cancelled")
    problem_of(await read(booked), 410, "class-ended")
    problem_of(await send(booked, "hello"), 410, "class-ended")
    assert await recorded(booked.school, booked.session_id, EventKind.CHAT) == []


async def test_chat_of_a_class_that_is_not_open_is_refused(campus: Campus, harbour: School) -> None:
    session_id = await harbour.book()
    early = Booked(harbour, session_id, await harbour.join_token(session_id))
    problem_of(await send(early, "hello"), 409, "class-not-open")
    problem_of(await read(early), 409, "class-not-open")


async def test_messages_are_limited_in_length_and_rate(booked: Booked) -> None:
    problem_of(await send(booked, "x" * (MAX_CHARACTERS + 1)), 422, "invalid-input")
    problem_of(await send(booked, ""), 422, "invalid-input")
    problem_of(await send(booked, "hello", "not an id"), 422, "invalid-input")
    answers = await asyncio.gather(*(send(booked, f"message {number}") for number in range(80)))
    refused = [answer for answer in answers if answer.status_code != 202]
    problem_of(refused[0], 429, "rate-limited")
    accepted = len(answers) - len(refused)
    assert len(await recorded(booked.school, booked.session_id, EventKind.CHAT)) == accepted
    another = await booked.school.join_token(booked.session_id, "instructor")
    assert (await send(booked, "I can", link=another)).status_code == 202


async def test_chat_is_on_the_record_with_its_sender(booked: Booked) -> None:
    await send(booked, "three sixths is <one half>")
    (message,) = await booked.school.get(f"/v1/sessions/{booked.session_id}/chat")
    assert message["participant_id"] == await identity_of_link(booked, booked.link)
    assert message["text"] == "three sixths is <one half>"
    async with booked.school.campus.browser() as browser:
        await open_link(browser, booked.school.campus.console_url(booked.school.id))
        page = (await browser.get(f"/sessions/{booked.session_id}")).text
    assert "three sixths is &lt;one half&gt;" in page
