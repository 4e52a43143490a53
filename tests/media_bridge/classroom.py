"""People for a test class: real LiveKit participants whose voice is a tone of their own."""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
from livekit import rtc

from domain.roles import Role
from media_bridge.rooms import LiveKitRooms
from media_bridge.tokens import TokenMinter
from tests.stack import TestLiveKit

RATE = 48_000
FRAME = RATE // 50  # 20 ms
TIMEOUTS = {"empty_timeout": timedelta(minutes=10), "departure_timeout": timedelta(minutes=5)}


@dataclass
class Person:
    """One participant in the room. `hertz` is the tone it speaks with; `level` 0 is silence."""

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

    async def chat(self, text: str) -> None:
        await self.room.local_participant.send_text(text, topic="lk.chat")

    async def hand(self, raised: bool) -> None:
        payload = json.dumps({"raised": raised}).encode()
        await self.room.local_participant.publish_data(payload, reliable=True, topic="homeroom.hand")

    def mute(self, muted: bool) -> None:
        assert self.publication is not None
        assert self.publication.track is not None
        track = self.publication.track
        track.mute() if muted else track.unmute()  # type: ignore[attr-defined]

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
