"""The bare subscriber: joins like the recorder, counts frames and does nothing else.

`python -m benchmarks.capture.bare URL TOKEN` prints the time, tracks and frames so far each second.
"""

import asyncio
import sys
import time
from collections import Counter

from livekit import rtc


async def main(url: str, token: str) -> None:
    room, frames = rtc.Room(), Counter[str]()
    pumps: set[asyncio.Task[None]] = set()

    async def count(sid: str, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=16_000, num_channels=1, frame_size_ms=100, capacity=100)
        async for _ in stream:
            frames[sid] += 1

    def published(publication: rtc.RemoteTrackPublication, _: object = None) -> None:
        publication.set_subscribed(publication.kind == rtc.TrackKind.KIND_AUDIO)

    def subscribed(track: rtc.Track, publication: rtc.RemoteTrackPublication, _: object) -> None:
        pumps.add(asyncio.get_running_loop().create_task(count(publication.sid, track)))

    room.on("track_published", published)
    room.on("track_subscribed", subscribed)
    await room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
    for person in room.remote_participants.values():
        for publication in person.track_publications.values():
            published(publication)
    while True:
        await asyncio.sleep(1)
        print(f"{time.monotonic():.3f} {len(frames)} {frames.total()}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
