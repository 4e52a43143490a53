"""The process that joins the demo's room as three participants and speaks the script.

`python -m cli.demo_class.speakers` reads one line of credentials on stdin: [{"speaker", "url", "token"}, …]. It writes
a JSON line at the start of each turn. It exits with 0 after the last turn, and with 1 if the connection is lost for
good; start it again with fresh tokens and `--from` the next turn.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from livekit import rtc

from cli.demo_class.script import LESSON, Speaker, Turn
from cli.demo_class.voices import RATE, Pcm, synthesise
from domain.people.roles import HAND_TOPIC

_FRAME = RATE // 50  # samples in 20 ms
_QUEUE_MS = 200
_SILENCE = np.zeros(_FRAME, np.int16)


@dataclass
class Participant:
    """A participant whose microphone is always on; between turns it sends silence."""

    room: rtc.Room
    source: rtc.AudioSource

    @classmethod
    async def join(cls, url: str, token: str) -> "Participant":
        room, source = rtc.Room(), rtc.AudioSource(RATE, 1, queue_size_ms=_QUEUE_MS)
        await room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True, red=True)
        await room.local_participant.publish_track(track, options)
        return cls(room, source)

    async def say(self, sound: Pcm) -> None:
        for start in range(0, len(sound), _FRAME):
            await self._send(sound[start : start + _FRAME])

    async def keep_quiet(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            await self._send(_SILENCE)

    async def raise_hand(self, raised: bool) -> None:
        payload = json.dumps({"raised": raised})
        await self.room.local_participant.publish_data(payload, reliable=True, topic=HAND_TOPIC)

    async def chat(self, text: str) -> None:
        await self.room.local_participant.send_text(text, topic="lk.chat")

    async def _send(self, chunk: Pcm) -> None:
        if len(chunk) < _FRAME:
            chunk = np.concatenate([chunk, np.zeros(_FRAME - len(chunk), np.int16)])
        await self.source.capture_frame(rtc.AudioFrame(chunk.tobytes(), RATE, 1, _FRAME))


async def hold_class(credentials: list[dict[str, str]], first: int, stay: bool, linger: float = 2.0) -> None:
    """Join and speak the script from turn `first`; with `stay` repeat it. Exits with 1 if the connection is lost."""
    sounds = synthesise(LESSON, lambda *_: None)
    people = {Speaker(c["speaker"]): await Participant.join(c["url"], c["token"]) for c in credentials}
    lost = asyncio.Event()
    for participant in people.values():
        participant.room.on("disconnected", lambda *_: lost.set())
    teaching = asyncio.create_task(_teach(people, sounds, first, stay, linger))
    losing = asyncio.create_task(lost.wait())
    await asyncio.wait({teaching, losing}, return_when=asyncio.FIRST_COMPLETED)
    losing.cancel()
    if not teaching.done():
        teaching.cancel()
        _report(event="disconnected")
        sys.stdout.flush()
        raise SystemExit(1)
    teaching.result()
    for participant in people.values():
        await participant.room.disconnect()


async def _teach(
    people: dict[Speaker, Participant], sounds: list[Pcm], first: int, stay: bool, linger: float
) -> None:
    """Speak the turns of the joined speakers; with `stay` repeat them until the class ends."""
    await asyncio.sleep(1.5)  # the others need a moment to subscribe
    while True:
        for number, turn in list(enumerate(LESSON))[first:]:
            if turn.speaker in people:
                await _take_turn(people[turn.speaker], turn, sounds[number], number)
        if not stay:
            break
    await asyncio.sleep(linger)


async def _take_turn(participant: Participant, turn: Turn, sound: Pcm, number: int) -> None:
    if turn.raises_hand:
        await participant.raise_hand(True)
        await asyncio.sleep(1)
    _report(event="said", turn=number, speaker=turn.speaker, text=turn.text)
    await participant.say(sound)
    await participant.keep_quiet(turn.pause)
    if turn.raises_hand:
        await participant.raise_hand(False)
    if turn.chat:
        await participant.chat(turn.chat)


def _report(**event: object) -> None:
    print(json.dumps(event), flush=True)


def main(
    first: Annotated[int, typer.Option("--from", help="Number of the first turn.")] = 0,
    stay: Annotated[bool, typer.Option("--stay", help="Begin again after the last turn.")] = False,
    linger: Annotated[float, typer.Option(help="Seconds in the room after the last turn.")] = 2.0,
) -> None:
    asyncio.run(hold_class(json.loads(sys.stdin.readline()), first, stay, linger))


if __name__ == "__main__":
    typer.run(main)
