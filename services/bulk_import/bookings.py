"""Books classes from the rows of a file. Each row is booked or refused by itself, and the refusal names its column.

A row's class has an id made of its external id, or of all its values where it has none: the same file sent again books
nothing twice, and a row that was changed in between is refused where its class is booked already.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.errors import (
    BookingInPast,
    Conflict,
    DoubleBooked,
    HomeroomError,
    InvalidInput,
    RepeatedTime,
    Unavailable,
    UnknownReference,
)
from domain.people.access import Principal
from domain.scheduling.wall_time import wall_time_to_utc
from domain.sessions.schedule import check_length
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import people, planning, rows_by_name, sessions
from models.session import Session
from services import organizations
from services.booking_preview import BookingPreview
from services.bookings import external_id_taken
from services.bulk_import.importer import Candidate, Outcome, Refusal
from services.bulk_import.parsing import Row
from services.clashes import with_names
from services.class_commands import ClassCommands
from services.inputs.fields import ExternalId, Schema, TimeZone
from services.inputs.sessions import NewSession, OverrideReason
from services.instructor_rules import AskedClass
from services.instructor_standing import class_of

MOST_ROWS = 2_000
_AT_ONCE = 8  # commands to different workflows
_USUAL_MINUTES = 60
_YEARS = range(2000, 2100)  # in which an offset cannot leave the range of datetime
Reference = TypeVar("Reference", bound=SQLModel)


class BookingRow(Schema):
    """A row of the file. Courses, instructors and students are given by name, mail address, external id or id."""

    course: str = Field(min_length=1, max_length=200)
    instructor: str = Field(min_length=1, max_length=200)
    starts: str = Field(min_length=1, max_length=40, examples=["2030-03-04 16:00"])
    minutes: int | None = Field(None, ge=1, le=24 * 60)
    ends: str | None = Field(None, max_length=40)
    time_zone: TimeZone | None = None
    students: list[str] = Field(default_factory=list, max_length=500)
    external_id: ExternalId | None = None
    override_reason: OverrideReason = None


def _number(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 6):
        raise InvalidInput(
            f"minutes: {cell[:40]!r} is no number", next_step="Write whole minutes, such as 45."
        )
    return int(cell)


def _names(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


COLUMNS: Mapping[str, Callable[[str], Any]] = {
    "course": str,
    "instructor": str,
    "starts": str,
    "minutes": _number,
    "ends": str,
    "time_zone": str,
    "students": _names,
    "external_id": str,
    "override_reason": str,
}
"""The columns of a CSV file, each with the function that reads its cells."""


@dataclass
class _File:
    """What the rows so far named, and what they would book, by which rows of one file are compared."""

    named: dict[type[SQLModel], dict[str, list[UUID]]] = field(
        default_factory=lambda: {table: {} for table in (Course, Instructor, Student)}
    )  # by what a cell says
    enrolled: dict[UUID, list[UUID]] = field(default_factory=dict)  # by course
    rows: dict[UUID, int] = field(default_factory=dict)  # id of a class to the number of its row


@dataclass(frozen=True)
class _Wanted:
    """A row that names what exists, ready to be booked."""

    row: Row
    id: UUID
    new: NewSession
    student_ids: tuple[UUID, ...]


async def previewed(database: Database, who: Principal, rows: Iterator[Row], now: datetime) -> list[Outcome]:
    """What booking the rows of a file would do to each, in their order. Writes nothing.

    Raises InvalidInput for a file with too many rows.
    """
    read = await asyncio.to_thread(rows_of_file, rows)
    seen = _File()
    async with database.tenant(who.organization_id) as db:
        checked = await _checked(db, who, read, seen)
        return await _previewed(db, who, checked, seen, now)


def rows_of_file(rows: Iterator[Row]) -> list[Row]:
    """All rows. Raises InvalidInput for too many, or for a file that can't be read."""
    read = list(islice(rows, MOST_ROWS + 1))
    if len(read) > MOST_ROWS:
        raise InvalidInput(
            f"the file has more than {MOST_ROWS:,} rows", next_step="Split it, and send the parts."
        )
    return read


@dataclass(frozen=True)
class BookingImport:
    """Books the rows of a file as the act `act_id`: each person is told of all their classes in one message."""

    database: Database
    classes: ClassCommands
    who: Principal
    act_id: UUID

    async def book(self, batch: Iterable[Row], known: Mapping[UUID, int], since: datetime) -> list[Outcome]:
        """Book some rows of the file; returns the outcomes in their order.

        `known` are the rows before, by the ids of their classes. A class that was booked `since` then was booked by an
        interrupted attempt, and counts as booked now. Raises Unavailable, whatever was booked before.
        """
        seen = _File(rows=dict(known))
        async with self.database.tenant(self.who.organization_id) as db:
            checked = await _checked(db, self.who, list(batch), seen, since)
        turns = asyncio.Semaphore(_AT_ONCE)
        return await asyncio.gather(*(self._booked(one, turns) for one in checked))

    async def _booked(self, wanted: _Wanted | Outcome, turns: asyncio.Semaphore) -> Outcome:
        if isinstance(wanted, Outcome):
            return wanted
        try:
            async with turns:
                await self.classes.book(
                    self.who.organization_id, wanted.id, wanted.new, again=True, act_id=self.act_id
                )
        except Unavailable:  # the batch is made again
            raise
        except HomeroomError as error:
            return _taken(wanted, error)
        return _taken(wanted)


