"""Who was in the class when, as bars on one time axis. Places are percentages of the axis, as SVG takes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from domain.intervals import Interval, merged
from models.record import AttendanceRow
from models.session import Session

_TICKS = [timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120)]
_MOST_TICKS = 7
_BREATH = timedelta(seconds=2)  # pauses this short do not part what one person says


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    said: str  # from and until, counted from the planned start


@dataclass(frozen=True)
class Tick:
    x: float
    at: datetime


@dataclass(frozen=True)
class Lane:
    """One person."""

    connections: list[Bar]
    gaps: list[Bar]  # between the connections
    talk: list[Bar]

    @property
    def said(self) -> str:
        if not self.connections:
            return "was not in class"
        said = "in class " + ", ".join(bar.said for bar in self.connections)
        return said + ("; away " + ", ".join(bar.said for bar in self.gaps) if self.gaps else "")


@dataclass(frozen=True)
class Axis:
    start: datetime
    end: datetime
    zero: datetime  # the planned start

    @classmethod
    def of(cls, session: Session, rows: Iterable[AttendanceRow], now: datetime) -> "Axis":
        """From the plan, and as far beyond it as people were there."""
        spans = [span for row in rows for span in _connections(row, now)]
        start = min([session.starts_at, *(span.start for span in spans)])
        end = max([session.ends_at, *(span.end for span in spans)])
        return cls(start, end, session.starts_at)

    def x(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * 100, 3)

    @property
    def ticks(self) -> list[Tick]:
        length = self.end - self.start
        step = next((step for step in _TICKS if length / step <= _MOST_TICKS), length)
        first = -((self.zero - self.start) // step)
        last = (self.end - self.zero) // step
        return [Tick(self.x(at), at) for n in range(first, last + 1) if (at := self.zero + n * step)]

    def lane(self, row: AttendanceRow, talk: Iterable[Interval], now: datetime) -> Lane:
        spans = _connections(row, now)
        there = merged(spans)
        gaps = [Interval(a.end, b.start) for a, b in pairwise(there)]
        return Lane(self._bars(spans), self._bars(gaps), self._bars(_without_breaths(talk)))

    def _bars(self, spans: Iterable[Interval]) -> list[Bar]:
        return [self._bar(span) for span in spans]

    def _bar(self, span: Interval) -> Bar:
        x = self.x(span.start)
        said = f"{self._clock(span.start)}–{self._clock(span.end)}"
        return Bar(x, round(max(self.x(span.end) - x, 0.15), 3), said)

    def _clock(self, at: datetime) -> str:
        seconds = round((at - self.zero).total_seconds())
        sign = "−" if seconds < 0 else ""
        return f"{sign}{abs(seconds) // 60}:{abs(seconds) % 60:02d}"


def _connections(row: AttendanceRow, now: datetime) -> list[Interval]:
    spans = []
    for connection in row.connections:
        start = datetime.fromisoformat(connection["joined_at"])
        end = datetime.fromisoformat(connection["left_at"]) if connection["left_at"] else now
        spans.append(Interval(start, max(start, end)))
    return sorted(spans, key=lambda span: span.start)


def _without_breaths(spans: Iterable[Interval]) -> Sequence[Interval]:
    stretched = merged([Interval(span.start, span.end + _BREATH) for span in spans])
    return [Interval(span.start, span.end - _BREATH) for span in stretched]
