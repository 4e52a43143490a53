"""Cuts the samples of one track into segments whose first sample has a time on the clock. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

GAP_SECONDS = 0.3  # frames that stay this much later than those before: samples are missing in between
_STEADY_FRAMES = 10  # so many late frames in a row …
_STEADY_SECONDS = 0.5  # … that do not come in one burst: a burst after a stall catches up
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
        self._previous_end: float | None = None
        self._begin()

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
            late = list(zip(self._frames, self._arrivals, strict=True))[self._on_time :]
            yield self._cut(self._on_time)
            for frame, at in late:
                self._append(frame, at)
        elif self._samples >= self._full:
            yield self._cut(len(self._frames))

    def finish(self) -> Cut | None:
        """The rest, if any."""
        return self._cut(len(self._frames)) if self._frames else None

    def _begin(self) -> None:
        self._frames: list[Pcm] = []
        self._arrivals: list[float] = []
        self._origins: list[float] = []  # per frame: when the segment began, if that frame had no delay
        self._samples = 0
        self._on_time = 0  # frames before the row of late ones at the end
        self._least = float("inf")  # of the origins of those

    def _append(self, pcm: Pcm, arrived: float) -> None:
        self._samples += len(pcm)
        origin = arrived - self._samples / self._rate
        self._frames.append(pcm)
        self._arrivals.append(arrived)
        self._origins.append(origin)
        if origin - self._least <= GAP_SECONDS or not self._on_time:
            self._on_time, self._least = len(self._frames), min(self._least, *self._origins[self._on_time :])

    def _samples_are_missing(self) -> bool:
        late = self._arrivals[self._on_time :][-_STEADY_FRAMES:]
        return len(late) == _STEADY_FRAMES and late[-1] - late[0] > _STEADY_SECONDS

    def _cut(self, frames: int) -> Cut:
        pcm, started = np.concatenate(self._frames[:frames]), min(self._origins[:frames])
        if self._previous_end is not None and abs(started - self._previous_end) < _SNAP_SECONDS:
            started = self._previous_end
        self._previous_end = started + len(pcm) / self._rate
        self._begin()
        return Cut(pcm, started)
