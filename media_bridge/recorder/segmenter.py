"""Cuts the samples of one track into segments and dates the first sample of each. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

GAP_SECONDS = 0.3  # frames that stay this much later than earlier ones mean missing samples …
_STEADY_FRAMES = 10  # … if this many in a row are late …
_STEADY_SECONDS = 0.5  # … and do not arrive in one burst: a burst after a stall catches up
_SNAP_SECONDS = 0.02  # a start that differs less from the previous end counts as the same instant


@dataclass(frozen=True)
class Frame:
    """Samples that arrived together, and the clock second at which they did."""

    pcm: Pcm  # mono
    arrived: float


@dataclass(frozen=True)
class PcmSegment:
    """The samples of a segment and the time of the first one."""

    pcm: Pcm  # mono
    started: float  # clock seconds of the first sample


class Segmenter:
    """Collects frames and cuts them into segments.

    A frame arrives when its last sample has been spoken, or later. So the frame with the least delay gives the best
    estimate of the segment's start, and frames that stay late show that samples are missing.
    """

    def __init__(self, sample_rate: int, segment_seconds: float) -> None:
        self._rate, self._full = sample_rate, round(segment_seconds * sample_rate)
        self._previous_end: float | None = None
        self._reset()

    @property
    def open_since(self) -> float | None:
        """Clock seconds of the first sample that is in no segment yet, None if there is none."""
        return min(self._origins) if self._origins else None

    @property
    def open_frames(self) -> list[Frame]:
        """The frames that are in no segment yet."""
        return list(self._frames)

    def lag(self, now: float) -> float:
        """Seconds by which the samples received so far are behind clock second `now`."""
        return now - (min(self._origins) + self._samples / self._rate) if self._origins else 0.0

    def push(self, frame: Frame) -> Iterator[PcmSegment]:
        """Adds a frame; yields the segment it completes, if any."""
        self._append(frame)
        if self._samples_are_missing():
            late = self._frames[self._on_time :]
            yield self._cut(self._on_time)
            for one in late:
                self._append(one)
        elif self._samples >= self._full:
            yield self._cut(len(self._frames))

    def finish(self) -> PcmSegment | None:
        """Cuts and returns the remaining samples, if there are any."""
        return self._cut(len(self._frames)) if self._frames else None

    def _reset(self) -> None:
        self._frames: list[Frame] = []
        self._origins: list[float] = []  # per frame: when the segment began, if that frame had no delay
        self._samples = 0
        self._on_time = 0  # number of frames before the run of late frames at the end
        self._earliest = float("inf")  # of these frames

    def _append(self, frame: Frame) -> None:
        self._samples += len(frame.pcm)
        origin = frame.arrived - self._samples / self._rate
        self._frames.append(frame)
        self._origins.append(origin)
        if origin - self._earliest <= GAP_SECONDS or not self._on_time:
            self._on_time, self._earliest = (
                len(self._frames),
                min(self._earliest, *self._origins[self._on_time :]),
            )

    def _samples_are_missing(self) -> bool:
        late = self._frames[self._on_time :][-_STEADY_FRAMES:]
        return len(late) == _STEADY_FRAMES and late[-1].arrived - late[0].arrived > _STEADY_SECONDS

    def _cut(self, frames: int) -> PcmSegment:
        pcm = np.concatenate([frame.pcm for frame in self._frames[:frames]])
        started = min(self._origins[:frames])
        if self._previous_end is not None and abs(started - self._previous_end) < _SNAP_SECONDS:
            started = self._previous_end
        self._previous_end = started + len(pcm) / self._rate
        self._reset()
        return PcmSegment(pcm, started)
