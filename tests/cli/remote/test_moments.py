"""Times and durations as people type and read them on the command line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import typer
from pydantic import TypeAdapter

from cli.remote.moments import read_duration, read_moment, write_duration, write_moment

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 4, 13, 0, 30, tzinfo=UTC)  # 14:00:30 in Berlin


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2027-07-01T09:30", "2027-07-01T07:30Z"),
        ("2027-07-01T09:30+05:30", "2027-07-01T04:00Z"),
        ("2027-07-01T09:30Z", "2027-07-01T09:30Z"),
        ("2027-07-01", "2027-06-30T22:00Z"),
        ("14:05", "2027-03-04T13:05Z"),
        ("9:30", "2027-03-04T08:30Z"),
        ("today 14:05", "2027-03-04T13:05Z"),
        ("tomorrow 9:30", "2027-03-05T08:30Z"),
        ("tomorrow at 9:30", "2027-03-05T08:30Z"),
        ("in 10 minutes", "2027-03-04T13:11Z"),  # the next full minute
        ("in 1 minute", "2027-03-04T13:02Z"),
        ("in 90m", "2027-03-04T14:31Z"),
        ("in 1 hour 30 minutes", "2027-03-04T14:31Z"),
        ("in 2 days", "2027-03-06T13:01Z"),
        (" now ", "2027-03-04T13:00:30Z"),
        ("In 10 Minutes", "2027-03-04T13:11Z"),
        ("Tomorrow 9:30", "2027-03-05T08:30Z"),
        ("today", "2027-03-03T23:00Z"),
        ("Tomorrow", "2027-03-04T23:00Z"),
        ("2027-07-01t09:30z", "2027-07-01T09:30Z"),
        ("2027-10-31T02:30+01:00", "2027-10-31T01:30Z"),
    ],
)
def test_a_time_is_read_as_it_is_typed(typed: str, read: str) -> None:
    assert read_moment(typed, BERLIN, NOW) == datetime.fromisoformat(read)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2027-03-28T02:30", "02:30 doesn't exist in Europe/Berlin on that day because clocks change"),
        ("2027-10-31T02:30", "Write 2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00."),
        ("in a while", "isn't a time"),
        ("25:00", "isn't a time"),
        ("soon", "isn't a time"),
        ("", "isn't a time"),
    ],
)
def test_what_names_no_moment_is_refused(typed: str, message: str) -> None:
    with pytest.raises(typer.BadParameter, match=message.replace("+", r"\+")):
        read_moment(typed, BERLIN, NOW)


def test_both_sides_of_a_repeated_time_are_shown_apart() -> None:
    shown = [write_moment(text, BERLIN) for text in ("2027-10-31T00:30Z", "2027-10-31T01:30Z")]
    assert shown == ["2027-10-31 02:30 CEST", "2027-10-31 02:30 CET"]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("PT15M", "15m"),
        ("P1D", "24h"),
        ("P14D", "14d"),
        ("PT90S", "90s"),
        ("PT1H30M", "1h30m"),
        ("PT45M", "45m"),
        ("PT1H0M5S", "1h5s"),
        ("P1DT2H", "26h"),
        ("PT0S", "0s"),
    ],
)
def test_a_duration_is_shown_as_it_is_typed(stored: str, typed: str) -> None:
    assert write_duration(stored) == typed
    assert read_duration(typed) == timedelta_of(stored)


def timedelta_of(stored: str) -> float:
    return TypeAdapter(timedelta).validate_python(stored).total_seconds()


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("1h 30m", 5400.0), (" 2d12h ", 216_000.0), ("", ""), ("30", "30"), ("PT5M", "PT5M")],
)
def test_a_duration_is_read_as_it_is_typed(typed: str, seconds: object) -> None:
    assert read_duration(typed) == seconds


def test_other_texts_are_no_durations() -> None:
    assert write_duration("Pause") == "Pause"
