"""The calendar of classes: a week, a day or a month of everybody, an instructor, a course or a student.

What is shown is in the address. Days and hours are those of the school's time zone, or of another that is chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from console.calendar.calendar_view import (
    NamedInterval,
    View,
    closed_days,
    closed_shades,
    day_grid,
    density,
    month_weeks,
    neighbours,
    shades_of,
    week_grid,
)
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, page
from console.frame.viewers import Staff
from domain.intervals import Interval
from domain.people.access import Permission
from domain.scheduling.calendar_grid import month_of, span_of, week_of
from domain.scheduling.closures import concerns
from domain.sessions.states import SessionState
from models.course import Course
from models.people import Instructor, Student
from models.repositories import class_calendar, imported_calendars, pages, substitutions
from models.repositories.class_calendar import CalendarFilter
from services.closed_times import closures_between
from services.inputs.fields import Schema, TimeZone
from services.organizations import organization as organization_of
from services.resources.catalogue import COURSES, INSTRUCTORS, STUDENTS
from services.stored_availability import availability_of

router = APIRouter(prefix="/calendar", include_in_schema=False, route_class=PageRoute)
MOST_IN_WEEK = 200  # classes of a week that are shown one by one; of more, how many start in each hour
MOST_IN_DAY = 1_500
FIRST_OF_DAY = 3  # classes of each day of a month
_MOST_FOUND = 6  # of each kind, by a search
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


class CalendarQuery(Schema):
    view: View = "week"
    on: date | None = Field(None, ge=_FIRST, le=_LAST)  # a day of what is shown; None: today
    instructor_id: UUID | None = None
    course_id: UUID | None = None
    student_id: UUID | None = None
    zone: TimeZone | None = None  # None: that of the school
    flash: str = Field("", max_length=100)

    @property
    def filter(self) -> CalendarFilter:
        return CalendarFilter(self.instructor_id, self.course_id, self.student_id)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters of the address, as forms keep them."""
        values = self.model_dump(mode="json", exclude={"flash", "q"}, exclude_defaults=True)
        return [(name, str(value)) for name, value in values.items() if value is not None]

    def url(self, **changes: Any) -> str:
        """The address of the calendar with other values; None leaves one out."""
        values: dict[str, Any] = {**dict(self.kept), **changes}
        kept = {name: str(value) for name, value in values.items() if value is not None}
        return f"/calendar?{urlencode(kept)}" if kept else "/calendar"


class FindQuery(CalendarQuery):
    q: str = Field("", max_length=200)


@dataclass(frozen=True)
class ChosenFilter:
    """A person or course that the calendar is of."""

    kind: str
    name: str
    path: str  # of its own page
    without: str  # the address without this filter
    zone: str = ""  # of a person


