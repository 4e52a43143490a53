"""Cuts the samples of one track into segments whose first sample has a time on the clock. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

GAP_SECONDS = 0.3  # frames that stay this much later than before: samples are missing in between
_STEADY_FRAMES = 10  # so many frames in a row must be late; a burst after a stall catches up before
_SNAP_SECONDS = 0.02  # a start that differs less from the end before it is the same instant


@dataclass(frozen=True)
class Cut:
    pcm: Pcm  # mono
    started: float  # clock seconds of the first sample


class Cutter:
    """A frame arrives when its last sample has been spoken, or later. So the frame that arrived with the least delay
    tells best when the segment began, and arrivals that stay late tell that samples are missing."""

    def __init__(self, sample_rate: int, segment_seconds: float) -> None:
        self._rate, self._full = sample_rate, round(segment_seconds * sample_rate)
        self._frames: list[Pcm] = []
        self._origins: list[float] = []  # per frame: when the segment began, if that frame had no delay
        self._samples = 0
        self._previous_end: float | None = None
        self._last_arrival = 0.0

    @property
    def open_since(self) -> float | None:
        """Clock seconds of the first sample that is in no segment yet, None if there is none."""
        return min(self._origins) if self._origins else None

    def lag(self, now: float) -> float:
        """Seconds by which the samples got so far are behind `now`."""
        return now - (min(self._origins) + self._samples / self._rate) if self._origins else 0.0

    def push(self, pcm: Pcm, arrived: float) -> Iterator[Cut]:
        """Takes a frame that arrived at clock second `arrived`; yields the segments it completes."""
        self._append(pcm, arrived)
        if self._samples_are_missing():
            late = len(self._frames) - _STEADY_FRAMES
            rest = [(frame, origin) for frame, origin in zip(self._frames, self._origins, strict=True)][late:]
            arrivals = self._arrivals()[late:]
            yield self._cut(late)
            for (frame, _), at in zip(rest, arrivals, strict=True):
                self._append(frame, at)
        elif self._samples >= self._full:
            yield self._cut(len(self._frames))

    def finish(self) -> Cut | None:
        """The rest, if any."""
        return self._cut(len(self._frames)) if self._frames else None

    def _append(self, pcm: Pcm, arrived: float) -> None:
        self._frames.append(pcm)
        self._samples += len(pcm)
        self._origins.append(arrived - self._samples / self._rate)

    def _arrivals(self) -> list[float]:
        ends = np.cumsum([len(frame) for frame in self._frames]) / self._rate
        return [float(origin + end) for origin, end in zip(self._origins, ends, strict=True)]

    def _samples_are_missing(self) -> bool:
        if len(self._origins) <= _STEADY_FRAMES:
            return False
        return min(self._origins[-_STEADY_FRAMES:]) - min(self._origins[:-_STEADY_FRAMES]) > GAP_SECONDS

    def _cut(self, frames: int) -> Cut:
        pcm, started = np.concatenate(self._frames[:frames]), min(self._origins[:frames])
        if self._previous_end is not None and abs(started - self._previous_end) < _SNAP_SECONDS:
            started = self._previous_end
        self._previous_end = started + len(pcm) / self._rate
        self._frames, self._origins, self._samples = [], [], 0
        return Cut(pcm, started)
