"""When an instructor can teach, as it is stored, in the terms of the domain."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours
from models.people import Instructor
from models.substitution import InstructorAvailability

Spans = Sequence[tuple[datetime, datetime]]


def availability_of(
    person: Instructor, times: InstructorAvailability | None, booked: Spans = (), busy_elsewhere: Spans = ()
) -> Availability:
    """The stored rules as the domain reads them."""
    if times is None:
        return Availability(person.time_zone, booked=tuple(booked), busy_elsewhere=tuple(busy_elsewhere))
    return Availability(
        person.time_zone,
        weekly_of(times.weekly),
        tuple(
            DayHours(date.fromisoformat(day["day"]), tuple(_hours(hours) for hours in day["hours"]))
            for day in times.days
        ),
        tuple(
            (datetime.fromisoformat(leave["starts_at"]), datetime.fromisoformat(leave["ends_at"]))
            for leave in times.leave
        ),
        timedelta(minutes=times.buffer_minutes),
        most_per_day=_limit(times.most_hours_per_day),
        most_per_week=_limit(times.most_hours_per_week),
        booked=tuple(booked),
        busy_elsewhere=tuple(busy_elsewhere),
    )


def weekly_of(stored: Sequence[dict[str, Any]]) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(rule["weekday"], _hours(rule)) for rule in stored)


def _hours(stored: dict[str, Any]) -> Hours:
    return _from(stored["start"], stored["end"])


@lru_cache(maxsize=1_000)  # a school has few different ones, and many of each
def _from(start: str, end: str) -> Hours:
    return Hours(time.fromisoformat(start), time.fromisoformat(end))


def _limit(hours: float | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=hours)
