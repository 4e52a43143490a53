"""Every clock change of every IANA zone from 2020 to 2037: series, reminders and quiet hours.

The expected moments come from the offsets before and after a change alone, not from the code that is tested. Zones with
the same data, such as links, are swept once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from domain.notices.kinds import NoticeKind
from domain.notices.timing import next_allowed, send_at
from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours
from domain.scheduling.recurrence import read_rule
from domain.scheduling.series import Series
from domain.scheduling.wall_time import first_moment, last_moment
from domain.sessions.policies import SessionPolicy
from domain.sessions.schedule import plan_before_class
from domain.sessions.timeline import Step
from tests.domain.scheduling.clock_changes import distinct_zones

pytestmark = pytest.mark.unit

FIRST, AFTER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WEEKLY = read_rule("FREQ=WEEKLY;COUNT=3")


class Change:
    """Clocks in `zone` go from the offset `before` to `after` at a moment."""

    def __init__(self, zone: ZoneInfo, at: datetime) -> None:
        self.zone, self.at = zone, at
        self.before, self.after = offset(zone, at - MINUTE), offset(zone, at)
        self.jump = abs(self.after - self.before)

    @property
    def walls(self) -> tuple[datetime, ...]:
        """Wall times around the change: outside, at both ends and within the skipped or repeated span."""
        low = self.at.replace(tzinfo=None) + min(self.before, self.after)
        return (low - MINUTE, low, low + self.jump // 2, low + self.jump - MINUTE, low + self.jump)

    def moments(self, wall: datetime) -> list[datetime]:
        """When clocks show a wall time near this change; of a skipped one, the end of the jump."""
        utc = wall.replace(tzinfo=UTC)
        found = [utc - self.before] if utc - self.before < self.at else []
        found += [utc - self.after] if utc - self.after >= self.at else []
        return found or [self.at]


def offset(zone: ZoneInfo, at: datetime) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


@cache
def changes() -> tuple[Change, ...]:
    return tuple(change for zone in distinct_zones() for change in _changes(zone))


def _changes(zone: ZoneInfo) -> Iterator[Change]:
    day, before = FIRST, offset(zone, FIRST)
    while day < AFTER:
        after = offset(zone, day + DAY)
        if after != before:
            low, high = 0, 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(zone, day + middle * MINUTE) == before else (low, middle)
            yield Change(zone, day + high * MINUTE)
        day, before = day + DAY, after


def test_all_zones_are_swept() -> None:
    assert len(distinct_zones()) > 300
    assert len(changes()) > 3_000
    assert {change.at.year for change in changes()} == set(range(2020, 2038))


def test_a_series_keeps_its_wall_time_and_follows_the_policy_at_the_change() -> None:
    for change in changes():
        for wall in change.walls:
            expected = change.moments(wall)
            assert first_moment(wall, change.zone) == expected[0], (change.zone, wall)
            assert last_moment(wall, change.zone) == expected[-1], (change.zone, wall)
        skipped_or_repeated = change.walls[2]
        series = Series(str(change.zone), skipped_or_repeated - 7 * DAY, HOUR, WEEKLY)
        occurrences = series.occurrences()
        assert len(occurrences) == 3
        assert occurrences[1].starts_at == change.moments(skipped_or_repeated)[0], (change.zone, change.at)
        assert all(one.ends_at - one.starts_at == HOUR for one in occurrences)
        for one in (occurrences[0], occurrences[2]):
            shown = one.starts_at.astimezone(change.zone).replace(tzinfo=None)
            assert shown == one.scheduled, (change.zone, one)


def test_hours_of_availability_include_what_is_left_of_a_skipped_and_all_of_a_repeated_span() -> None:
    for change in changes():
        start, end = change.walls[1], change.walls[4]
        if start.date() != end.date():
            continue  # the hours of one day
        hours = Hours(start.time(), end.time())
        elsewhere = WeeklyHours((start.weekday() + 3) % 7, hours)  # without weekly hours every hour will do
        times = Availability(str(change.zone), (elsewhere,), (DayHours(start.date(), (hours,)),))
        first, last = change.moments(start)[0], change.moments(end)[-1]
        if first < last:
            assert times.covers(first, last), (change.zone, change.at)
        assert not times.covers(first - MINUTE, last)
        assert not times.covers(first, last + MINUTE)


def test_a_reminder_is_as_long_before_the_class_as_the_policy_says() -> None:
    policy = SessionPolicy(reminders_before=[DAY, HOUR])
    for change in changes():
        starts_at = first_moment(change.walls[2] + 2 * HOUR, change.zone)
        steps = plan_before_class(policy, starts_at, starts_at - 7 * DAY)
        due = [starts_at - step.at for step in steps if step.step == Step.REMINDER]
        assert due == [DAY, HOUR], (change.zone, change.at)


def test_quiet_hours_end_as_soon_as_clocks_say_so() -> None:
    """Nothing is sent in quiet hours that end within the change, and nothing waits longer than a day."""
    for change in changes():
        quiet_until = change.walls[2].time()
        quiet_from = (change.walls[2] - 9 * HOUR).time()
        due = change.at - 4 * HOUR
        sent = next_allowed(due, str(change.zone), quiet_from, quiet_until)
        assert due < sent <= change.at + DAY + 2 * change.jump, (change.zone, change.at)
        assert not _is_quiet(sent.astimezone(change.zone).time(), quiet_from, quiet_until)
        assert next_allowed(sent, str(change.zone), quiet_from, quiet_until) == sent
        urgent = send_at(
            NoticeKind.REMINDER,
            due,
            class_starts_at=sent + 29 * MINUTE,
            zone=str(change.zone),
            quiet_from=quiet_from,
            quiet_until=quiet_until,
        )
        assert urgent == due


def _is_quiet(wall: time, quiet_from: time, quiet_until: time) -> bool:
    within = quiet_from <= wall < quiet_until
    return within if quiet_from < quiet_until else wall >= quiet_from or wall < quiet_until
