"""A series of classes: a recurrence rule in wall time and its zone, with extra, left out, moved and cancelled classes.

What is stored is wall time and the IANA zone; moments in UTC are derived, so that "Tuesdays at 16:00" stays at 16:00
when clocks change. Where they do, the policy is that of `domain.scheduling.wall_time`: an occurrence at a skipped time
starts where the jump ends, one at a repeated time at its first occurrence. The length is elapsed time, and so every
occurrence lasts as long as the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import InvalidInput
from domain.scheduling.recurrence import MAX_HORIZON, MAX_OCCURRENCES, Rule
from domain.scheduling.wall_time import first_moment
from domain.sessions.schedule import MAX_CLASS_LENGTH

MAX_EXTRA = 100
_YEARS = (2000, 2100)


@dataclass(frozen=True)
class Change:
    """What happens to one occurrence: it is cancelled, or starts at another wall time, or lasts otherwise."""

    start: datetime | None = None
    length: timedelta | None = None
    cancelled: bool = False


@dataclass(frozen=True)
class Occurrence:
    """`scheduled` is the wall time that the rule gives it, which stays its name when it is moved (RECURRENCE-ID)."""

    scheduled: datetime
    starts_at: datetime  # UTC
    ends_at: datetime  # UTC
    cancelled: bool = False


@dataclass(frozen=True)
class Series:
    """All wall times are naive and on clocks in `zone`. Without a rule the series is its start and the extra ones.

    A rule without an end goes on for two years or MAX_OCCURRENCES, whichever is earlier.
    """

    zone: str
    start: datetime
    length: timedelta
    rule: Rule | None = None
    extra: tuple[datetime, ...] = ()  # RDATE
    left_out: frozenset[datetime] = frozenset()  # EXDATE: never announced, unlike a cancelled one
    changes: Mapping[datetime, Change] = field(default_factory=dict)  # by the scheduled wall time

    def occurrences(self) -> tuple[Occurrence, ...]:
        """All occurrences in the order of their starts, the cancelled ones included.

        Raises InvalidInput that says what is wrong with the series; a series that was accepted raises nothing.
        """
        zone = self._checked_zone()
        scheduled = self._scheduled(zone)
        if unknown := (self.left_out | self.changes.keys()) - scheduled:
            raise _refused(f"{min(unknown):%Y-%m-%d %H:%M} isn't a time of this series")
        kept = scheduled - self.left_out
        if not kept:
            raise _refused("every class of this series is left out")
        found = tuple(sorted((self._occurrence(wall, zone) for wall in kept), key=lambda one: one.starts_at))
        taking_place = [one.starts_at for one in found if not one.cancelled]
        if len(set(taking_place)) < len(taking_place):
            raise _refused("two classes of this series would start at the same time")
        return found

    def _scheduled(self, zone: ZoneInfo) -> set[datetime]:
        walls = [self.start] if self.rule is None else self._ruled(self.rule, zone)
        found = {*walls, *self.extra}
        if len(found) > MAX_OCCURRENCES:
            raise _refused(f"a series has at most {MAX_OCCURRENCES} classes")
        return found

    def _ruled(self, rule: Rule, zone: ZoneInfo) -> list[datetime]:
        """The wall times that the rule gives."""
        days = list(rule.days(self.start.date()))
        if self.start.date() not in days:
            raise _refused("the recurrence rule doesn't match the day of the first class")
        if rule.count is not None and len(days) < rule.count:
            raise _refused("the series would go on for more than two years; lower COUNT")
        walls = [datetime.combine(day, self.start.time()) for day in days]
        if rule.until is None:
            return walls[:MAX_OCCURRENCES]
        if rule.until > first_moment(self.start + MAX_HORIZON, zone):
            raise _refused("the series would go on for more than two years; choose an earlier UNTIL")
        walls = [wall for wall in walls if first_moment(wall, zone) <= rule.until]
        if not walls:
            raise _refused("UNTIL is before the first class")
        return walls

    def _occurrence(self, wall: datetime, zone: ZoneInfo) -> Occurrence:
        change = self.changes.get(wall, Change())
        starts_at = first_moment(change.start or wall, zone)
        return Occurrence(wall, starts_at, starts_at + (change.length or self.length), change.cancelled)

    def _checked_zone(self) -> ZoneInfo:
        try:
            zone = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _refused("the time zone must be one of the IANA database, such as Europe/Madrid") from error
        lengths = [self.length, *(change.length for change in self.changes.values() if change.length)]
        if not all(timedelta() < length <= MAX_CLASS_LENGTH for length in lengths):
            raise _refused(f"a class lasts up to {MAX_CLASS_LENGTH / timedelta(hours=1):.0f} hours")
        if len(self.extra) > MAX_EXTRA:
            raise _refused(f"a series has at most {MAX_EXTRA} extra classes")
        if not _YEARS[0] <= self.start.year <= _YEARS[1]:
            raise _refused(f"the first class must be between the years {_YEARS[0]} and {_YEARS[1]}")
        moved = [change.start for change in self.changes.values() if change.start]
        for wall in (self.start, *self.extra, *moved, *self.left_out, *self.changes):
            if wall.tzinfo is not None:
                raise _refused("times of a series are wall times, without an offset")
            if not abs(wall - self.start) <= MAX_HORIZON:
                raise _refused("a class of a series is at most two years from the first")
        return zone


def _refused(detail: str) -> InvalidInput:
    return InvalidInput(detail, next_step="Correct the series.")
