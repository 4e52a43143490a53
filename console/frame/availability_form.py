"""The form of when an instructor can teach: fill it, read what was typed, and show each error beside its field.

All times are wall time in the instructor's zone. Where clocks change, leave that starts or ends at a skipped time
starts or ends where the jump does; at a repeated time it includes both occurrences, as hours do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from api.http.problems import status_of
from console.frame.forms import Options, text
from console.frame.problem_texts import shown
from console.frame.texts import gettext, mark, page_language
from console.frame.times import clock, input_value
from domain.errors import HomeroomError, InvalidInput, StaleVersion
from domain.scheduling.offers import SubstitutionReason
from domain.scheduling.wall_time import first_moment, last_moment
from models.repositories import case_routing
from reports.moments import locale_of
from services import instructor_absences
from services.inputs.people import HoursIn, WeeklyHoursIn
from services.inputs.substitutions import MOST_RULES, AbsenceIn, AvailabilityIn, DayIn
from services.instructor_absences import StoredAvailability

_EMPTY_ROWS = 2
_MOST_ROWS = 200  # that are read from a form
_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})")
_REASONS = {
    SubstitutionReason.UNAVAILABLE: mark("Away"),
    SubstitutionReason.ILLNESS: mark("Ill"),
}
_HOW_HOURS = mark("Write hours such as 08:00–12:00, 13:00–17:00.")
_LIMITS = {
    # name: (label, hint, least, most)
    "buffer_minutes": (mark("Minutes between two classes"), "", 0, 240),
    "most_hours_per_day": (mark("Most hours in a day"), mark("Leave empty for no limit."), 0.25, 24),
    "most_hours_per_week": (mark("Most hours in a week"), mark("Leave empty for no limit."), 0.25, 168),
    "extra_hours_up_to": (
        mark("Extra hours: most hours in a week"),
        mark("Open classes can be taken up to this many hours of teaching a week. Leave empty to take none."),
        0.25,
        168,
    ),
}
# What staff alone decide; their pages are in English.
_TERMS = {
    "target_hours_per_week": (
        "Target hours in a week",
        "Leave empty for the target of the rules.",
        0.25,
        168,
    ),
    "hourly_cost": ("Cost of an hour", "In your currency. Leave empty if it isn't known.", 0, 1_000_000),
}


class _Wrong(ValueError):
    """What is wrong with a field, in the language of the page."""


@dataclass(frozen=True)
class Box:
    """A field of the form: its name, label, typed value and error."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    error: str = ""


@dataclass(frozen=True)
class Row:
    """The fields of an exception or of a leave, which are empty in a row for a new one."""

    boxes: tuple[Box, ...]
    reason: str = SubstitutionReason.UNAVAILABLE


@dataclass(frozen=True)
class AvailabilityForm:
    zone: str
    version: str  # of the stored row that the form was filled from
    week: tuple[Box, ...] = ()
    preferred: tuple[Box, ...] = ()
    days: tuple[Row, ...] = ()
    leave: tuple[Row, ...] = ()
    limits: tuple[Box, ...] = ()
    terms: tuple[Box, ...] = ()  # empty: the form does not show them
    channel: str = ""  # the id of the channel that is told of offers as well
    channels: Options = ()  # to choose from; empty: the form does not show it
    problem: HomeroomError | None = (
        None  # why it was not saved, such as that somebody else changed it meanwhile
    )

    @property
    def refusal(self) -> str:
        """What can't be, in the language of the page; empty where nothing is wrong with what was typed."""
        return shown(self.problem).detail if isinstance(self.problem, InvalidInput) else ""

    @property
    def status(self) -> int:
        """The HTTP status of the response that shows the form."""
        if self.problem:
            return status_of(self.problem)
        return 200 if self.ok else 422

    @property
    def reasons(self) -> Options:
        return [(code, gettext(label)) for code, label in _REASONS.items()]

    @property
    def ok(self) -> bool:
        rows = (box for row in (*self.days, *self.leave) for box in row.boxes)
        return not self.problem and not any(
            box.error for box in (*self.week, *self.preferred, *rows, *self.limits, *self.terms)
        )


