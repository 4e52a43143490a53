"""The address of the list of classes: its period, filters and order, with people and courses by name or id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from api.http.list_queries import SessionsQuery
from console.frame.labels import code_label
from console.frame.lists import read_parameters
from domain.record.documentation_filter import DocumentationFilter
from domain.scheduling.wall_time import first_moment
from domain.sessions.states import SessionState
from models.course import Course
from models.people import Instructor, Student
from models.repositories import pages
from models.repositories.class_lists import ClassFilter
from services.inputs.fields import WallTime

ROWS = (50, 100, 200)
Filter = tuple[str, str, list[tuple[str, str]]]  # name, label, options
NAMED: Mapping[str, tuple[type[SQLModel], str]] = {
    "course": (Course, "title"),
    "instructor": (Instructor, "name"),
    "student": (Student, "name"),
}
"""The filters that take a name or an id, with the table and the column of the names."""
NOT_READ = ("from", "to", "course_id", "instructor_id", "student_id")
"""Parameters of the API's list that are no part of the address: the period and names stand for them."""


class Period(StrEnum):
    COMING = "coming"  # from the start of today
    TODAY = "today"
    WEEK = "week"  # seven days from the start of today
    PAST = "past"
    ALL = "all"


class ClassesAddress(SessionsQuery):
    """Dates are those of the school's zone; with one of them, the period does not count."""

    when: Period = Period.COMING
    since: WallTime | None = None  # the first day
    until: WallTime | None = None  # the last day
    course: str = Field("", max_length=200)
    instructor: str = Field("", max_length=200)
    student: str = Field("", max_length=200)
    limit: Annotated[Literal[50, 100, 200], BeforeValidator(int)] = Field(50)

    def days(self, zone: ZoneInfo, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The period in UTC; None: without that end."""
        if self.since or self.until:
            end = self.until + timedelta(days=1) if self.until else None
            return (
                first_moment(self.since, zone) if self.since else None,
                first_moment(end, zone) if end else None,
            )
        midnight = now.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        today = first_moment(midnight, zone)
        lengths = {Period.TODAY: 1, Period.WEEK: 7}
        if self.when in lengths:
            return today, first_moment(midnight + timedelta(days=lengths[self.when]), zone)
        return {Period.COMING: (today, None), Period.PAST: (None, now)}.get(self.when, (None, None))


@dataclass(frozen=True)
class Unclear:
    """A name in the address that fits no row, or several."""

    what: str  # course, instructor or student
    name: str
    choices: tuple[tuple[str, str], ...]  # (id, name)


@dataclass(frozen=True)
class ClassList:
    """What an address asks for; nothing, where one of its names is unclear."""

    query: ClassesAddress
    narrowed: ClassFilter
    unclear: Unclear | None = None


def is_readable(address: str) -> bool:
    """Whether the list can be opened with these filters: a saved view may have some that were never right."""
    try:
        _address(dict(parse_qsl(address)))
    except RequestValidationError:
        return False
    return True


def _address(parameters: Mapping[str, str]) -> ClassesAddress:
    backwards = parameters.get("when") == Period.PAST and not (
        parameters.get("since") or parameters.get("until")
    )
    order = {"sort": "-starts_at" if backwards else "starts_at"}
    return read_parameters(parameters, ClassesAddress, NOT_READ, limit=ROWS[0], **order)


async def read(db: AsyncSession, parameters: Mapping[str, str], zone: ZoneInfo, now: datetime) -> ClassList:
    """Raises RequestValidationError."""
    query = _address(parameters)
    ids: dict[str, UUID | None] = {}
    unclear = None
    for what in NAMED:
        found = await row_of(db, what, getattr(query, what))
        unclear = unclear or (found if isinstance(found, Unclear) else None)
        ids[f"{what}_id"] = found if isinstance(found, UUID) else None
    query = query.model_copy(update=ids)
    start, end = query.days(zone, now)
    return ClassList(query, query.narrowed(start, end), unclear)


async def row_of(db: AsyncSession, what: str, given: str) -> UUID | Unclear | None:
    """The row of a field for names that this name or id means; None for an empty field."""
    if not given:
        return None
    table, column = NAMED[what]
    try:
        return UUID(given)
    except ValueError:
        pass
    wanted = pages.PageRequest(column, 20, text=given, searched=(column,), retired=None)
    rows, _ = await pages.page(db, table, wanted)
    exact = [row for row in rows if getattr(row, column).casefold() == given.casefold()]
    fitting = exact or rows
    if len(fitting) == 1:
        key: UUID = getattr(fitting[0], "id")  # noqa: B009
        return key
    return Unclear(what, given, tuple((str(getattr(row, "id")), getattr(row, column)) for row in fitting))  # noqa: B009


async def names(db: AsyncSession, parameters: Mapping[str, str]) -> dict[str, str]:
    """What the fields for names show: an id in the address by its name."""
    shown = {}
    for what, (table, column) in NAMED.items():
        given = parameters.get(what, "")
        try:
            row: Any = await db.get(table, UUID(given))
        except ValueError:
            row = None
        shown[what] = getattr(row, column) if row is not None else given
    return shown


async def suggestions(db: AsyncSession, what: str, text: str) -> list[str]:
    """Names that contain the text."""
    table, column = NAMED[what]
    wanted = pages.PageRequest(column, 20, text=text[:200], searched=(column,))
    rows, _ = await pages.page(db, table, wanted)
    return list(dict.fromkeys(getattr(row, column) for row in rows))


def choices() -> list[Filter]:
    """The filters with fixed values."""
    return [
        (
            "when",
            "Period",
            [
                ("", "From today"),
                ("today", "Today"),
                ("week", "Next 7 days"),
                ("past", "Past"),
                ("all", "All times"),
            ],
        ),
        (
            "state",
            "State",
            [("", "All"), *((state.value, code_label(state).capitalize()) for state in SessionState)],
        ),
        (
            "documentation",
            "Documentation",
            [("", "Any"), *((one.value, code_label(one).capitalize()) for one in DocumentationFilter)],
        ),
    ]
