"""Attendance as bars on a time axis, one lane per person. Positions are percentages of the axis, for SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from console.frame.texts import gettext
from domain.intervals import Interval, merged
from models.record import AttendanceRow
from models.session import Session

_TICKS = [timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120)]
_MAX_TICKS = 7
_MIN_WIDTH = 0.15  # percent, so that a bar stays visible
_SHORT_PAUSE = timedelta(seconds=2)  # shorter pauses do not split a talk bar


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    label: str  # start and end as minutes:seconds from the planned start


@dataclass(frozen=True)
class Tick:
    x: float
    at: datetime


@dataclass(frozen=True)
class Lane:
    """The bars of one person."""

    connections: list[Bar]
    gaps: list[Bar]  # between the connections
    talk: list[Bar]
    unheard: list[Bar]  # unmuted, and not in the recording

    @property
    def description(self) -> str:
        """The lane in words, for screen readers."""
        if not self.connections:
            return gettext("not in class")
        in_class = gettext("in class") + " " + ", ".join(bar.label for bar in self.connections)
        away = f"; {gettext('away')} " + ", ".join(bar.label for bar in self.gaps) if self.gaps else ""
        unheard = (
            f"; {gettext('not recorded')} " + ", ".join(bar.label for bar in self.unheard)
            if self.unheard
            else ""
        )
        return in_class + away + unheard


@dataclass(frozen=True)
class Axis:
    start: datetime
    end: datetime
    zero: datetime  # the planned start

    @classmethod
    def of(cls, session: Session, rows: Iterable[AttendanceRow], now: datetime) -> "Axis":
        """The planned time, extended to everybody's connections."""
        spans = [span for row in rows for span in _connections(row, now)]
        start = min([session.starts_at, *(span.start for span in spans)])
        end = max([session.ends_at, *(span.end for span in spans)])
        return cls(start, end, session.starts_at)

    def x(self, at: datetime) -> float:
        """The position of a moment, 0 to 100."""
        share = (at - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * 100, 3)

    @property
    def ticks(self) -> list[Tick]:
        length = self.end - self.start
        step = next((step for step in _TICKS if length / step <= _MAX_TICKS), length)
        first = -((self.zero - self.start) // step)
        last = (self.end - self.zero) // step
        return [Tick(self.x(at), at) for n in range(first, last + 1) if (at := self.zero + n * step)]

    def lane(
        self, row: AttendanceRow, talk: Iterable[Interval], unheard: Iterable[Interval], now: datetime
    ) -> Lane:
        spans = _connections(row, now)
        gaps = [Interval(before.end, after.start) for before, after in pairwise(merged(spans))]
        talk_bars = self._bars(_merge_short_pauses(talk))
        return Lane(self._bars(spans), self._bars(gaps), talk_bars, self._bars(unheard))

    def _bars(self, spans: Iterable[Interval]) -> list[Bar]:
        return [self._bar(span) for span in spans]

    def _bar(self, span: Interval) -> Bar:
        x = self.x(span.start)
        label = f"{self._clock(span.start)}–{self._clock(span.end)}"
        return Bar(x, round(max(self.x(span.end) - x, _MIN_WIDTH), 3), label)

    def _clock(self, at: datetime) -> str:
        seconds = round((at - self.zero).total_seconds())
        sign = "−" if seconds < 0 else ""
        return f"{sign}{abs(seconds) // 60}:{abs(seconds) % 60:02d}"


def _connections(row: AttendanceRow, now: datetime) -> list[Interval]:
    """The connections of a person by start; one that is still open ends now."""
    spans = []
    for connection in row.connections:
        start = datetime.fromisoformat(connection["joined_at"])
        end = datetime.fromisoformat(connection["left_at"]) if connection["left_at"] else now
        spans.append(Interval(start, max(start, end)))
    return sorted(spans, key=lambda span: span.start)


def _merge_short_pauses(spans: Iterable[Interval]) -> Sequence[Interval]:
    stretched = merged([Interval(span.start, span.end + _SHORT_PAUSE) for span in spans])
    return [Interval(span.start, span.end - _SHORT_PAUSE) for span in stretched]
