"""What a fault has cost a voice: the moments it spoke, without those that are stored. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from benchmarks.recording.spoken_time import WINDOW
from domain.intervals import Interval, difference, intersection, merged, total_seconds

HEARD_WELL = timedelta(seconds=1)  # a voice is heard again from the first second on that is stored whole
# A gap within the stored sound that is shorter than this is not counted: WebRTC's jitter buffer cuts and stretches.
_SHORT = timedelta(seconds=0.2)


@dataclass(frozen=True)
class Fault:
    """When it happened, in a class whose voices speak from `begun` to `ended`, all the time."""

    begun: datetime
    failed: datetime
    over: (
        datetime  # the moment from which "heard again" counts: `failed` where the recording is to mend itself
    )
    ended: datetime


@dataclass(frozen=True)
class Loss:
    """Of one voice, or the worst of several, in seconds."""

    before: float  # of what was spoken before the fault
    heard_again: float  # after the fault; inf: not until the end
    total: float  # of what was spoken from the begin to the end


def heard(spoken: Iterable[float]) -> tuple[Interval, ...]:
    """The moments that are stored. `spoken` are the middles of the stored windows, as seconds of the epoch."""
    half = timedelta(seconds=WINDOW / 2)
    middles = (datetime.fromtimestamp(at, UTC) for at in spoken)
    return _without_short_gaps(merged(Interval(at - half, at + half) for at in middles))


def loss(stored: Sequence[Interval], fault: Fault) -> Loss:
    """The loss of the voice of which `stored` is heard."""
    return Loss(
        _lost(stored, fault.begun, fault.failed),
        _heard_again(stored, fault),
        _lost(stored, fault.begun, fault.ended),
    )


def worst(losses: Sequence[Loss]) -> Loss:
    return Loss(
        max(one.before for one in losses),
        max(one.heard_again for one in losses),
        max(one.total for one in losses),
    )


def _lost(stored: Sequence[Interval], start: datetime, end: datetime) -> float:
    return total_seconds(difference([Interval(start, end)], stored))


def _heard_again(stored: Sequence[Interval], fault: Fault) -> float:
    after = intersection(stored, [Interval(fault.over, fault.ended)])
    starts = [span.start for span in after if span.end - span.start >= HEARD_WELL]
    return (starts[0] - fault.over).total_seconds() if starts else inf


def _without_short_gaps(spans: Sequence[Interval]) -> tuple[Interval, ...]:
    closed: list[Interval] = []
    for span in spans:
        if closed and span.start - closed[-1].end < _SHORT:
            closed[-1] = Interval(closed[-1].start, span.end)
        else:
            closed.append(span)
    return tuple(closed)
