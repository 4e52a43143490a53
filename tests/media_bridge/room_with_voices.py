"""A LiveKit room for tests, with real participants who each publish a tone of their own pitch."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import numpy as np
from livekit import api, rtc

from domain.people.roles import Role, room_name
from domain.presence.events import EventKind, SessionEvent
from domain.record.recording import AudioSegment
from media_bridge.recorder.config import RecorderConfig
from media_bridge.recorder.process import RecorderProcess, RecorderResult
from media_bridge.recorder.reports import EventObserved, Heartbeat, Report, SegmentStored, Started
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import TokenMinter
from tests.stack import TestLiveKit

R = TypeVar("R", bound=Report)

RATE = 48_000
FRAME = RATE // 50  # 20 ms
PATIENCE = 90.0  # seconds until a test gives up on something that should come


@dataclass
class Person:
    """A participant in the room. `hertz` is the pitch of its tone, `level` its amplitude; 0 is silence."""

    identity: str
    hertz: float
    level: float = 8000.0
    room: rtc.Room = field(default_factory=rtc.Room)
    publication: rtc.LocalTrackPublication | None = None
    _voice: asyncio.Task[None] | None = None

    async def join(self, url: str, token: str) -> None:
        await self.room.connect(url, token)

    async def publish(self) -> None:
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("mic", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True, red=True)
        self.publication = await self.room.local_participant.publish_track(track, options)
        self._voice = asyncio.create_task(self._speak(source))

    async def camera(self) -> rtc.LocalVideoTrack:
        """Publishes a camera track without frames."""
        track = rtc.LocalVideoTrack.create_video_track("camera", rtc.VideoSource(64, 64))
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA)
        await self.room.local_participant.publish_track(track, options)
        return track

    async def silent_track(self) -> None:
        """Publishes one more microphone, without sound."""
        track = rtc.LocalAudioTrack.create_audio_track("more", rtc.AudioSource(RATE, 1))
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.room.local_participant.publish_track(track, options)

    async def nested_hand(self) -> None:
        """A packet that no parser should follow to its end."""
        await self.room.local_participant.publish_data(b"[" * 14_000, reliable=True, topic="homeroom.hand")

    async def chat(self, text: str) -> None:
        await self.room.local_participant.send_text(text, topic="lk.chat")

    async def hand(self, raised: bool) -> None:
        payload = json.dumps({"raised": raised}).encode()
        await self.room.local_participant.publish_data(payload, reliable=True, topic="homeroom.hand")

    def mute(self, muted: bool) -> None:
        assert self.publication is not None
        assert self.publication.track is not None
        track = self.publication.track
        track.mute() if muted else track.unmute()

    async def leave(self) -> None:
        if self._voice is not None:
            self._voice.cancel()
            await asyncio.gather(self._voice, return_exceptions=True)
        await self.room.disconnect()

    async def _speak(self, source: rtc.AudioSource) -> None:
        at = 0
        while True:
            tone = self.level * np.sin(2 * np.pi * self.hertz * (at + np.arange(FRAME)) / RATE)
            await source.capture_frame(rtc.AudioFrame(tone.astype(np.int16).tobytes(), RATE, 1, FRAME))
            at += FRAME


class Reports:
    """Collects a recorder's reports and waits for a condition on them."""

    def __init__(self) -> None:
        self.all: list[Report] = []
        self.fail_with: Exception | None = None
        self._more = asyncio.Condition()

    async def receive(self, report: Report) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        async with self._more:
            self.all.append(report)
            self._more.notify_all()

    async def until(self, holds: Callable[["Reports"], bool]) -> None:
        """Waits until the condition holds. Raises TimeoutError after PATIENCE seconds."""
        async with asyncio.timeout(PATIENCE), self._more:
            await self._more.wait_for(lambda: holds(self))

    def of(self, kind: type[R]) -> list[R]:
        return [report for report in self.all if isinstance(report, kind)]

    @property
    def segments(self) -> list[AudioSegment]:
        return [report.segment for report in self.of(SegmentStored)]

    @property
    def starts(self) -> int:
        return len(self.of(Started))

    def events(self, kind: EventKind) -> list[SessionEvent]:
        return [report.event for report in self.of(EventObserved) if report.event.kind == kind]

    def tracks(self) -> dict[str, list[AudioSegment]]:
        """Segments by participant identity, in order of time."""
        people = sorted({segment.identity for segment in self.segments})
        ordered = sorted(self.segments, key=lambda s: s.started_at)
        return {who: [s for s in ordered if s.identity == who] for who in people}