async def load(
    db: AsyncSession, instructor_id: UUID, now: datetime, *, by_staff: bool = False
) -> AvailabilityForm:
    """The form of an instructor; `by_staff`: also what staff decide, and where offers go. Raises NotFound."""
    stored = await instructor_absences.stored(db, instructor_id)
    form = filled(stored.availability, stored.zone, stored.version, now, by_staff=by_staff)
    return await _with_channels(db, form) if by_staff else form


async def save(
    db: AsyncSession, instructor_id: UUID, posted: FormData, now: datetime, *, by_staff: bool = False
) -> AvailabilityForm | None:
    """Save what was typed; returns the form where it has to be shown again.

    Raises NotFound, InvalidInput for an incomplete form.
    """
    if "version" not in posted:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.")
    stored = await instructor_absences.stored(db, instructor_id)
    form, wanted = read(posted, stored.availability, stored.zone, now, by_staff=by_staff)
    if by_staff:
        form = await _with_channels(db, replace(form, channel=text(posted, "channel")))
    if wanted is None:
        return form
    if by_staff:
        chosen = form.channel if form.channel in dict(form.channels) else ""
        wanted = wanted.model_copy(update={"alert_channel_id": UUID(chosen) if chosen else None})
    try:
        await instructor_absences.set_availability(db, instructor_id, wanted, now, version=form.version)
    except InvalidInput as error:
        return replace(form, problem=error)
    except StaleVersion as error:
        return replace(form, version=stored.version, problem=error)
    return None


async def _with_channels(db: AsyncSession, form: AvailabilityForm) -> AvailabilityForm:
    """The form with the choice of a channel, where the organization has any."""
    rows = await case_routing.channels(db)
    options = [("", "Mail only"), *((str(row.id), row.name) for row in rows)] if rows else []
    return replace(form, channels=options)


def filled(
    stored: AvailabilityIn, zone: str, version: str, now: datetime, *, by_staff: bool = False
) -> AvailabilityForm:
    """The form with what is stored; exceptions and leave that are over are not shown, and stay as they are."""
    local = ZoneInfo(zone)
    coming = [day for day in stored.days if not _is_past(day, local, now)]
    days = [_day_row(n, day.day.isoformat(), _written(day.hours)) for n, day in enumerate(coming)]
    ahead = [leave for leave in stored.leave if leave.ends_at > now]
    rows = [
        _leave_row(n, input_value(leave.starts_at, zone), input_value(leave.ends_at, zone), leave.reason)
        for n, leave in enumerate(ahead)
    ]
    return AvailabilityForm(
        zone,
        version,
        _week_boxes("week", stored.weekly),
        _week_boxes("preferred", stored.preferred),
        (*days, *(_day_row(len(days) + n) for n in range(_EMPTY_ROWS))),
        (*rows, *(_leave_row(len(rows) + n) for n in range(_EMPTY_ROWS))),
        tuple(_limit_box(name, _number(getattr(stored, name))) for name in _LIMITS),
        tuple(_limit_box(name, _number(getattr(stored, name))) for name in _TERMS) if by_staff else (),
        channel=str(stored.alert_channel_id or ""),
    )


def read(
    posted: FormData, stored: AvailabilityIn, zone: str, now: datetime, *, by_staff: bool = False
) -> tuple[AvailabilityForm, AvailabilityIn | None]:
    """The form with what was typed, and what it says; None where something is wrong, which the form shows."""
    reading = _Reading(posted, ZoneInfo(zone))
    week = tuple(reading.weekday("week", n, reading.read_weekly) for n in range(7))
    preferred = tuple(reading.weekday("preferred", n, reading.read_preferred) for n in range(7))
    days = tuple(reading.day(n) for n in reading.rows("day"))
    leave = tuple(reading.leave(n) for n in reading.rows("leave"))
    limits = tuple(reading.limit(name) for name in _LIMITS)
    terms = tuple(reading.limit(name) for name in _TERMS) if by_staff else ()
    form = AvailabilityForm(zone, text(posted, "version"), week, preferred, days, leave, limits, terms)
    if not form.ok:
        return form, None
    local = ZoneInfo(zone)
    kept_days = [day for day in stored.days if _is_past(day, local, now)]
    kept_leave = [one for one in stored.leave if one.ends_at <= now]
    kept = {name: getattr(stored, name) for name in (*_TERMS, "alert_channel_id")}
    return form, AvailabilityIn(
        weekly=reading.read_weekly,
        preferred=reading.read_preferred,
        days=[*kept_days, *reading.read_days][-MOST_RULES:],
        leave=[*kept_leave, *reading.read_leave][-MOST_RULES:],
        **(kept | reading.read_limits),
    )


