"""A series keeps its wall time; single occurrences are left out, moved or cancelled; a wrong series is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import InvalidInput
from domain.scheduling.recurrence import MAX_OCCURRENCES, read_rule
from domain.scheduling.series import Change, Series

pytestmark = pytest.mark.unit

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


SERIES = Series("Europe/Berlin", at("2026-10-13T16:00"), HOUR, read_rule("FREQ=WEEKLY;COUNT=4"))


def starts(series: Series) -> list[str]:
    return [f"{one.starts_at:%m-%dT%H:%MZ}" for one in series.occurrences()]


def test_a_series_keeps_its_wall_time_when_clocks_change() -> None:
    assert starts(SERIES) == ["10-13T14:00Z", "10-20T14:00Z", "10-27T15:00Z", "11-03T15:00Z"]


def test_a_time_is_left_out_another_added_one_moved_and_one_cancelled() -> None:
    series = replace(
        SERIES,
        extra=(at("2026-10-14T09:00"),),
        left_out=frozenset({at("2026-10-20T16:00")}),
        changes={
            at("2026-10-27T16:00"): Change(start=at("2026-10-28T18:30"), length=2 * HOUR),
            at("2026-11-03T16:00"): Change(cancelled=True),
        },
    )
    assert starts(series) == ["10-13T14:00Z", "10-14T07:00Z", "10-28T17:30Z", "11-03T15:00Z"]
    moved, cancelled = series.occurrences()[-2:]
    assert (moved.scheduled, moved.ends_at - moved.starts_at) == (at("2026-10-27T16:00"), 2 * HOUR)
    assert cancelled.cancelled


def test_a_skipped_time_starts_at_the_end_of_the_jump_and_a_repeated_one_at_its_first_occurrence() -> None:
    nightly = Series("Europe/Berlin", at("2027-03-27T02:30"), HOUR, read_rule("FREQ=DAILY;COUNT=3"))
    assert starts(nightly) == ["03-27T01:30Z", "03-28T01:00Z", "03-29T00:30Z"]
    assert starts(replace(nightly, start=at("2027-10-31T02:30")))[0] == "10-31T00:30Z"
    assert {one.ends_at - one.starts_at for one in nightly.occurrences()} == {HOUR}


def test_until_is_a_moment_and_inclusive() -> None:
    rule = read_rule("FREQ=WEEKLY;UNTIL=20261027T150000Z")
    assert starts(replace(SERIES, rule=rule))[-1] == "10-27T15:00Z"
    earlier = replace(rule, until=datetime(2026, 10, 27, 14, 59, tzinfo=UTC))
    assert starts(replace(SERIES, rule=earlier))[-1] == "10-20T14:00Z"


def test_a_series_without_an_end_is_bounded() -> None:
    assert len(replace(SERIES, rule=read_rule("FREQ=DAILY")).occurrences()) == MAX_OCCURRENCES
    assert len(replace(SERIES, rule=read_rule("FREQ=WEEKLY")).occurrences()) == 105
    assert starts(replace(SERIES, rule=None)) == ["10-13T14:00Z"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"zone": "Mars/Olympus"}, "IANA"),
        ({"zone": "../../etc/passwd"}, "IANA"),
        ({"length": timedelta()}, "lasts up to 12 hours"),
        ({"start": datetime(2026, 10, 13, 16, tzinfo=UTC)}, "without an offset"),
        ({"start": at("9999-12-31")}, "between the years"),
        ({"rule": read_rule("FREQ=WEEKLY;BYDAY=MO")}, "doesn't match the day of the first class"),
        ({"rule": read_rule("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")}, "doesn't match"),
        ({"rule": read_rule("FREQ=MONTHLY;INTERVAL=12;COUNT=500")}, "more than two years; lower COUNT"),
        ({"rule": read_rule("FREQ=DAILY;UNTIL=20281001T000000Z")}, "at most 500"),
        ({"rule": read_rule("FREQ=WEEKLY;UNTIL=99990101T000000Z")}, "choose an earlier UNTIL"),
        ({"rule": read_rule("FREQ=WEEKLY;UNTIL=20200101T000000Z")}, "UNTIL is before"),
        ({"left_out": frozenset({at("2026-10-21T16:00")})}, "2026-10-21 16:00 isn't a time of this series"),
        ({"changes": {at("2026-10-21T16:00"): Change(cancelled=True)}}, "isn't a time of this series"),
        ({"changes": {at("2026-10-20T16:00"): Change(start=at("2026-10-27T16:00"))}}, "at the same time"),
        ({"changes": {at("2026-10-20T16:00"): Change(start=at("2036-10-27T16:00"))}}, "two years from"),
        ({"rule": None, "left_out": frozenset({at("2026-10-13T16:00")})}, "every class"),
        ({"extra": tuple(at("2026-10-14T16:00") + n * HOUR for n in range(101))}, "at most 100 extra"),
    ],
)
def test_a_wrong_series_is_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        replace(SERIES, **changed).occurrences()
