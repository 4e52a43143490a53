"""Recurrence rules: what is read, what is refused and why, what a rule costs; python-dateutil gives the same days."""

import datetime as datetime_module
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import takewhile
from types import SimpleNamespace
from unittest.mock import patch

import dateutil.rrule
import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.scheduling.recurrence import MAX_HORIZON, MAX_OCCURRENCES, WEEKDAYS, Rule, read_rule

pytestmark = pytest.mark.unit

TUESDAY = date(2026, 9, 1)


def days(text: str, first: date = TUESDAY) -> list[str]:
    return [day.isoformat() for day in read_rule(text).days(first)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FREQ=WEEKLY;COUNT=3", ["2026-09-01", "2026-09-08", "2026-09-15"]),
        ("rrule:freq=weekly;byday=tu,th;count=3", ["2026-09-01", "2026-09-03", "2026-09-08"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=3", ["2026-09-01", "2026-09-13", "2026-09-15"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,1;COUNT=3", ["2026-09-01", "2026-09-30", "2026-10-01"]),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=2", ["2026-09-01", "2026-10-06"]),
        ("FREQ=MONTHLY;BYDAY=TU,1TU;COUNT=3", ["2026-09-01", "2026-09-08", "2026-09-15"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=2", ["2026-09-01", "2026-10-01"]),
        ("FREQ=DAILY;INTERVAL=100;COUNT=2", ["2026-09-01", "2026-12-10"]),
    ],
)
def test_a_rule_gives_the_days_of_its_occurrences(text: str, found: list[str]) -> None:
    assert days(text) == found


def test_months_without_the_day_are_skipped() -> None:
    assert days("FREQ=MONTHLY;COUNT=3", date(2027, 1, 31)) == ["2027-01-31", "2027-03-31", "2027-05-31"]


HOSTILE = {
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30": "FREQ must be DAILY, WEEKLY or MONTHLY",
    "FREQ=YEARLY": "FREQ must be",
    "INTERVAL=2": "FREQ must be",
    "": "is written as",
    "FREQ=DAILY;FREQ=DAILY": "FREQ is given twice",
    "FREQ=WEEKLY;INTERVAL=0": "INTERVAL must be a number from 1 to 53",
    "FREQ=WEEKLY;INTERVAL=9999999999": "INTERVAL must be",
    "FREQ=DAILY;COUNT=1000000": "COUNT must be a number from 1 to 500",
    "FREQ=DAILY;COUNT=٣": "COUNT must be",
    "FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z": "can't both",
    "FREQ=WEEKLY;UNTIL=20270101T000000": "UNTIL must be a time in UTC",
    "FREQ=WEEKLY;UNTIL=20270101": "UNTIL must be a time in UTC",
    "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2;BYSECOND=1": "BYHOUR isn't supported",
    "FREQ=WEEKLY;BYWEEKNO=53": "BYWEEKNO isn't supported",
    "FREQ=DAILY;BYYEARDAY=366": "BYYEARDAY isn't supported",
    "FREQ=WEEKLY;BYDAY=2TU": "only have a number",
    "FREQ=MONTHLY;BYDAY=6TU": "BYDAY must be",
    "FREQ=WEEKLY;BYMONTHDAY=13": "can't be used with FREQ=WEEKLY",
    "FREQ=MONTHLY;BYMONTHDAY=0": "BYMONTHDAY must be",
    "FREQ=MONTHLY;BYMONTH=13": "BYMONTH must be",
    "FREQ=MONTHLY;BYMONTH=-1": "BYMONTH must be",
    "FREQ=MONTHLY;BYSETPOS=1": "BYSETPOS can only",
    "FREQ=DAILY;BYDAY=MO;BYSETPOS=1": "BYSETPOS can only",
    "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=" + ",".join(map(str, range(1, 32))) + ",-1": "more than 31",
    "FREQ=MONTHLY;BYMONTHDAY=1,1": "same value twice",
    "FREQ=MONTHLY;BYDAY=" + ",".join(["MO"] * 90): "same value twice",
    "FREQ=DAILY;BYMONTH=" + "1," * 100_000: "at most 500 characters",
    "FREQ=WEEKLY;WKST=XX": "WKST must be",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_rule_is_refused_by_the_name_of_its_part(text: str) -> None:
    with pytest.raises(InvalidInput, match=HOSTILE[text]):
        read_rule(text)


@given(st.text(max_size=60) | st.text(alphabet="FREQ=WKLYBDAUNTIOCVS;,:0123456789-+TZ", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        rule = read_rule(text)
    except InvalidInput:
        return
    assert read_rule(str(rule)) == rule


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    monthly = frequency == "MONTHLY"
    most = {"DAILY": 366, "WEEKLY": 53, "MONTHLY": 12}[frequency]
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 3) | st.integers(1, most))}"]
    # Not both in one rule: for `MO,1MO` dateutil gives the first Mondays alone, where RFC 5545 has every Monday.
    numbered = monthly and draw(st.booleans())
    nth = st.sampled_from(["1", "2", "5", "-1", "-5"]) if numbered else st.just("")
    weekday = st.tuples(nth, st.sampled_from(WEEKDAYS)).map("".join)
    month_day = (st.integers(1, 31) | st.integers(-31, -1)).map(str)
    lists = {"BYDAY": weekday, "BYMONTH": st.integers(1, 12).map(str)}
    if frequency != "WEEKLY":
        lists["BYMONTHDAY"] = month_day
    for name, values in lists.items():
        if chosen := draw(st.just([]) | st.lists(values, min_size=1, max_size=4, unique=True)):
            parts.append(f"{name}={','.join(chosen)}")
    if monthly and any(part.startswith(("BYDAY", "BYMONTHDAY")) for part in parts) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from([1, 2, 5, -1, -2]))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    return ";".join(parts)


@pytest.fixture(scope="module")
def short_calendar() -> Iterator[None]:
    """dateutil searches for the next occurrence to the last year of all; here, of all that a series can reach."""
    years = SimpleNamespace(**vars(datetime_module) | {"MAXYEAR": 2040})
    with patch.object(dateutil.rrule, "datetime", years):
        yield


@pytest.mark.usefixtures("short_calendar")
@given(rules(), st.dates(date(2020, 1, 1), date(2036, 12, 31)))
def test_occurrences_are_those_of_another_implementation(text: str, first: date) -> None:
    ours = list(read_rule(text).days(first))
    assume(ours)  # the first occurrence has to match the rule
    start = datetime.combine(first, datetime.min.time())
    bounded = text if "COUNT=" in text else f"{text};UNTIL={start + MAX_HORIZON:%Y%m%dT%H%M%S}"
    others = takewhile(lambda at: at <= start + MAX_HORIZON, rrulestr(bounded, dtstart=start))
    assert ours == [at.date() for at, _ in zip(others, ours, strict=False)]


@given(rules(), st.dates(date(2020, 1, 1), date(2036, 12, 31)))
def test_no_rule_looks_at_a_day_twice_or_past_the_month_of_the_horizon(text: str, first: date) -> None:
    looked_at: list[date] = []

    class Watched(Rule):
        def _matches(self, day: date, first: date) -> bool:
            looked_at.append(day)
            return super()._matches(day, first)

    found = list(Watched(**vars(read_rule(text))).days(first))
    assert len(looked_at) == len(set(looked_at)) <= MAX_HORIZON.days + 62
    assert len(found) <= MAX_OCCURRENCES + 1


@pytest.mark.parametrize(
    "text", ["FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=31"]
)
def test_a_rule_that_never_matches_ends_with_the_horizon(text: str) -> None:
    assert days(text) == []


def test_until_is_written_as_it_was_read() -> None:
    rule = read_rule("FREQ=WEEKLY;UNTIL=20270630T220000Z")
    assert rule.until == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert str(rule) == "FREQ=WEEKLY;UNTIL=20270630T220000Z"