@dataclass
class _Reading:
    """Reads the fields one by one: the box that shows each, and its value where nothing is wrong with it."""

    posted: FormData
    zone: ZoneInfo
    read_weekly: list[WeeklyHoursIn] = field(default_factory=list)
    read_preferred: list[WeeklyHoursIn] = field(default_factory=list)
    read_days: list[DayIn] = field(default_factory=list)
    read_leave: list[AbsenceIn] = field(default_factory=list)
    read_limits: dict[str, Any] = field(default_factory=dict)

    def rows(self, kind: str) -> range:
        """The numbers of the rows that were sent, which a form numbers from 0."""
        sent = [name for name in self.posted if name.startswith(f"{kind}-")]
        numbers = [int(part) for name in sent if (part := name.split("-")[1]).isascii() and part.isdigit()]
        return range(min(max(numbers, default=-1) + 1, _MOST_ROWS))

    def weekday(self, kind: str, number: int, into: list[WeeklyHoursIn]) -> Box:
        box = _week_box(kind, number, text(self.posted, f"{kind}-{number}"))
        try:
            spans = _spans(box.value)
        except _Wrong as error:
            return replace(box, error=str(error))
        into += [WeeklyHoursIn(weekday=number, start=start, end=end) for start, end in spans]
        return box

    def day(self, number: int) -> Row:
        row = _day_row(
            number, text(self.posted, f"day-{number}-date"), text(self.posted, f"day-{number}-hours")
        )
        when, hours = row.boxes
        if not when.value and not hours.value.strip():
            return row
        try:
            day = _date(when.value)
        except _Wrong as error:
            return replace(row, boxes=(replace(when, error=str(error)), hours))
        if any(one.day == day for one in self.read_days):
            return replace(row, boxes=(replace(when, error=gettext("This day is listed twice.")), hours))
        try:
            spans = _spans(hours.value)
        except _Wrong as error:
            return replace(row, boxes=(when, replace(hours, error=str(error))))
        self.read_days.append(DayIn(day=day, hours=[HoursIn(start=start, end=end) for start, end in spans]))
        return row

    def leave(self, number: int) -> Row:
        typed = [text(self.posted, f"leave-{number}-{part}") for part in ("start", "end", "reason")]
        reason = typed[2] if typed[2] in _REASONS else SubstitutionReason.UNAVAILABLE
        row = _leave_row(number, typed[0], typed[1], reason)
        first, last = row.boxes
        if not first.value and not last.value:
            return row
        try:
            starts_at = first_moment(_moment(first.value), self.zone)
        except _Wrong as error:
            return replace(row, boxes=(replace(first, error=str(error)), last))
        try:
            ends_at = last_moment(_moment(last.value), self.zone)
            if ends_at <= starts_at:
                raise _Wrong(gettext("Must be after the start."))
        except _Wrong as error:
            return replace(row, boxes=(first, replace(last, error=str(error))))
        self.read_leave.append(
            AbsenceIn(starts_at=starts_at, ends_at=ends_at, reason=SubstitutionReason(reason))
        )
        return row

    def limit(self, name: str) -> Box:
        _, _, least, most = (_LIMITS | _TERMS)[name]
        box = _limit_box(name, text(self.posted, name))
        typed = box.value.strip().replace(",", ".")
        if not typed:
            self.read_limits[name] = 0 if name == "buffer_minutes" else None
            return box
        wrong = replace(
            box, error=gettext("Enter a number from %(least)s to %(most)s.", least=least, most=most)
        )
        if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", typed, re.ASCII) or not least <= float(typed) <= most:
            return wrong
        if name == "buffer_minutes" and not float(typed).is_integer():
            return wrong
        self.read_limits[name] = int(float(typed)) if name == "buffer_minutes" else float(typed)
        return box


