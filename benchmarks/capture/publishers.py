"""`python -m benchmarks.capture.publishers URL TOKEN…`: participants who talk; prints "ready" when all have joined."""

import asyncio
import sys

import numpy as np
from livekit import rtc

RATE = 48_000
FRAME = RATE // 50


def chatter(seed: int, seconds: int = 8) -> np.ndarray:
    """Noise with the rhythm of speech: syllables of 0.2 s, phrases of 2 s with a pause after each."""
    random = np.random.default_rng(seed)
    at = np.arange(seconds * RATE) / RATE
    rhythm = np.clip(np.sin(2 * np.pi * 2.5 * at), 0, 1) * ((at % 3) < 2)
    return (6000 * rhythm * random.standard_normal(len(at))).clip(-30_000, 30_000).astype(np.int16)


async def talk(url: str, token: str, seed: int) -> None:
    room, source, pcm = rtc.Room(), rtc.AudioSource(RATE, 1), chatter(seed)
    await room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
    track = rtc.LocalAudioTrack.create_audio_track("mic", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True, red=True)
    await room.local_participant.publish_track(track, options)
    asyncio.get_running_loop().create_task(_speak(source, pcm)).add_done_callback(lambda task: task.result())


async def _speak(source: rtc.AudioSource, pcm: np.ndarray) -> None:
    frames = [rtc.AudioFrame(pcm[i : i + FRAME].tobytes(), RATE, 1, FRAME) for i in range(0, len(pcm), FRAME)]
    while True:
        for frame in frames:
            await source.capture_frame(frame)


async def main(url: str, tokens: list[str]) -> None:
    for seed, token in enumerate(tokens):
        await talk(url, token, seed)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
