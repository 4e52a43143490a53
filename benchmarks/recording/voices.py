"""`python -m benchmarks.recording.voices URL TOKEN…`: participants who say what time it is, all the time.

It prints "ready" when all have joined, and "back" whenever one of them has joined again after a lost connection.
"""

import asyncio
import logging
import os
import sys
import time
from contextlib import suppress

from livekit import rtc

from benchmarks.recording.spoken_time import speak

RATE = 48_000
FRAME = RATE // 100
_PRIORITY = -10


class SharedClock:
    """Seconds of the epoch that never jump."""

    def __init__(self) -> None:
        self._difference = time.time() - time.monotonic()

    def now(self) -> float:
        return time.monotonic() + self._difference


async def join(url: str, token: str, source: rtc.AudioSource) -> rtc.Room:
    room = rtc.Room()
    room.on("reconnected", lambda: print("back", flush=True))
    await room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
    track = rtc.LocalAudioTrack.create_audio_track("mic", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True, red=True)
    await room.local_participant.publish_track(track, options)
    return room


async def talk(source: rtc.AudioSource) -> None:
    """Say each frame when its time is over, as a microphone does."""
    clock = SharedClock()
    frame = int(clock.now() * RATE) // FRAME
    while True:
        pcm = speak(frame * FRAME / RATE, FRAME, RATE)
        frame += 1
        if (early := frame * FRAME / RATE - clock.now()) > 0:
            await asyncio.sleep(early)
        await source.capture_frame(rtc.AudioFrame(pcm.tobytes(), RATE, 1, FRAME))


async def main(url: str, tokens: list[str]) -> None:
    logging.getLogger("livekit").setLevel(logging.CRITICAL)  # connections are lost all the time here
    # Everybody says the same. Without a queue a frame is sent at once; a queue would delay it by up to a second.
    source = rtc.AudioSource(RATE, 1, queue_size_ms=0)
    rooms = [await join(url, token, source) for token in tokens]
    print("ready", len(rooms), flush=True)
    await talk(source)


if __name__ == "__main__":
    with suppress(PermissionError):  # a class's speakers have machines of their own
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