class Recording:
    """A running recorder and its reports."""

    def __init__(self, process: RecorderProcess) -> None:
        self.process, self.reports = process, Reports()
        self._run = asyncio.create_task(process.run(self.reports.receive))

    async def wait_for_tracks(self, tracks: int) -> None:
        """Waits until a new heartbeat reports exactly this many recorded tracks."""
        seen = len(self.reports.all)
        await self.reports.until(
            lambda r: any(isinstance(x, Heartbeat) and x.recording_tracks == tracks for x in r.all[seen:])
        )

    async def wait_for_segments(self, each: int, people: int) -> None:
        """Waits until this many participants have at least `each` stored segments."""
        await self.reports.until(
            lambda r: sum(len(segments) >= each for segments in r.tracks().values()) >= people
        )

    async def wait_for_end(self) -> RecorderResult:
        """Waits until the recording ends by itself. Raises TimeoutError after PATIENCE seconds."""
        async with asyncio.timeout(PATIENCE):
            return await self._run

    async def stop(self) -> RecorderResult:
        await self.process.stop()
        return await self.wait_for_end()

    async def cancel(self) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)


class RoomWithVoices:
    """A session's room with its participants and recorders."""

    def __init__(self, server: TestLiveKit, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.session_id, self.organization_id = uuid4(), uuid4()
        self.rooms = LiveKitRooms(server.url, server.api_key, server.api_secret)
        self.minter = TokenMinter(server.api_key, server.api_secret)
        self.token_requests = 0
        self._token_requested = asyncio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stack.push_async_callback(self.rooms.aclose)
        await self.make_room()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def make_room(self) -> None:
        patience = timedelta(minutes=10)
        await self.rooms.ensure_room(self.session_id, empty_timeout=patience, departure_timeout=patience)

    async def person(self, identity: str, hertz: float, *, role: Role = Role.STUDENT) -> Person:
        """Joins the room as a new participant and publishes its tone."""
        person = Person(identity, hertz)
        await person.join(self.server.ws_url, self.minter.mint(role, self.session_id, identity))
        self._stack.push_async_callback(person.leave)
        await person.publish()
        return person

    async def people(self, count: int) -> list[Person]:
        return [await self.person(f"person-{n}", 220.0 * (n + 2)) for n in range(count)]

    def config(self, **options: Any) -> RecorderConfig:
        defaults = {
            "organization_id": self.organization_id,
            "session_id": self.session_id,
            "livekit_url": self.server.ws_url,
            "store_url": f"file://{self.folder}/store",
            "spool_dir": self.folder / "spool",
            "segment_seconds": 2,
            "clearness_seconds": 3,
        }
        return RecorderConfig.model_validate(defaults | options)

    def record(self, **options: Any) -> Recording:
        """Starts a recorder; it is cancelled at the end of the test if it still runs."""
        process = RecorderProcess(self.config(**options), self._mint, log_level="ERROR")
        recording = Recording(process)
        self._stack.push_async_callback(recording.cancel)
        return recording

    async def unsubscribe(self, identity: str, track_sid: str) -> None:
        """Has the server take a track away from a participant."""
        async with api.LiveKitAPI(self.server.url, self.server.api_key, self.server.api_secret) as client:
            await client.room.update_subscriptions(
                api.UpdateSubscriptionsRequest(
                    room=room_name(self.session_id),
                    identity=identity,
                    track_sids=[track_sid],
                    subscribe=False,
                )
            )

    async def wait_for_token_requests(self, count: int) -> None:
        """Waits until recorders have requested this many tokens since the room was made."""
        while self.token_requests < count:
            self._token_requested.clear()
            await self._token_requested.wait()

    def _mint(self) -> str:
        self.token_requests += 1
        self._token_requested.set()
        return self.minter.mint_capture(self.session_id)
