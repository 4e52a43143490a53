"""Which change in the page belongs to which event."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_EARLY = 0.002  # seconds by which the clock of a page, which has milliseconds, may be behind


@dataclass(frozen=True)
class Sent:
    session: str
    at: float  # due, seconds of the epoch
    shows: str  # what the row says from then on


@dataclass(frozen=True)
class Seen:
    session: str
    at: float
    shows: str


def delays(sent: Iterable[Sent], seen: Iterable[Seen]) -> list[float]:
    """Seconds for each event; infinite where the row did not say it before the next event of its session."""
    of_session: dict[str, list[Seen]] = defaultdict(list)
    for one in sorted(seen, key=lambda one: one.at):
        of_session[one.session].append(one)
    events: dict[str, list[Sent]] = defaultdict(list)
    for event in sorted(sent, key=lambda one: one.at):
        events[event.session].append(event)
    return [
        delay for session, own in events.items() for delay in _of_session(own, of_session.get(session, []))
    ]


def _of_session(own: Sequence[Sent], seen: Sequence[Seen]) -> Iterable[float]:
    times = [one.at for one in seen]
    for event, following in zip(own, [*own[1:], None], strict=True):
        until = following.at if following else math.inf
        shown = seen[bisect_left(times, event.at - _EARLY) : bisect_left(times, until)]
        found = next((one.at for one in shown if one.shows == event.shows), math.inf)
        yield max(found - event.at, 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so great a share is not above."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]
