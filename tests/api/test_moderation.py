"""An instructor's acts in the room: who may, what they do in LiveKit, who is kept out, and the audit log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from livekit import rtc

from domain.presence.events import EventKind, EventSource, SessionEvent
from models.repositories import events, sessions
from tests.api.bodies import Booked, open_class
from tests.campus import Campus, Json, problem_of
from tests.links import open_link

pytestmark = pytest.mark.adapter

ACTS: dict[str, Json] = {
    "mute": {},
    "lower-hands": {},
    "remove": {"participant_id": str(uuid4())},
    "readmit": {"participant_id": str(uuid4())},
    "lock": {"locked": True},
    "end": {},
}
PATIENCE = 30  # seconds


@dataclass(frozen=True)
class Moderated:
    """An open class with the links of its instructor and a student."""

    booked: Booked
    instructor: str

    async def post(self, act: str, link: str | None = None, **body: Any) -> httpx.Response:
        async with self.booked.school.campus.client() as browser:
            return await browser.post(
                f"/v1/join/{self.booked.session_id}/{act}", json={"link": link or self.instructor} | body
            )

    async def get(self, path: str) -> httpx.Response:
        async with self.booked.school.campus.client() as browser:
            return await browser.get(
                f"/v1/join/{self.booked.session_id}/{path}", params={"t": self.booked.link}
            )

    async def credentials(self, link: str | None = None) -> httpx.Response:
        return await self.post("credentials", link or self.booked.link)

    async def change(self, **values: Any) -> None:
        async with self.booked.school.transaction() as db:
            await sessions.change(db, UUID(self.booked.session_id), **values)


@pytest.fixture
async def moderated(campus: Campus) -> AsyncIterator[Moderated]:
    async with open_class(campus) as booked:
        yield Moderated(booked, await booked.school.join_token(booked.session_id, "instructor"))


@asynccontextmanager
async def in_room(credentials: Json) -> AsyncIterator[rtc.Room]:
    """A connection to the room with these credentials, with a microphone that is on."""
    room = rtc.Room()
    await room.connect(credentials["livekit_url"], credentials["token"])
    source = rtc.AudioSource(16_000, 1)
    track = rtc.LocalAudioTrack.create_audio_track("mic", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await room.local_participant.publish_track(track, options)
    try:
        yield room
    finally:
        await room.disconnect()


@pytest.mark.parametrize("act", ACTS)
async def test_only_an_instructor_of_the_class_may_moderate(moderated: Moderated, act: str) -> None:
    refused = await moderated.post(act, moderated.booked.link, **ACTS[act])
    problem_of(refused, 403, "not-allowed")
    problem_of(await moderated.post(act, "nonsense", **ACTS[act]), 403, "link-invalid")
    assert (await moderated.credentials()).status_code == 200, "nothing was done"
    assert await acts_on_audit(moderated) == []


async def test_removed_person_is_refused_until_readmitted(moderated: Moderated) -> None:
    student: str = (await moderated.credentials()).json()["identity"]
    assert (await moderated.post("remove", participant_id=student)).status_code == 204
    problem_of(await moderated.credentials(), 403, "removed-from-class")
    message = {"message_id": "m-1", "text": "let me in"}
    problem_of(await moderated.post("chat", moderated.booked.link, **message), 403, "removed-from-class")
    problem_of(await moderated.get("people"), 403, "removed-from-class")
    people = (await moderated.credentials(moderated.instructor)).json()["people"]
    assert {identity for identity, person in people.items() if person["removed"]} == {student}
    assert (await moderated.post("readmit", participant_id=student)).status_code == 204
    assert (await moderated.credentials()).status_code == 200
    assert [entry["changes"].keys() for entry in await acts_on_audit(moderated)] == [{"sent_out_at"}] * 2


async def test_who_was_taken_out_of_the_class_is_no_longer_moderated(moderated: Moderated) -> None:
    student: str = (await moderated.credentials()).json()["identity"]
    school, path = moderated.booked.school, f"/v1/sessions/{moderated.booked.session_id}/participants"
    assert (await school.api.delete(f"{path}/{student}")).status_code == 204
    for act in ("mute", "lower-hands", "remove", "readmit"):
        problem_of(await moderated.post(act, participant_id=student), 404, "not-found")
    problem_of(await moderated.get("people"), 404, "not-found")


async def test_staff_lets_a_removed_person_in_again(moderated: Moderated) -> None:
    school, session_id = moderated.booked.school, moderated.booked.session_id
    student: str = (await moderated.credentials()).json()["identity"]
    await moderated.post("remove", participant_id=student)
    participants = f"/v1/sessions/{session_id}/participants"
    listed = {person["id"]: person["sent_out_at"] for person in await school.get(participants)}
    assert [key for key, at in listed.items() if at] == [student]
    problem_of(await school.api.post(f"{participants}/{uuid4()}/readmit"), 404, "not-found")
    await school.post(f"{participants}/{student}/readmit")
    assert (await moderated.credentials()).status_code == 200
    assert {person["sent_out_at"] for person in await school.get(participants)} == {None}


async def test_staff_removes_a_person_from_the_room(moderated: Moderated) -> None:
    school, session_id = moderated.booked.school, moderated.booked.session_id
    credentials: Json = (await moderated.credentials()).json()
    path = f"/v1/sessions/{session_id}/participants/{credentials['identity']}"
    ended = asyncio.Event()
    async with in_room(credentials) as room:
        room.on("disconnected", lambda _: ended.set())
        await school.post(f"{path}/send-out")
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
    problem_of(await moderated.credentials(), 403, "removed-from-class")
    await school.post(f"{path}/readmit")
    assert (await moderated.credentials()).status_code == 200


async def test_who_is_in_the_room_with_a_renewed_link_is_put_out_unless_kept_in(moderated: Moderated) -> None:
    school, session_id = moderated.booked.school, moderated.booked.session_id
    credentials: Json = (await moderated.credentials()).json()
    path = f"/v1/sessions/{session_id}/participants/{credentials['identity']}/renew-link"
    ended = asyncio.Event()
    async with in_room(credentials) as room:
        room.on("disconnected", lambda _: ended.set())
        await school.post(path, {"keep_in_room": True})
        assert not ended.is_set()
        problem_of(await moderated.credentials(), 403, "link-replaced")
        await school.post(path, {})
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
    newest = await school.join_token(session_id)
    assert (await moderated.credentials(newest)).status_code == 200


async def test_class_page_renews_links_and_removes_from_the_room(moderated: Moderated) -> None:
    campus, session_id = moderated.booked.school.campus, moderated.booked.session_id
    student: str = (await moderated.credentials()).json()["identity"]
    path = f"/sessions/{session_id}/people/{student}"
    async with campus.browser() as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        await open_link(browser, campus.console_url(moderated.booked.school.id))
        before = (await browser.get(f"/sessions/{session_id}")).text
        assert f'hx-post="{path}/renew-link"' in before
        assert f'hx-post="{path}/send-out"' in before
        assert (await browser.post(f"{path}/renew-link", data={})).is_success
        problem_of(await moderated.credentials(), 403, "link-replaced")
        assert (await browser.post(f"{path}/send-out")).is_success
        assert f'hx-post="{path}/readmit"' in (await browser.get(f"/sessions/{session_id}")).text


async def test_class_page_shows_who_was_removed_and_lets_them_back_in(moderated: Moderated) -> None:
    campus, session_id = moderated.booked.school.campus, moderated.booked.session_id
    student: str = (await moderated.credentials()).json()["identity"]
    await moderated.post("remove", participant_id=student)
    act = f"/sessions/{session_id}/people/{student}/readmit"
    async with campus.browser() as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        await open_link(browser, campus.console_url(moderated.booked.school.id))
        page = (await browser.get(f"/sessions/{session_id}")).text
        assert "removed from the room" in page
        assert page.count(f'hx-post="{act}"') == 1
        assert (await browser.post(act)).is_success
        assert act not in (await browser.get(f"/sessions/{session_id}")).text
    assert (await moderated.credentials()).status_code == 200


async def test_removal_and_lock_end_with_a_move_of_the_class(moderated: Moderated) -> None:
    student: str = (await moderated.credentials()).json()["identity"]
    await moderated.post("lock", locked=True)
    await moderated.post("remove", participant_id=student)
    await moderated.change(moves=1, occurrence_since=datetime.now(UTC) + timedelta(seconds=1))
    answer = await moderated.credentials()
    assert answer.status_code == 200
    assert answer.json()["class"]["locked"] is False
    assert answer.json()["people"][student]["removed"] is False


async def test_locked_class_lets_back_in_who_was_there_and_nobody_new(moderated: Moderated) -> None:
    assert (await moderated.post("lock", locked=True)).status_code == 204
    problem = problem_of(await moderated.credentials(), 409, "class-locked")
    assert "Keep this page open" in problem["next_step"]
    instructor = await moderated.credentials(moderated.instructor)
    assert instructor.json()["class"]["locked"] is True
    async with moderated.booked.school.campus.client() as browser:
        path = f"/v1/join/{moderated.booked.session_id}/class"
        shown = (await browser.get(path, params={"t": moderated.booked.link})).json()
    assert shown == instructor.json()["class"]
    await moderated.post("lock", locked=False)
    student = (await moderated.credentials()).json()["identity"]
    await moderated.post("lock", locked=True)
    joined = SessionEvent(
        EventSource.WEBHOOK, "1", EventKind.PARTICIPANT_JOINED, datetime.now(UTC), student, "PA_1"
    )
    async with moderated.booked.school.transaction() as db:
        await events.record(db, moderated.booked.school.id, [(UUID(moderated.booked.session_id), joined)])
    assert (await moderated.credentials()).status_code == 200


async def test_instructors_cannot_be_removed_and_strangers_are_not_found(moderated: Moderated) -> None:
    instructor = (await moderated.credentials(moderated.instructor)).json()["identity"]
    for target in (instructor, str(uuid4())):
        for act in ("remove", "readmit", "mute", "lower-hands"):
            problem_of(await moderated.post(act, participant_id=target), 404, "not-found")


async def test_end_before_the_planned_start_is_refused(moderated: Moderated) -> None:
    problem_of(await moderated.post("end"), 409, "transition-refused")


async def test_microphones_are_muted_and_hands_lowered_in_the_room(moderated: Moderated) -> None:
    credentials: Json = (await moderated.credentials()).json()
    asked: asyncio.Queue[rtc.DataPacket] = asyncio.Queue()
    muted = asyncio.Event()
    async with in_room(credentials) as room:
        room.on("data_received", asked.put_nowait)
        room.on("track_muted", lambda *_: muted.set())
        async with asyncio.timeout(PATIENCE):
            answer = await moderated.post("mute", participant_id=credentials["identity"])
            assert answer.json() == {"muted": 1}
            await muted.wait()
            assert (await moderated.post("mute")).json() == {"muted": 0}, "it is off already"
            assert (await moderated.post("lower-hands")).status_code == 204
            packet = await asked.get()
    assert (packet.topic, packet.participant) == ("homeroom.hand", None)
    assert credentials["identity"] in packet.data.decode()
    kinds = [entry["kind"] for entry in await acts_on_audit(moderated)]
    assert set(kinds) == {"participant.muted", "participant.hand_lowered"}


async def test_removed_person_leaves_the_room(moderated: Moderated) -> None:
    credentials: Json = (await moderated.credentials()).json()
    gone = asyncio.Event()
    async with in_room(credentials) as room:
        room.on("disconnected", lambda *_: gone.set())
        await moderated.post("remove", participant_id=credentials["identity"])
        async with asyncio.timeout(PATIENCE):
            await gone.wait()


async def acts_on_audit(moderated: Moderated) -> list[Json]:
    """The entries of the audit log by the class's instructor, the latest first."""
    actor = f"instructor:{moderated.booked.school.ids['instructor']}"
    entries = (await moderated.booked.school.get("/v1/audit"))["items"]
    return [entry for entry in entries if entry["actor"] == actor]
