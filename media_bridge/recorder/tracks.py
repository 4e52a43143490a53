"""Records one audio track for as long as its stream runs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from livekit import rtc

from media_bridge.recorder.archive import SAMPLE_RATE, Archive, TrackLabel
from media_bridge.recorder.clock import seconds
from media_bridge.recorder.cutting import Cutter, Pcm
from media_bridge.recorder.statistics import Heard, Statistics
from media_bridge.recorder.talk import Stretch, TalkDetector

FRAME_MS = 100
_QUEUE_FRAMES = 100  # 10 seconds: what a stalled loop may lag before samples are dropped
_CLOSE_SECONDS = 1.0

OnTalk = Callable[[TrackLabel, Stretch], None]


class TrackRecorder:
    """Silence is stored like speech: it keeps the time base and proves that the track was recorded."""

    def __init__(self, label: TrackLabel, archive: Archive, segment_seconds: float, on_talk: OnTalk) -> None:
        self.label = label
        self._archive, self._on_talk = archive, on_talk
        self._cutter, self._talk = Cutter(SAMPLE_RATE, segment_seconds), TalkDetector()
        self._last_frame = seconds()
        self._statistics = Statistics()
        self._track: rtc.Track | None = None
        self._stream: rtc.AudioStream | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def open_since(self) -> float | None:
        return self._cutter.open_since

    @property
    def silent_for(self) -> float:
        """Seconds since the last frame. Muted tracks have frames too: a silent stream is a broken one."""
        return seconds() - self._last_frame

    @property
    def lag(self) -> float:
        return self._cutter.lag(seconds())

    async def heard(self) -> Heard | None:
        """What its counters have gained since the last call. Raises Unavailable."""
        return await self._statistics.since_last(self._track) if self._track is not None else None

    def start(self, track: rtc.Track) -> None:
        self._track, self._last_frame = track, seconds()
        self._stream = rtc.AudioStream(
            track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=FRAME_MS, capacity=_QUEUE_FRAMES
        )
        self._task = asyncio.create_task(self._run(self._stream))

    async def finish(self) -> None:
        """Closes the stream and hands over what is open."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.aclose(), _CLOSE_SECONDS)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._hand_over()

    async def _run(self, stream: rtc.AudioStream) -> None:
        async for event in stream:
            self._take(np.frombuffer(event.frame.data, dtype=np.int16), seconds())

    def _take(self, pcm: Pcm, arrived: float) -> None:
        self._last_frame = arrived
        for cut in self._cutter.push(pcm, arrived):
            self._archive.add(self.label, cut)
        stretch = self._talk.push(_rms(pcm), arrived, len(pcm) / SAMPLE_RATE)
        if stretch is not None:
            self._on_talk(self.label, stretch)

    def _hand_over(self) -> None:
        if (cut := self._cutter.finish()) is not None:
            self._archive.add(self.label, cut)
        if (stretch := self._talk.finish()) is not None:
            self._on_talk(self.label, stretch)


def _rms(pcm: Pcm) -> float:
    samples = pcm.astype(np.float32)
    return float(np.sqrt(np.dot(samples, samples) / max(len(samples), 1)))
