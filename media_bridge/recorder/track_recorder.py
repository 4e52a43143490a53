"""Records one audio track for as long as its stream lasts."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np
from livekit import rtc

from media_bridge.recorder.clock import steady_seconds
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.segment_writer import SAMPLE_RATE, SegmentWriter, TrackLabel
from media_bridge.recorder.segmenter import Frame, Pcm, PcmSegment, Segmenter
from media_bridge.recorder.track_statistics import AudioCounters, TrackStatistics
from media_bridge.recorder.voice_activity import SpeechSpan, VoiceActivityDetector

FRAME_MS = 100
_QUEUE_FRAMES = 100  # 10 seconds: how far a stalled event loop may lag before samples are dropped
_DRAIN_SECONDS = 0.5  # for the frames that arrived before the track ended and wait to be read
_CLOSE_SECONDS = 1.0

OnSpeech = Callable[[TrackLabel, SpeechSpan], None]


class TrackRecorder:
    """Cuts a track into segments and detects speech in it.

    Silence is stored like speech: it keeps the time base and proves that the track was recorded.
    """

    def __init__(
        self, label: TrackLabel, segment_writer: SegmentWriter, segment_seconds: float, on_speech: OnSpeech
    ) -> None:
        self.label = label
        self._segment_writer, self._on_speech = segment_writer, on_speech
        self._segmenter, self._voice_activity = (
            Segmenter(SAMPLE_RATE, segment_seconds),
            VoiceActivityDetector(),
        )
        self._opened: OpenSegment | None = None
        self._last_frame = steady_seconds()
        self._statistics = TrackStatistics()
        self._track: rtc.Track | None = None
        self._stream: rtc.AudioStream | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def open_since(self) -> float | None:
        """Clock seconds of the first sample that is in no finished segment, None if there is none."""
        return self._segmenter.open_since

    @property
    def silent_for(self) -> float:
        """Seconds since the last frame. Muted tracks have frames too: a stream without frames is broken."""
        return steady_seconds() - self._last_frame

    @property
    def lag(self) -> float:
        """Seconds by which the received samples are behind the clock."""
        return self._segmenter.lag(steady_seconds())

    @property
    def last_packet_at(self) -> float:
        """Clock seconds of the last packet that `look_for_packets` has noticed; at first, of the start."""
        return self._statistics.last_packet_at

    async def look_for_packets(self) -> bool:
        """Whether packets have come since the last look. Without them frames come all the same, as silence."""
        return self._track is not None and await self._statistics.look(self._track)

    async def counters_since_last_call(self) -> AudioCounters | None:
        """The increase of the track's counters, None before the first packet. Raises Unavailable."""
        return await self._statistics.since_last_report(self._track) if self._track is not None else None

    def start(self, track: rtc.Track) -> None:
        """Opens the track's audio stream and records it in the background."""
        self._track, self._last_frame = track, steady_seconds()
        self._stream = rtc.AudioStream(
            track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=FRAME_MS, capacity=_QUEUE_FRAMES
        )
        self._task = asyncio.create_task(self._run(self._stream))

    async def finish(self) -> None:
        """Reads the frames that wait, closes the stream, and stores the open segment and speech span."""
        stream, self._stream = self._stream, None
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_DRAIN_SECONDS)
        if stream is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.aclose(), _CLOSE_SECONDS)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._flush()

    async def _run(self, stream: rtc.AudioStream) -> None:
        async for event in stream:
            self._process(Frame(np.frombuffer(event.frame.data, dtype=np.int16), steady_seconds()))

    def _process(self, frame: Frame) -> None:
        self._last_frame = frame.arrived
        self._write_ahead([frame])
        for segment in list(self._segmenter.push(frame)):
            self._store(segment)
            self._write_ahead(self._segmenter.open_frames)
        seconds = len(frame.pcm) / SAMPLE_RATE
        if (span := self._voice_activity.push(_rms(frame.pcm), frame.arrived, seconds)) is not None:
            self._on_speech(self.label, span)

    def _write_ahead(self, frames: Sequence[Frame]) -> None:
        if frames:
            self._opened = self._opened or self._segment_writer.open(self.label)
            self._segment_writer.append(self._opened, frames)

    def _store(self, segment: PcmSegment) -> None:
        assert self._opened is not None
        opened, self._opened = self._opened, None
        self._segment_writer.add(opened, segment)

    def _flush(self) -> None:
        if (segment := self._segmenter.finish()) is not None:
            self._store(segment)
        if (span := self._voice_activity.finish()) is not None:
            self._on_speech(self.label, span)


def _rms(pcm: Pcm) -> float:
    samples = pcm.astype(np.float32)
    return float(np.sqrt(np.dot(samples, samples) / max(len(samples), 1)))