async def _checked(
    db: AsyncSession, who: Principal, batch: Sequence[Row], seen: _File, since: datetime | None = None
) -> list[_Wanted | Outcome]:
    """The rows as they are to be booked; or their outcomes, where they are refused or booked already."""
    zone = (await organizations.organization(db)).time_zone
    given = [given_in(row) for row in batch]
    await _look_up(db, [one for one in given if isinstance(one, BookingRow)], seen)
    found: list[_Wanted | Outcome] = []
    for row, one in zip(batch, given, strict=True):
        try:
            wanted = _resolved(row, one, zone, who.organization_id, seen)
            if (first := seen.rows.setdefault(wanted.id, row.number)) != row.number:
                raise InvalidInput(f"row {first} is the same class", next_step="Remove one of the two rows.")
            found.append(wanted)
        except (HomeroomError, ValidationError) as error:
            found.append(_refused(row, error))
    ids = [one.id for one in found if isinstance(one, _Wanted)]
    booked = {one.id: one for one in await sessions.get_sessions(db, ids)}
    return [
        _as_booked(one, booked[one.id], since) if isinstance(one, _Wanted) and one.id in booked else one
        for one in found
    ]


async def _previewed(
    db: AsyncSession, who: Principal, found: Sequence[_Wanted | Outcome], seen: _File, now: datetime
) -> list[Outcome]:
    """The outcomes with the errors with which bookings would be refused, as far as they can be seen before."""
    wanted = [one for one in found if isinstance(one, _Wanted)]
    courses = await planning.courses(db, {one.new.course_id for one in wanted})
    asked = [
        AskedClass(
            one.new.instructor_id,
            class_of(courses[one.new.course_id], one.new.starts_at, one.new.ends_at),
            one.student_ids,
            one.id,
        )
        for one in wanted
    ]
    taken = await sessions.external_ids_in_use(
        db, [one.new.external_id for one in wanted if one.new.external_id]
    )
    preview = await BookingPreview.read(db, asked)
    refused = preview.take_in_order(
        (one, _refused_anyway(row.new, taken, now), bool(row.new.override_reason))
        for row, one in zip(wanted, asked, strict=True)
    )
    refused = [_beside_rows(error, seen) for error in refused]
    named = await with_names(db, refused, who)
    outcomes = {row.id: _taken(row, error) for row, error in zip(wanted, named, strict=True)}
    return [one if isinstance(one, Outcome) else outcomes[one.id] for one in found]


def _taken(wanted: _Wanted, refusal: Refusal | None = None, remark: str = "") -> Outcome:
    return Outcome(Candidate(wanted.row.number, wanted.row.line, wanted.id, wanted.new), refusal, remark)


def _refused(row: Row, error: Refusal) -> Outcome:
    return Outcome(Candidate(row.number, row.line, UUID(int=0), error), error)


def _as_booked(wanted: _Wanted, booked: Session, since: datetime | None) -> Outcome:
    """The outcome of a row whose class is booked; `since` then by an interrupted attempt."""
    try:
        _require_same(booked, wanted.new)
    except Conflict as error:
        return _refused(wanted.row, error)
    is_own = since is not None and booked.created_at >= since
    return _taken(wanted, remark="" if is_own else _was_booked(booked))


def _refused_anyway(new: NewSession, external_ids: Collection[str], now: datetime) -> HomeroomError | None:
    """What is wrong with a row whoever has time. `external_ids` are those that other classes have."""
    if new.starts_at <= now:
        return BookingInPast()
    return external_id_taken() if new.external_id in external_ids else None


def _beside_rows(refused: HomeroomError | None, seen: _File) -> HomeroomError | None:
    """The refusal; one by the class of another row names this row, since there is no such class yet."""
    if isinstance(refused, DoubleBooked) and (key := refused.extra.get("clashing_session_id")):
        number = seen.rows.get(UUID(key))
        if number is not None:
            return DoubleBooked(f"the instructor or a student is in the class of row {number} then")
    return refused


def _require_same(booked: Session, new: NewSession) -> None:
    """Raises Conflict for a row whose class is booked for other people or another time, unless it was moved since."""
    moved = booked.moves > 0
    same_time = (booked.starts_at, booked.ends_at) == (new.starts_at, new.ends_at)
    if booked.course_id != new.course_id or not (same_time or moved):
        raise Conflict(
            "a class with this external_id is already booked, with another course or time",
            next_step="Move the class instead, or give the row an external_id of its own.",
        )


