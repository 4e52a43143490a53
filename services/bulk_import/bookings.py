"""Books classes from the rows of a file. Each row is booked or refused by itself, and the refusal names its column.

A row's class has an id made of its external id, or of all its values where it has none: the same file sent again books
nothing twice, and a row that was changed in between is refused where its class is booked already.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
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
    UnknownReference,
)
from domain.people.access import Principal
from domain.scheduling.wall_time import wall_time_to_utc
from domain.sessions.schedule import check_length
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import people, rows_by_name, sessions
from models.session import Session
from services import organizations
from services.bookings import external_id_taken
from services.bulk_import.importer import Candidate, Outcome, Refusal
from services.bulk_import.parsing import Row
from services.clashes import require_bookable
from services.class_commands import ClassCommands
from services.inputs.fields import ExternalId, Schema, TimeZone
from services.inputs.sessions import NewSession, OverrideReason

MOST_ROWS = 2_000
_BATCH, _AT_ONCE = 50, 8
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

    ids: dict[tuple[type[SQLModel], str], UUID] = field(default_factory=dict)  # by what a cell says
    rows: dict[UUID, int] = field(default_factory=dict)  # id of a class to the number of its row
    times: dict[UUID, list[tuple[datetime, datetime, int]]] = field(default_factory=dict)  # by person


@dataclass(frozen=True)
class _Wanted:
    """A row that names what exists, ready to be booked."""

    row: Row
    id: UUID
    new: NewSession
    people: tuple[UUID, ...]


@dataclass(frozen=True)
class BookingImport:
    database: Database
    classes: ClassCommands
    who: Principal
    dry_run: bool = False

    async def take(self, rows: Iterator[Row], now: datetime) -> AsyncIterator[list[Outcome]]:
        """Book the rows; yields the outcomes batch by batch, in the order of the file.

        Raises InvalidInput for a file with too many rows, after the outcomes of those before.
        """
        taken, seen = 0, _File()
        while batch := await asyncio.to_thread(list, islice(rows, _BATCH)):
            taken += len(batch)
            if taken > MOST_ROWS:
                raise InvalidInput(
                    f"the file has more than {MOST_ROWS:,} rows", next_step="Split it, and send the parts."
                )
            yield await self._batch(batch, seen, now)

    async def _batch(self, batch: Sequence[Row], seen: _File, now: datetime) -> list[Outcome]:
        wanted: list[_Wanted | Outcome] = []
        async with self.database.tenant(self.who.organization_id) as db:
            zone = (await organizations.organization(db)).time_zone
            for row in batch:
                wanted.append(await self._checked(db, row, zone, seen, now))
        if self.dry_run:
            return [one if isinstance(one, Outcome) else _taken(one) for one in wanted]
        turns = asyncio.Semaphore(_AT_ONCE)
        return await asyncio.gather(*(self._booked(one, turns) for one in wanted))

    async def _checked(
        self, db: AsyncSession, row: Row, zone: str, seen: _File, now: datetime
    ) -> _Wanted | Outcome:
        """The row as it is to be booked; or its outcome, if it is refused or booked already."""
        try:
            wanted = await _resolved(db, row, zone, self.who.organization_id, seen)
            if (first := seen.rows.setdefault(wanted.id, row.number)) != row.number:
                raise InvalidInput(f"row {first} is the same class", next_step="Remove one of the two rows.")
            if booked := await db.get(Session, wanted.id):
                _require_same(booked, wanted.new)
                return _taken(wanted, remark=_was_booked(booked))
            if self.dry_run:
                await self._require_bookable(db, wanted, zone, seen, now)
        except (HomeroomError, ValidationError) as error:
            return Outcome(Candidate(row.number, row.line, UUID(int=0), error), error)
        return wanted

    async def _require_bookable(
        self, db: AsyncSession, wanted: _Wanted, zone: str, seen: _File, now: datetime
    ) -> None:
        """Raises the error with which the booking would be refused, as far as it can be seen before."""
        new = wanted.new
        if new.starts_at <= now:
            raise BookingInPast
        if new.external_id and await sessions.by_external_id(db, new.external_id):
            raise external_id_taken()
        for person in wanted.people:
            for start, end, number in seen.times.setdefault(person, []):
                if start < new.ends_at and new.starts_at < end:
                    raise DoubleBooked(f"the instructor or a student is in the class of row {number} then")
            seen.times[person].append((new.starts_at, new.ends_at, wanted.row.number))
        session = Session(
            id=wanted.id, organization_id=self.who.organization_id, region="", course_id=new.course_id,
            instructor_id=new.instructor_id, title="", starts_at=new.starts_at, ends_at=new.ends_at,
            time_zone=zone, created_at=now,
        )  # fmt: skip
        override = bool(new.override_reason)
        await require_bookable(
            db, self.who, session, wanted.people, new.starts_at, new.ends_at, override=override
        )

    async def _booked(self, wanted: _Wanted | Outcome, turns: asyncio.Semaphore) -> Outcome:
        if isinstance(wanted, Outcome):
            return wanted
        try:
            async with turns:
                await self.classes.book(self.who.organization_id, wanted.id, wanted.new, again=True)
        except HomeroomError as error:
            return _taken(wanted, error)
        return _taken(wanted)


def _taken(wanted: _Wanted, refusal: Refusal | None = None, remark: str = "") -> Outcome:
    return Outcome(Candidate(wanted.row.number, wanted.row.line, wanted.id, wanted.new), refusal, remark)


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


async def _resolved(db: AsyncSession, row: Row, zone: str, organization_id: UUID, seen: _File) -> _Wanted:
    """Raises InvalidInput, UnknownReference, RepeatedTime, and ValidationError for values of a wrong kind."""
    if isinstance(row.content, InvalidInput):
        raise row.content
    given = BookingRow.model_validate(row.content)
    course = await _one(db, seen, "course", Course, given.course)
    instructor = await _one(db, seen, "instructor", Instructor, given.instructor)
    students = [await _one(db, seen, "students", Student, name) for name in given.students]
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
    enrolled = students or await people.enrolled_students(db, course)
    if not enrolled:
        raise InvalidInput(
            "students: nobody is enrolled in the course", next_step="Name the students, or enroll them first."
        )
    return _Wanted(row, _id_of(new, organization_id), new, (instructor, *enrolled))


def _id_of(new: NewSession, organization_id: UUID) -> UUID:
    values = {"external_id": new.external_id} if new.external_id else new.model_dump(mode="json")
    return uuid5(organization_id, f"booked from a file: {json.dumps(values, sort_keys=True)}")


async def _one(db: AsyncSession, seen: _File, column: str, table: type[SQLModel], given: str) -> UUID:
    """The row that a cell names. Raises UnknownReference, InvalidInput for a name that several rows have."""
    if known := seen.ids.get((table, given)):
        return known
    found = await rows_by_name.named(db, table, given)
    if len(found) == 1:
        seen.ids[table, given] = found[0]
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