@router.get("")
async def calendar(
    request: Request, shared: Shared, who: Staff, now: Now, query: Annotated[CalendarQuery, Query()]
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        school = await organization_of(db)
        chosen = await _chosen(db, query)
        zone = ZoneInfo(query.zone or school.time_zone)
        today = now.astimezone(zone).date()
        on = query.on or today
        shown = await _SHOWN[query.view](db, query, on, zone)
        closed = await _closures(db, query, _days(query.view, on), zone)
    zones = dict.fromkeys([school.time_zone, *(one.zone for one in chosen if one.zone), str(zone)])
    before, after = neighbours(query.view, on)
    return page(
        request,
        "parts/calendar.html" if by_htmx(request) else "calendar.html",
        query=query,
        kept=query.kept,
        organization=school,
        chosen=chosen,
        zone=str(zone),
        zones=list(zones),
        on=on,
        today=today,
        wall_now=now.astimezone(zone).replace(tzinfo=None),
        before=before,
        after=after,
        may_move=who.may(Permission.SESSIONS_WRITE),
        closed=closed_days(closed, _days(query.view, on), zone),
        **shown,
    )


@router.get("/find")
async def find(
    request: Request, shared: Shared, who: Staff, query: Annotated[FindQuery, Query()]
) -> Response:
    """Instructors, courses and students by name, each with the address of their calendar."""
    found: list[tuple[str, str, str]] = []
    if text := query.q.strip():
        async with shared.database.tenant(who.organization_id) as db:
            for kind, table, resource, sort in _SEARCHED:
                wanted = pages.PageRequest(sort, _MOST_FOUND, text=text, searched=resource.searched)
                rows, _ = await pages.page(db, table, wanted)
                for row in rows:
                    values = row.model_dump(include={"id", sort})
                    found.append((kind, values[sort], query.url(**{f"{kind}_id": values["id"]})))
    return page(request, "parts/calendar_found.html", found=found, q=text)


async def _week(db: AsyncSession, query: CalendarQuery, on: date, zone: ZoneInfo) -> Mapping[str, Any]:
    days = week_of(on)
    span = span_of(days, zone)
    number, cancelled = await class_calendar.count(db, query.filter, span.start, span.end)
    shown = {"title": _span_title(days[0], days[-1]), "number": number, "cancelled": cancelled}
    if number + cancelled > MOST_IN_WEEK:
        counts = await class_calendar.per_hour(db, query.filter, span.start, span.end, str(zone))
        return {**shown, "density": density(counts, days)}
    rows = await class_calendar.classes(db, query.filter, span.start, span.end, MOST_IN_WEEK)
    shades = [
        *closed_shades(await _closures(db, query, days, zone), days, zone),
        *await _shades(db, query, days, zone),
    ]
    return {**shown, "grid": week_grid(rows, days, zone, shades), "shades": shades}


async def _day(db: AsyncSession, query: CalendarQuery, on: date, zone: ZoneInfo) -> Mapping[str, Any]:
    span = span_of([on], zone)
    rows = await class_calendar.classes(db, query.filter, span.start, span.end, MOST_IN_DAY + 1)
    cancelled = sum(row.state == SessionState.CANCELLED for row in rows)
    return {
        "title": f"{on:%A}, {on.day} {on:%B %Y}",
        "number": len(rows) - cancelled,
        "cancelled": cancelled,
        "grid": day_grid(rows[:MOST_IN_DAY], on, zone),
        "cut": len(rows) > MOST_IN_DAY,
    }


async def _month(db: AsyncSession, query: CalendarQuery, on: date, zone: ZoneInfo) -> Mapping[str, Any]:
    weeks = month_of(on)
    span = span_of([weeks[0][0], weeks[-1][-1]], zone)
    found = await class_calendar.per_day(db, query.filter, span.start, span.end, str(zone), FIRST_OF_DAY)
    inside = sum(day.count for key, day in found.items() if key.month == on.month)
    return {"title": f"{on:%B %Y}", "number": inside, "weeks": month_weeks(found, weeks, on.month)}


_SHOWN = {"week": _week, "day": _day, "month": _month}
_SEARCHED = (
    ("instructor", Instructor, INSTRUCTORS, "name"),
    ("course", Course, COURSES, "title"),
    ("student", Student, STUDENTS, "name"),
)


async def _chosen(db: AsyncSession, query: CalendarQuery) -> list[ChosenFilter]:
    """Raises NotFound for somebody or something that does not exist."""
    found = []
    if query.instructor_id:
        person = await INSTRUCTORS.get(db, query.instructor_id)
        path = f"/people/instructors/{person.id}"
        without = query.url(instructor_id=None)
        found.append(ChosenFilter("Instructor", person.name, path, without, person.time_zone))
    if query.student_id:
        student = await STUDENTS.get(db, query.student_id)
        path = f"/people/students/{student.id}"
        without = query.url(student_id=None)
        found.append(ChosenFilter("Student", student.name, path, without, student.time_zone))
    if query.course_id:
        course = await COURSES.get(db, query.course_id)
        found.append(ChosenFilter("Course", course.title, f"/courses/{course.id}", query.url(course_id=None)))
    return found


async def _shades(db: AsyncSession, query: CalendarQuery, days: list[date], zone: ZoneInfo) -> list[Any]:
    if query.instructor_id is None:
        return []
    instructor = await INSTRUCTORS.get(db, query.instructor_id)
    span = span_of(days, zone)
    stored = await substitutions.availability(db, instructor.id)
    busy = await imported_calendars.busy_times(db, [instructor.id], span.start, span.end)
    times = availability_of(instructor, stored, busy_elsewhere=busy.get(instructor.id, []))
    return shades_of(times, days, zone)


def _days(view: View, on: date) -> list[date]:
    """The days that are shown."""
    if view == "month":
        return [day for week in month_of(on) for day in week]
    return week_of(on) if view == "week" else [on]


async def _closures(
    db: AsyncSession, query: CalendarQuery, days: list[date], zone: ZoneInfo
) -> list[NamedInterval]:
    """The closures of these days; those of a region are named with it, and left out of a course without it."""
    span = span_of(days, zone)
    region = (await COURSES.get(db, query.course_id)).required_region if query.course_id else None
    return [
        (f"{row.name} ({row.region})" if row.region else row.name, Interval(time.start, time.end))
        for row, time in await closures_between(db, span.start, span.end)
        if region is None or concerns(row.region, region)
    ]


def _span_title(first: date, last: date) -> str:
    """As `30 November – 6 December 2026`."""
    start = f"{first.day}"
    if first.month != last.month:
        start += f" {first:%B}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} – {last.day} {last:%B %Y}"
