"""Books classes from the rows of a file. Each row is booked or refused by itself, and the refusal names its column.

A row's class has an id made of its external id, or of all its values where it has none: the same file sent again books
nothing twice, and a row that was changed in between is refused where its class is booked already.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
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
from domain.scheduling.closures import ClosedTime
from domain.sessions.schedule import check_length
from models.closure import Closure
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import booked_times, entities, people, rows_by_name, sessions
from models.session import Session
from services import organizations
from services.bookings import external_id_taken
from services.bulk_import.importer import Candidate, Outcome, Refusal
from services.bulk_import.parsing import Row
from services.clashes import require_bookable
from services.class_commands import ClassCommands
from services.closed_times import closures_between, concerning
from services.inputs.fields import ExternalId, Schema, TimeZone
from services.inputs.sessions import NewSession, OverrideReason
from services.instructor_rules import InstructorRules, read_rules
from services.instructor_standing import class_of

MOST_ROWS = 2_000
_CHECKED, _BOOKED, _AT_ONCE = 500, 50, 8  # rows in a batch, and classes that are booked side by side
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_USUAL_MINUTES = 60
_YEARS = range(2000, 2100)  # in which an offset cannot leave the range of datetime


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


class _Times:
    """Times that take people, found by day. Each has a number, that of the row which would take it; 0: of none."""

    def __init__(self) -> None:
        self._by_day: dict[tuple[UUID, date], list[tuple[datetime, datetime, int]]] = defaultdict(list)

    def add(self, person: UUID, start: datetime, end: datetime, number: int = 0) -> None:
        for day in _days(start, end):
            self._by_day[person, day].append((start, end, number))

    def taken_by(self, person: UUID, start: datetime, end: datetime) -> int | None:
        """The number of the first time that overlaps this one; None: the person is free."""
        for day in _days(start, end):
            for since, until, number in self._by_day.get((person, day), ()):
                if since < end and start < until:
                    return number
        return None


def _days(start: datetime, end: datetime) -> Iterator[date]:
    """Of UTC."""
    day, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


@dataclass
class _File:
    """What the rows so far would book, by which rows of one file are compared."""

    rows: dict[UUID, int] = field(default_factory=dict)  # id of a class to the number of its row
    times: _Times = field(default_factory=_Times)


@dataclass(frozen=True)
class _Wanted:
    """A row that names what exists, ready to be booked."""

    row: Row
    id: UUID
    new: NewSession
    people: tuple[UUID, ...]


@dataclass(frozen=True)
class _Known:
    """What the database has of the people, courses and times that some rows name, read with one query for each kind."""

    sessions: Mapping[UUID, Session]  # that these rows have booked before
    external_ids: Collection[str]  # that other classes have
    courses: Mapping[UUID, Course]
    rules: InstructorRules
    closures: Sequence[tuple[Closure, ClosedTime]]
    booked: _Times


@dataclass(frozen=True)
class BookingImport:
    """Books the rows of a file as the act `act_id`: each person is told of all their classes in one message."""

    database: Database
    classes: ClassCommands
    who: Principal
    dry_run: bool = False
    act_id: UUID | None = None  # None: each class is told of by itself

    async def take(self, rows: Iterator[Row], now: datetime) -> AsyncIterator[list[Outcome]]:
        """Book the rows; yields the outcomes batch by batch, in the order of the file.

        Raises InvalidInput for a file with too many rows, after the outcomes of those before.
        """
        taken, seen = 0, _File()
        most = _CHECKED if self.dry_run else _BOOKED
        while batch := await asyncio.to_thread(list, islice(rows, most)):
            taken += len(batch)
            if taken > MOST_ROWS:
                raise InvalidInput(
                    f"the file has more than {MOST_ROWS:,} rows", next_step="Split it, and send the parts."
                )
            yield await self._batch(batch, seen, now)

    async def _batch(self, batch: Sequence[Row], seen: _File, now: datetime) -> list[Outcome]:
        async with self.database.tenant(self.who.organization_id) as db:
            zone = (await organizations.organization(db)).time_zone
            resolved = await _resolved(db, batch, zone, self.who.organization_id)
            known = await self._known(db, [one for one in resolved if isinstance(one, _Wanted)])
            wanted = [await self._checked(db, one, known, zone, seen, now) for one in resolved]
        if self.dry_run:
            return [one if isinstance(one, Outcome) else _taken(one) for one in wanted]
        turns = asyncio.Semaphore(_AT_ONCE)
        return await asyncio.gather(*(self._booked(one, turns) for one in wanted))

    async def _known(self, db: AsyncSession, wanted: Sequence[_Wanted]) -> _Known | None:
        """None: there is nothing to know of no rows."""
        if not wanted:
            return None
        booked = await sessions.get_sessions(db, [one.id for one in wanted])
        news = [one.new for one in wanted] if self.dry_run else []
        start = min((new.starts_at for new in news), default=_EPOCH)
        end = max((new.ends_at for new in news), default=_EPOCH)
        people_ids = {person for one in wanted for person in one.people} if self.dry_run else set()
        return _Known(
            {row.id: row for row in booked},
            await sessions.with_external_ids(db, [new.external_id for new in news if new.external_id]),
            {
                row.id: row
                for row in await entities.all_in_use(db, Course, list({new.course_id for new in news}))
            },
            await read_rules(db, {new.instructor_id for new in news}, start, end),
            await closures_between(db, start, end),
            await _booked(db, people_ids, start, end),
        )

    async def _checked(
        self,
        db: AsyncSession,
        wanted: _Wanted | Outcome,
        known: _Known | None,
        zone: str,
        seen: _File,
        now: datetime,
    ) -> _Wanted | Outcome:
        """The row as it is to be booked; or its outcome, if it is refused or booked already."""
        if isinstance(wanted, Outcome) or known is None:
            return wanted
        try:
            if (first := seen.rows.setdefault(wanted.id, wanted.row.number)) != wanted.row.number:
                raise InvalidInput(f"row {first} is the same class", next_step="Remove one of the two rows.")
            if booked := known.sessions.get(wanted.id):
                _require_same(booked, wanted.new)
                return _taken(wanted, remark=_was_booked(booked))
            if self.dry_run:
                await self._require_bookable(db, wanted, known, zone, seen, now)
        except HomeroomError as error:
            return _refused(wanted.row, error)
        return wanted

    async def _require_bookable(
        self, db: AsyncSession, wanted: _Wanted, known: _Known, zone: str, seen: _File, now: datetime
    ) -> None:
        """Raises the error with which the booking would be refused, as far as it can be seen before."""
        new = wanted.new
        if new.starts_at <= now:
            raise BookingInPast
        if new.external_id in known.external_ids:
            raise external_id_taken()
        span = new.starts_at, new.ends_at
        for person in wanted.people:
            if number := seen.times.taken_by(person, *span):
                raise DoubleBooked(f"the instructor or a student is in the class of row {number} then")
            seen.times.add(person, *span, wanted.row.number)
        if any(known.booked.taken_by(person, *span) is not None for person in wanted.people):
            await self._require_free(db, wanted, zone, now)
        asked = class_of(known.courses[new.course_id], new.starts_at, new.ends_at)
        asked = replace(asked, closed=concerning(known.closures, asked.requirements.region))
        if not new.override_reason and (refusal := known.rules.refusal_of(new.instructor_id, asked)):
            raise refusal

    async def _require_free(self, db: AsyncSession, wanted: _Wanted, zone: str, now: datetime) -> None:
        """Raises DoubleBooked, with the names of who is taken and by what."""
        new = wanted.new
        session = Session(
            id=wanted.id, organization_id=self.who.organization_id, region="", course_id=new.course_id,
            instructor_id=new.instructor_id, title="", starts_at=new.starts_at, ends_at=new.ends_at,
            time_zone=zone, created_at=now,
        )  # fmt: skip
        await require_bookable(
            db, self.who, session, wanted.people, new.starts_at, new.ends_at, override=True
        )

    async def _booked(self, wanted: _Wanted | Outcome, turns: asyncio.Semaphore) -> Outcome:
        if isinstance(wanted, Outcome):
            return wanted
        try:
            async with turns:
                await self.classes.book(
                    self.who.organization_id, wanted.id, wanted.new, again=True, act_id=self.act_id
                )
        except HomeroomError as error:
            return _taken(wanted, error)
        return _taken(wanted)


async def _booked(db: AsyncSession, person_ids: Collection[UUID], start: datetime, end: datetime) -> _Times:
    times = _Times()
    for person, spans in (await booked_times.overlapping(db, person_ids, start, end)).items():
        for since, until in spans:
            times.add(person, since, until)
    return times


def _refused(row: Row, error: Refusal) -> Outcome:
    return Outcome(Candidate(row.number, row.line, UUID(int=0), error), error)


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


async def _resolved(
    db: AsyncSession, batch: Sequence[Row], zone: str, organization_id: UUID
) -> list[_Wanted | Outcome]:
    """The rows with what their cells name, or refused where that is nothing."""
    given = [_given(row) for row in batch]
    read = [one for one in given if isinstance(one, BookingRow)]
    names: dict[type[SQLModel], Mapping[str, Sequence[UUID]]] = {
        Course: await rows_by_name.all_named(db, Course, {one.course for one in read}),
        Instructor: await rows_by_name.all_named(db, Instructor, {one.instructor for one in read}),
        Student: await rows_by_name.all_named(db, Student, {name for one in read for name in one.students}),
    }
    courses = {keys[0] for keys in names[Course].values() if len(keys) == 1}
    enrolled = await people.enrolled_by_course(db, courses)
    found: list[_Wanted | Outcome] = []
    for row, one in zip(batch, given, strict=True):
        try:
            if not isinstance(one, BookingRow):
                raise one
            found.append(_wanted(row, one, names, enrolled, zone, organization_id))
        except (HomeroomError, ValidationError) as error:
            found.append(_refused(row, error))
    return found


def _given(row: Row) -> BookingRow | Refusal:
    if isinstance(row.content, InvalidInput):
        return row.content
    try:
        return BookingRow.model_validate(row.content)
    except ValidationError as error:
        return error


def _wanted(
    row: Row,
    given: BookingRow,
    names: Mapping[type[SQLModel], Mapping[str, Sequence[UUID]]],
    enrolled: Mapping[UUID, Sequence[UUID]],
    zone: str,
    organization_id: UUID,
) -> _Wanted:
    """Raises InvalidInput, UnknownReference, RepeatedTime, and ValidationError for values of a wrong kind."""
    course = _one(names, "course", Course, given.course)
    instructor = _one(names, "instructor", Instructor, given.instructor)
    students = [_one(names, "students", Student, name) for name in given.students]
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
    present = students or enrolled.get(course, ())
    if not present:
        raise InvalidInput(
            "students: nobody is enrolled in the course", next_step="Name the students, or enroll them first."
        )
    return _Wanted(row, _id_of(new, organization_id), new, (instructor, *present))


def _id_of(new: NewSession, organization_id: UUID) -> UUID:
    values = {"external_id": new.external_id} if new.external_id else new.model_dump(mode="json")
    return uuid5(organization_id, f"booked from a file: {json.dumps(values, sort_keys=True)}")


def _one(
    names: Mapping[type[SQLModel], Mapping[str, Sequence[UUID]]],
    column: str,
    table: type[SQLModel],
    given: str,
) -> UUID:
    """The row that a cell names. Raises UnknownReference, InvalidInput for a name that several rows have."""
    found = names[table][given]
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
