"""The forms of a series: days of the week, wall time and end, read as a recurrence rule."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field as Bound
from starlette.datastructures import FormData

from console.frame import choices, forms
from console.frame.forms import Field, Form, Options
from console.frame.times import zone_name
from domain.errors import InvalidInput
from domain.scheduling.recurrence import MAX_OCCURRENCES, WEEKDAYS, Frequency, Rule, read_rule, until_end_of
from models.series import Series
from services.inputs.fields import LEFT_OUT, Day, Name, Schema, TimeZone
from services.inputs.series import Minutes, NewSeries, SeriesChange
from services.inputs.sessions import OverrideReason

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = tuple(zip(WEEKDAYS, DAY_NAMES, strict=True))
FIND_ONE = ("", "Find one for each class")
_INTERVALS = tuple(
    (str(weeks), "Every week" if weeks == 1 else f"Every {weeks} weeks") for weeks in range(1, 5)
)
_ORDINALS = {
    0: "every", 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth",
    -1: "last", -2: "second to last", -3: "third to last", -4: "fourth to last", -5: "fifth to last",
}  # fmt: skip
_ENDS = (("count", "After a number of classes"), ("until", "On a day"), ("never", "Not yet"))


class SeriesForm(Schema):
    title: Name | None = None
    instructor_id: UUID | None = None
    first_day: Day
    starts: time
    minutes: Minutes
    time_zone: TimeZone
    weeks: Annotated[int, Bound(ge=1, le=4)] = 1
    ends: Literal["count", "until", "never"] = "count"
    count: Annotated[int | None, Bound(ge=1, le=MAX_OCCURRENCES)] = None
    until: Day | None = None
    left_out: list[Day] = Bound(default_factory=list, max_length=200)
    override_reason: OverrideReason = None


class ChangeForm(Schema):
    from_day: Day
    starts: time = LEFT_OUT
    minutes: Minutes = LEFT_OUT
    instructor_id: UUID | None = None


def new_form(values: Mapping[str, Any], instructors: Options) -> Form:
    fields = (
        Field("instructor_id", "Instructor", "select", options=lambda: [FIND_ONE, *instructors]),
        Field("title", "Title", hint="Left out: the course's title.", wrong="Enter a single line of text."),
        Field("first_day", "From", "date", wrong="Enter a date."),
        Field("starts", "Starts at", "time", wrong="Enter a time, such as 17:00."),
        Field("minutes", "Length in minutes", "number"),
        Field(
            "time_zone", "Time zone", "select", "17:00 stays 17:00 when clocks change.", options=choices.zones
        ),
        Field("weeks", "Repeats", "select", options=lambda: _INTERVALS),
        Field("ends", "Ends", "select", options=lambda: _ENDS),
        Field("count", "Number of classes", "number"),
        Field("until", "Last day", "date", wrong="Enter a date."),
        Field(
            "left_out",
            "Days without a class",
            "lines",
            "One date a line, such as 2030-12-24.",
            "Enter dates.",
        ),
        Field("override_reason", "Override reason", hint="It is kept in the audit log with your name."),
    )
    return forms.build(fields, SeriesForm, values)


def read_new(form: Form, days: Sequence[str], course_id: UUID, students: Sequence[str] | None) -> NewSeries:
    """The series that the form describes. Raises ValidationError, InvalidInput."""
    typed = SeriesForm.model_validate(forms.values(form))
    if not days:
        raise InvalidInput("no day of the week is chosen", next_step="Choose at least one day.")
    first = _first(typed.first_day, days)
    return NewSeries.model_validate(
        {
            "course_id": course_id,
            "instructor_id": typed.instructor_id,
            "title": typed.title,
            "starts_at": datetime.combine(first, typed.starts),
            "minutes": typed.minutes,
            "recurrence": _rule(typed, days),
            "time_zone": typed.time_zone,
            "student_ids": students,
            "left_out": typed.left_out,
            "override_reason": typed.override_reason,
        }
    )


def change_form(row: Series, tomorrow: date, instructors: Options) -> Form:
    fields = (
        Field("from_day", "From", "date", wrong="Enter a date."),
        Field(
            "starts", "Starts at", "time", f"In {zone_name(row.time_zone)}.", "Enter a time, such as 17:00."
        ),
        Field("minutes", "Length in minutes", "number"),
        Field("instructor_id", "Instructor", "select", options=lambda: [FIND_ONE, *instructors]),
    )
    values = {
        "from_day": tomorrow.isoformat(),
        "starts": row.first_start.time(),
        "minutes": row.minutes,
        "instructor_id": row.instructor_id,
    }
    return forms.build(fields, ChangeForm, values)


def read_change(
    form: Form, days: Sequence[str], row: Series, students: Sequence[str] | None = None
) -> SeriesChange:
    """Only what differs from the series; `students` are those chosen, None where the series names none.

    Raises ValidationError, InvalidInput.
    """
    typed = ChangeForm.model_validate(forms.values(form))
    rule = read_rule(row.recurrence)
    values: dict[str, Any] = {"from_day": typed.from_day}
    if typed.starts != row.first_start.time():
        values["starts"] = typed.starts
    if typed.minutes != row.minutes:
        values["minutes"] = typed.minutes
    if typed.instructor_id != row.instructor_id:
        values["instructor_id"] = typed.instructor_id
    if is_weekly(rule) and set(days) != set(days_of(row)):
        if not days:
            raise InvalidInput("no day of the week is chosen", next_step="Choose at least one day.")
        values["recurrence"] = str(_on_days(rule, days))
    if students is not None:
        present = [str(key) for key in row.roster_on(date.max)]
        values["add_student_ids"] = [key for key in students if key not in present]
        values["remove_student_ids"] = [key for key in present if key not in students]
    return SeriesChange.model_validate(values)


def is_weekly(rule: Rule) -> bool:
    """Whether the form can say which days it has: COUNT would count anew."""
    return rule.frequency == Frequency.WEEKLY and rule.count is None


def days_of(row: Series) -> list[str]:
    rule = read_rule(row.recurrence)
    return [WEEKDAYS[day] for _, day in rule.weekdays] or [WEEKDAYS[row.first_start.weekday()]]


def described(row: Series) -> str:
    """The recurrence rule in words; one that has none here is shown as it is written."""
    return f"{_days_in_words(row)} at {row.first_start:%H:%M}, {row.minutes} min"


def _days_in_words(row: Series) -> str:
    rule = read_rule(row.recurrence)
    if rule.positions or (rule.weekdays and rule.month_days):
        return row.recurrence
    months = f" in {', '.join(calendar.month_name[month] for month in rule.months)}" if rule.months else ""
    if rule.frequency == Frequency.MONTHLY:
        every = "the month" if rule.interval == 1 else f"every {rule.interval} months"
        days = ", ".join(_days_of_month(row, rule))
        return f"{days[:1].upper()}{days[1:]} of {every}{months}"
    names = ", ".join(DAY_NAMES[day] for _, day in sorted(rule.weekdays, key=lambda one: one[1]))
    if rule.frequency == Frequency.DAILY:
        every = "Every day" if rule.interval == 1 else f"Every {rule.interval} days"
        on = names or ", ".join(_nth_day(day) for day in rule.month_days)
        return f"{every}, if it is {on}{months}" if on else f"{every}{months}"
    every = "" if rule.interval == 1 else f" every {rule.interval} weeks"
    return f"{names or DAY_NAMES[row.first_start.weekday()]}{every}{months}"


def _days_of_month(row: Series, rule: Rule) -> list[str]:
    if rule.weekdays:
        return [f"{_ORDINALS[nth]} {DAY_NAMES[day]}" for nth, day in rule.weekdays]
    return [_nth_day(day) for day in rule.month_days or (row.first_start.day,)]


def _nth_day(day: int) -> str:
    if day > 0:
        return f"day {day}"
    return "the last day" if day == -1 else f"day {-day} from the end"


def posted_days(posted: FormData) -> list[str]:
    return [day for day in forms.texts(posted, "days") if day in WEEKDAYS]


def _first(day: date, days: Sequence[str]) -> date:
    """The first of the chosen days of the week."""
    return next(one for one in (day + timedelta(n) for n in range(7)) if WEEKDAYS[one.weekday()] in days)


def _rule(typed: SeriesForm, days: Sequence[str]) -> str:
    rule = _on_days(Rule(Frequency.WEEKLY, typed.weeks), days)
    if typed.ends == "count":
        if typed.count is None:
            raise InvalidInput(
                "the number of classes is missing", next_step="Say how many classes there are."
            )
        rule = replace(rule, count=typed.count)
    elif typed.ends == "until":
        if typed.until is None:
            raise InvalidInput("the last day is missing", next_step="Say when the last class is.")
        rule = replace(rule, until=until_end_of(typed.until, ZoneInfo(typed.time_zone)))
    return str(rule)


def _on_days(rule: Rule, days: Sequence[str]) -> Rule:
    return replace(rule, weekdays=tuple((0, WEEKDAYS.index(day)) for day in days))
