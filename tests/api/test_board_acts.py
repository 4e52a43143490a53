"""What staff does about a class from the board: nudges its instructor, messages its room, joins as an observer."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from livekit import rtc

from domain.errors import TransitionRefused
from domain.people.access import AccessRole, Principal
from tests.api.bodies import Booked, open_class
from tests.campus import Campus, Json, problem_of
from tests.stack import TestMail, wait_until

pytestmark = pytest.mark.adapter

PATIENCE = 30  # seconds


@pytest.fixture
async def waiting(campus: Campus) -> AsyncIterator[Booked]:
    """A class whose room is open, two hours before its start."""
    async with open_class(campus) as booked:
        yield booked


async def notices_of(booked: Booked, kind: str) -> list[Json]:
    rows = (await booked.school.get(f"/v1/notices?session_id={booked.session_id}"))["items"]
    return [row for row in rows if row["kind"] == kind]


async def test_nudge_asks_the_instructor_by_mail_once(waiting: Booked, mail_sink: TestMail) -> None:
    school, path = waiting.school, f"/v1/sessions/{waiting.session_id}/nudge"
    address = (await school.get(f"/v1/instructors/{school.ids['instructor']}"))["email"]
    before = len(mail_sink.messages(address))
    for _ in range(2):
        answer = await school.api.post(path, headers={"Idempotency-Key": "once"})
        assert answer.status_code == 204, answer.text
    await asyncio.to_thread(wait_until, lambda: len(mail_sink.messages(address)) > before, what="the nudge")
    assert len(await notices_of(waiting, "check_in")) == 1

    await school.post(path)
    assert len(await notices_of(waiting, "check_in")) == 2, "a second nudge is a second mail"

    await school.post(f"/v1/sessions/{waiting.session_id}/check-in")
    problem = problem_of(await school.api.post(path), 409, "transition-refused")
    assert "call the instructor" in problem["next_step"]


async def test_message_reaches_the_room_and_stays_in_its_chat(waiting: Booked) -> None:
    school, path = waiting.school, f"/v1/sessions/{waiting.session_id}/messages"
    async with school.campus.client() as browser:
        join = f"/v1/join/{waiting.session_id}"
        credentials: Json = (await browser.post(f"{join}/credentials", json={"link": waiting.link})).json()
        heard: asyncio.Queue[rtc.DataPacket] = asyncio.Queue()
        room = rtc.Room()
        room.on("data_received", heard.put_nowait)
        await room.connect(credentials["livekit_url"], credentials["token"])
        try:
            for _ in range(2):
                sent = await school.api.post(
                    path, json={"text": " Please stay. "}, headers={"Idempotency-Key": "once"}
                )
                assert sent.status_code == 204, sent.text
            async with asyncio.timeout(PATIENCE):
                packet = await heard.get()
        finally:
            await room.disconnect()
        chat = (await browser.get(f"{join}/chat", params={"t": waiting.link})).json()["items"]
    assert (packet.topic, packet.participant) == ("homeroom.message", None)
    said = json.loads(packet.data)
    assert [(one["identity"], one["text"]) for one in chat] == [("", "Please stay.")]
    assert (said["id"], said["text"]) == (chat[0]["id"], "Please stay.")
    kinds = [
        entry["kind"] for entry in (await school.get(f"/v1/audit?subject_id={waiting.session_id}"))["items"]
    ]
    assert kinds.count("session.messaged") == 1

    problem_of(await school.api.post(path, json={"text": "  "}), 422, "invalid-input")


async def test_observer_is_the_same_guest_each_time_and_refused_before_the_room_opens(
    waiting: Booked,
) -> None:
    school = waiting.school
    who = Principal(UUID(str(school.id)), AccessRole.OPS, f"member:{uuid4()}")
    classes, now = school.campus.app.state.homeroom.classes, datetime.now(UTC)
    first = await classes.observe(who, UUID(waiting.session_id), "Mia", now)
    again = await classes.observe(who, UUID(waiting.session_id), "Mia", now)
    assert first.id == again.id

    booked = await school.book()
    with pytest.raises(TransitionRefused) as refused:
        await classes.observe(who, UUID(booked), "Mia", now)
    assert refused.value.next_step.startswith("Open the class")
    problem_of(
        await school.api.post(f"/v1/sessions/{booked}/messages", json={"text": "x"}),
        409,
        "transition-refused",
    )
