"""Matches the changes in the page with the events that caused them."""

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
    shows: str  # the text of the row from then on


@dataclass(frozen=True)
class Seen:
    session: str
    at: float
    shows: str


def delays(sent: Iterable[Sent], seen: Iterable[Seen]) -> list[float]:
    """The delay of each event in seconds; infinite if the row did not show it before the session's next event."""
    of_session: dict[str, list[Seen]] = defaultdict(list)
    for change in sorted(seen, key=lambda change: change.at):
        of_session[change.session].append(change)
    events: dict[str, list[Sent]] = defaultdict(list)
    for event in sorted(sent, key=lambda event: event.at):
        events[event.session].append(event)
    return [
        delay for session, own in events.items() for delay in _of_session(own, of_session.get(session, []))
    ]


def _of_session(own: Sequence[Sent], seen: Sequence[Seen]) -> Iterable[float]:
    times = [change.at for change in seen]
    for event, following in zip(own, [*own[1:], None], strict=True):
        until = following.at if following else math.inf
        shown = seen[bisect_left(times, event.at - _EARLY) : bisect_left(times, until)]
        shown_at = next((change.at for change in shown if change.shows == event.shows), math.inf)
        yield max(shown_at - event.at, 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]