def _week_boxes(kind: str, hours: Sequence[WeeklyHoursIn]) -> tuple[Box, ...]:
    return tuple(_week_box(kind, n, _written([one for one in hours if one.weekday == n])) for n in range(7))


def _week_box(kind: str, number: int, value: str) -> Box:
    names = get_day_names("wide", locale=locale_of(page_language()))
    return Box(f"{kind}-{number}", names[number], value)


def _day_row(number: int, day: str = "", hours: str = "") -> Row:
    return Row(
        (
            Box(f"day-{number}-date", gettext("Day"), day),
            Box(f"day-{number}-hours", gettext("Hours"), hours),
        )
    )


def _leave_row(
    number: int, start: str = "", end: str = "", reason: str = SubstitutionReason.UNAVAILABLE
) -> Row:
    return Row(
        (
            Box(f"leave-{number}-start", gettext("From"), start),
            Box(f"leave-{number}-end", gettext("Until"), end),
        ),
        reason,
    )


def _limit_box(name: str, value: str) -> Box:
    label, hint, _, _ = (_LIMITS | _TERMS)[name]
    return Box(name, gettext(label), value, gettext(hint) if hint else "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _written(hours: Sequence[HoursIn]) -> str:
    ordered = sorted(hours, key=lambda one: one.start)
    return ", ".join(f"{one.start:%H:%M}–{_end(one.end)}" for one in ordered)


def _end(end: time) -> str:
    return "24:00" if end == time() else f"{end:%H:%M}"


def _spans(typed: str) -> list[tuple[time, time]]:
    """The hours that a text lists. Raises _Wrong."""
    rest = _SPAN.sub("", typed)
    if rest.strip(" ,;\n\t"):
        raise _Wrong(gettext(_HOW_HOURS))
    return [_span(*map(int, found)) for found in _SPAN.findall(typed)][:20]


def _span(hour: int, minute: int, until_hour: int, until_minute: int) -> tuple[time, time]:
    ends_at_midnight = (until_hour, until_minute) == (24, 0)
    try:
        start = time(hour, minute)
        end = time() if ends_at_midnight else time(until_hour, until_minute)
    except ValueError as error:
        raise _Wrong(gettext(_HOW_HOURS)) from error
    if end <= start and end != time():
        raise _Wrong(gettext("Hours must end after they start."))
    return start, end


def _date(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise _Wrong(gettext("Choose a day.")) from error


def _moment(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed).replace(tzinfo=None)
    except ValueError as error:
        raise _Wrong(gettext("Choose a day and a time.")) from error
    if not 2000 <= found.year < 2100:
        raise _Wrong(gettext("Choose a day and a time."))
    return found


def _is_past(day: DayIn, zone: ZoneInfo, now: datetime) -> bool:
    return day.day < now.astimezone(UTC).astimezone(zone).date()


def summary(stored: StoredAvailability, now: datetime) -> list[tuple[str, str]]:
    """What is stored, as terms with their texts; empty if nothing is."""
    if not stored.version:
        return []
    form = filled(stored.availability, stored.zone, stored.version, now, by_staff=True)
    lines = [("Time zone", stored.zone), *((box.label, box.value) for box in form.week if box.value)]
    if not stored.availability.weekly:
        lines.append(("Hours", "Any hour"))
    if preferred := [f"{box.label} {box.value}" for box in form.preferred if box.value]:
        lines.append(("Likes best", "; ".join(preferred)))
    lines += [
        (row.boxes[0].value, row.boxes[1].value or "No classes") for row in form.days if row.boxes[0].value
    ]
    lines += [
        (
            "Leave",
            f"{clock(leave.starts_at, stored.zone, 'both')} to {clock(leave.ends_at, stored.zone, 'both')}",
        )
        for leave in stored.availability.leave
        if leave.ends_at > now
    ]
    return lines + [
        (box.label, box.value) for box in (*form.limits, *form.terms) if box.value not in ("", "0")
    ]
