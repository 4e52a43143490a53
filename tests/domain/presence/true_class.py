"""A made-up class whose truth is known, and what LiveKit, the watch and the recorder tell of it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from domain.intervals import Interval, merged, total_seconds
from domain.presence.events import EventKind, SessionEvent
from tests.domain.session_events import absent, at, event, left, remade, seen

POLL = 10  # seconds between two looks of the watch
DETECTED = 20  # seconds from the last packet of a dead client to LiveKit's `left`
END = 1200


@dataclass(frozen=True)
class TrueConnection:
    """What really happened, in seconds from the start."""

    who: str
    sid: str
    start: float
    end: int  # LiveKit tells the end in whole seconds
    dies: bool = False  # the client falls silent instead of saying goodbye
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


def goodbye(c: TrueConnection) -> SessionEvent:
    reason = "connection_timeout" if c.dies else "client_initiated"
    return left(c.who, c.sid, c.listed_until, reason, since=c.start)


def watched(
    truth: TrueClass, c: TrueConnection, *, announced: bool, said_left: bool
) -> Iterator[SessionEvent]:
    """What the watch adds for one connection: a sighting where nobody announced it, its absence otherwise."""
    looks = [look for look in range(0, END + 60, POLL) if c.start <= look < c.listed_until]
    if looks and not announced:
        yield seen(c.who, c.sid, looks[0], since=c.start)
    if (looks or announced) and not said_left and not c.crashed:
        yield absent(c.who, c.sid, looks[-1] if looks else c.start)


def heard(c: TrueConnection, every: int) -> Iterator[SessionEvent]:
    """The recorder hears each person now and then."""
    for second in range(math.ceil(c.start), c.end, every):
        yield event(EventKind.CHAT, second, c.who, c.sid)


def restarts(truth: TrueClass) -> list[SessionEvent]:
    return [remade(truth.crash_at + 15)] if truth.crash_at is not None else []
