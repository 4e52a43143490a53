"""Files that a dead recorder has left in its spool."""

from collections.abc import Mapping, Sequence

import numpy as np

from media_bridge.recorder.clock import SteadyClock, steady_seconds
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.segmenter import Frame
from media_bridge.recorder.spool import Spool
from media_bridge.recorder.write_ahead import WriteAhead

RATE, FRAME = 16_000, 1_600


def frames(count: int, *, first: int = 0, start: float | None = None) -> list[Frame]:
    """Frames of 0.1 s whose samples are their number, spoken from clock second `start` on."""
    at = steady_seconds() if start is None else start
    return [
        Frame(np.full(FRAME, first + n, dtype=np.int16), at + (n + 1) * FRAME / RATE) for n in range(count)
    ]


def write_ahead(spool: Spool, segments: Mapping[OpenSegment, Sequence[Frame]]) -> None:
    """A recorder writes the frames of open segments ahead, and dies."""
    ahead = WriteAhead(spool.folder, SteadyClock())
    for segment, own in segments.items():
        ahead.add(segment, own)
    ahead.write()
    ahead.close()
