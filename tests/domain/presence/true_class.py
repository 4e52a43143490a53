"""Generates classes with known ground truth, and the events that LiveKit, the watch and the recorder would report."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from domain.intervals import Interval, merged, total_seconds
from domain.presence.events import EventKind, SessionEvent
from tests.domain.session_events import absent, at, event, left, remade, seen

POLL = 10  # seconds between two polls of the watch
DETECTED = 20  # seconds from the last packet of a dead client to LiveKit's `left`
END = 1200


@dataclass(frozen=True)
class TrueConnection:
    """A connection as it really was, in seconds from the start of the class."""

    who: str
    sid: str
    start: float
    end: int  # whole seconds, as LiveKit reports it
    dies: bool = False  # the client disappears without leaving
    crashed: bool = False  # it ends because the server does

    @property
    def listed_until(self) -> int:
        return self.end + DETECTED if self.dies and not self.crashed else self.end


@dataclass(frozen=True)
class TrueClass:
    connections: tuple[TrueConnection, ...]
    crash_at: int | None

    def seconds_of(self, who: str) -> float:
        return total_seconds(
            merged(Interval(at(c.start), at(c.end)) for c in self.connections if c.who == who)
        )


@st.composite
def classes(draw: st.DrawFn, *, may_crash: bool = True) -> TrueClass:
    """One to four people with one to four connections each, some of which overlap as in a full reconnect."""
    crash_at = draw(st.none() | st.integers(100, END - 100)) if may_crash else None
    connections: list[TrueConnection] = []
    for who in draw(st.sampled_from([("ana",), ("ana", "ben"), ("ana", "ben", "cleo", "dov")])):
        start = draw(st.integers(0, 300_000)) / 1000
        for number in range(draw(st.integers(1, 4))):
            end = math.ceil(start) + draw(st.integers(1, 400))
            if end > END:
                break
            sid = f"PA_{who}_{number}"
            if crash_at is not None and start < crash_at < end + DETECTED:
                connections.append(TrueConnection(who, sid, start, min(crash_at, end), crashed=True))
                start = crash_at + draw(st.integers(30_000, 60_000)) / 1000
                continue
            connections.append(TrueConnection(who, sid, start, end, dies=draw(st.booleans())))
            start = max(start, end + draw(st.integers(-3_000, 60_000)) / 1000)
    return TrueClass(tuple(connections), crash_at)


def leave(c: TrueConnection) -> SessionEvent:
    """LiveKit's announcement of the end."""
    reason = "connection_timeout" if c.dies else "client_initiated"
    return left(c.who, c.sid, c.listed_until, reason, since=c.start)


def watched(
    truth: TrueClass, c: TrueConnection, *, announced: bool, end_announced: bool
) -> Iterator[SessionEvent]:
    """The watch's events for a connection: a sighting if its join was lost, an absence if its leave was lost."""
    polls = [second for second in range(0, END + 60, POLL) if c.start <= second < c.listed_until]
    if polls and not announced:
        yield seen(c.who, c.sid, polls[0], since=c.start)
    if (polls or announced) and not end_announced and not c.crashed:
        yield absent(c.who, c.sid, polls[-1] if polls else c.start)


def recorded(c: TrueConnection, every: int) -> Iterator[SessionEvent]:
    """Events of the recorder, one every `every` seconds."""
    for second in range(math.ceil(c.start), c.end, every):
        yield event(EventKind.CHAT, second, c.who, c.sid)


def restarts(truth: TrueClass) -> list[SessionEvent]:
    """The recreation of the room after a server crash."""
    return [remade(truth.crash_at + 15)] if truth.crash_at is not None else []