def _was_booked(session: Session) -> str:
    return f"booked before; it is {session.state.value.replace('_', ' ')}"


def given_in(row: Row) -> BookingRow | InvalidInput | ValidationError:
    """What a row says, or why it can't be read."""
    if isinstance(row.content, InvalidInput):
        return row.content
    try:
        return BookingRow.model_validate(row.content)
    except ValidationError as error:
        return error


async def _look_up(db: AsyncSession, given: Sequence[BookingRow], seen: _File) -> None:
    """Whom the cells name, and who is enrolled where a row names no students."""
    cells: Mapping[type[SQLModel], set[str]] = {
        Course: {one.course for one in given},
        Instructor: {one.instructor for one in given},
        Student: {name for one in given for name in one.students},
    }
    for table, texts in cells.items():
        known = seen.named[table]
        known |= await rows_by_name.named(db, table, texts - known.keys())
    of_course = {key for one in given if not one.students for key in seen.named[Course][one.course]}
    seen.enrolled |= await people.enrolled_by_course(db, of_course - seen.enrolled.keys())


def _resolved(
    row: Row,
    given: BookingRow | InvalidInput | ValidationError,
    zone: str,
    organization_id: UUID,
    seen: _File,
) -> _Wanted:
    """Raises InvalidInput, UnknownReference, RepeatedTime, and ValidationError for values of a wrong kind."""
    if not isinstance(given, BookingRow):
        raise given
    course = _one(seen, "course", Course, given.course)
    instructor = _one(seen, "instructor", Instructor, given.instructor)
    students = [_one(seen, "students", Student, name) for name in given.students]
    local = ZoneInfo(given.time_zone or zone)
    starts_at = _moment("starts", given.starts, local)
    if given.ends and given.minutes:
        raise InvalidInput("ends: give ends or minutes, not both", next_step="Empty one of the two cells.")
    length = timedelta(minutes=given.minutes or _USUAL_MINUTES)
    ends_at = _moment("ends", given.ends, local) if given.ends else starts_at + length
    check_length(starts_at, ends_at)
    new = NewSession(
        course_id=course,
        instructor_id=instructor,
        starts_at=starts_at,
        ends_at=ends_at,
        student_ids=list(dict.fromkeys(students)) or None,
        time_zone=given.time_zone,
        external_id=given.external_id,
        override_reason=given.override_reason,
    )
    enrolled = list(dict.fromkeys(students)) or seen.enrolled.get(course, [])
    if not enrolled:
        raise InvalidInput(
            "students: nobody is enrolled in the course", next_step="Name the students, or enroll them first."
        )
    return _Wanted(row, _id_of(new, organization_id), new, tuple(enrolled))


def class_of_external_id(organization_id: UUID, external_id: str) -> UUID:
    """The id of the class of a row with an external id."""
    return _id_by(organization_id, {"external_id": external_id})


def _id_of(new: NewSession, organization_id: UUID) -> UUID:
    if new.external_id:
        return class_of_external_id(organization_id, new.external_id)
    return _id_by(organization_id, new.model_dump(mode="json"))


def _id_by(organization_id: UUID, values: Mapping[str, Any]) -> UUID:
    return uuid5(organization_id, f"booked from a file: {json.dumps(values, sort_keys=True)}")


def _one(seen: _File, column: str, table: type[SQLModel], given: str) -> UUID:
    """The row that a cell names. Raises UnknownReference, InvalidInput for a name that several rows have."""
    found = seen.named[table][given]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(
            f"{column}: several are called {given!r}",
            next_step="Give the external id or the mail address instead.",
        )
    raise UnknownReference(
        f"{column}: there is no {table.__name__.lower()} {given!r}",
        next_step="Check the spelling, or add it first.",
    )


def _moment(column: str, text: str, zone: ZoneInfo) -> datetime:
    """A cell as a moment in UTC: wall time in the class's zone, or with an offset of its own."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"{column}: {text!r} is no time that can be read", next_step="Write it as 2030-03-04 16:00."
        ) from error
    if at.year not in _YEARS:
        raise InvalidInput(
            f"{column}: must be between the years {_YEARS.start} and {_YEARS.stop}",
            next_step="Correct the year.",
        )
    if _is_day(text):
        raise InvalidInput(
            f"{column}: {text!r} has no time of day", next_step="Write it as 2030-03-04 16:00."
        )
    if at.tzinfo:
        return at.astimezone(UTC)
    try:
        return wall_time_to_utc(at, zone)
    except RepeatedTime as error:
        raise InvalidInput(
            f"{column}: {error.detail}",
            next_step=f"Write {error.extra['first']}, or {error.extra['second']}.",
        ) from error
    except InvalidInput as error:
        raise InvalidInput(f"{column}: {error.detail}", next_step=error.next_step) from error


def _is_day(text: str) -> bool:
    """Whether a cell names a day alone, which would be read as its midnight."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
