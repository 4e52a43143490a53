"""Imports the calendar of an instructor as times at which they are busy elsewhere: a file once, a feed again and again.

What cannot be read is told: at once to who imports it, later beside the calendar, whose times stay as they were read
last. The address of a feed is a secret of the instructor, and is sealed.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import HomeroomError, NotFound
from domain.subjects import Subject, SubjectKind
from integrations.outside_calendars import OutsideCalendars, host_of
from models.database import Database
from models.imported_calendar import ImportedCalendar
from models.people import Instructor
from models.repositories import entities, imported_calendars
from services.cases import NewCase, open_case, resolve_about
from services.inputs.calendars import CalendarIn
from services.turns import Turns
from signing.sealing import Sealer, Unsealable

AHEAD = timedelta(days=366)  # how far ahead busy times are kept
_BACK = timedelta(days=1)
_EVERY = timedelta(minutes=25)  # a little less than the schedule's interval
_MOST = 500  # feeds in one run
_FAILS_FOR = timedelta(hours=24)  # until a feed that cannot be read is an exception
_AT_ONCE = 4  # feeds that are read at the same time
FILE = "file"


@dataclass(frozen=True)
class ReadAgain:
    read: int
    failed: int


class CalendarImports:
    def __init__(self, database: Database, calendars: OutsideCalendars, turns: Turns, sealer: Sealer) -> None:
        self._database = database
        self._calendars = calendars
        self._turns = turns
        self._sealer = sealer

    async def put(
        self, organization_id: UUID, instructor_id: UUID, new: CalendarIn, now: datetime
    ) -> ImportedCalendar:
        """Import a calendar in place of the one before.

        Raises NotFound, InvalidInput for an address or a calendar that is not right, RateLimited, and Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            zone = (await _instructor(db, instructor_id)).time_zone
        url = new.https_url
        content = await self._calendars.fetch(url) if url else (new.content or "").encode()
        async with self._turns.of(organization_id):
            busy = await self._calendars.busy_times(content, zone, now - _BACK, now + AHEAD)
        async with self._database.tenant(organization_id) as db:
            await _instructor(db, instructor_id, lock=True)
            row = await imported_calendars.of(db, instructor_id) or ImportedCalendar(
                organization_id=organization_id,
                instructor_id=instructor_id,
                source="",
                until=now,
                read_at=now,
                tried_at=now,
            )
            row.source, row.address = (host_of(url), self._sealer.seal(url)) if url else (FILE, "")
            _write(row, busy, now)
            await _close_unreadable(db, instructor_id, now)
            db.add(row)
            await db.flush()
            return row

    async def read_again(self, region: str, now: datetime) -> ReadAgain:
        """Read the feeds of a region whose turn it is. One that fails spoils no other."""
        async with self._database.unscoped() as db:
            due = await imported_calendars.due(db, region, now - _EVERY, _MOST)
        limit = asyncio.Semaphore(_AT_ONCE)

        async def read(organization_id: UUID, instructor_id: UUID) -> bool:
            async with limit:
                return await self._read_again(organization_id, instructor_id, now)

        results = await asyncio.gather(*(read(one.organization_id, one.instructor_id) for one in due))
        return ReadAgain(sum(results), len(results) - sum(results))

    async def _read_again(self, organization_id: UUID, instructor_id: UUID, now: datetime) -> bool:
        async with self._database.tenant(organization_id) as db:
            row = await imported_calendars.of(db, instructor_id)
            if row is None or not row.address:
                return True
            sealed, zone = row.address, (await _instructor(db, instructor_id)).time_zone
        busy, problem = [], ""
        try:
            content = await self._calendars.fetch(self._sealer.open(sealed))
            async with self._turns.of(organization_id):
                busy = await self._calendars.busy_times(content, zone, now - _BACK, now + AHEAD)
        except Unsealable:
            problem = "the calendar's address can't be read; enter it again"
        except HomeroomError as error:
            problem = error.detail
        async with self._database.tenant(organization_id) as db:
            await _instructor(db, instructor_id, lock=True)
            row = await imported_calendars.of(db, instructor_id)
            if row is None or row.address != sealed:
                return True  # it was replaced in the meantime
            if problem:
                row.problem, row.tried_at = problem, now
                if now - row.read_at >= _FAILS_FOR:
                    await _report_unreadable(db, row, now)
            else:
                _write(row, busy, now)
                await _close_unreadable(db, instructor_id, now)
            await db.flush()
        return not problem


async def get(db: AsyncSession, instructor_id: UUID) -> ImportedCalendar:
    """Raises NotFound for an instructor without an imported calendar."""
    row = await imported_calendars.of(db, instructor_id)
    if row is None:
        raise NotFound("this instructor has no imported calendar")
    return row


async def remove(db: AsyncSession, instructor_id: UUID, now: datetime) -> None:
    """Forget an instructor's calendar and its busy times. Raises NotFound for an instructor without one."""
    await get(db, instructor_id)
    await imported_calendars.remove(db, instructor_id)
    await _close_unreadable(db, instructor_id, now)


def _write(row: ImportedCalendar, busy: list[tuple[str, str]], now: datetime) -> None:
    row.busy = [list(span) for span in busy]
    row.until, row.read_at, row.tried_at, row.problem = now + AHEAD, now, now, ""


async def _report_unreadable(db: AsyncSession, row: ImportedCalendar, now: datetime) -> None:
    since = row.read_at.isoformat()
    new = NewCase(
        row.organization_id,
        Subject(SubjectKind.INSTRUCTOR, row.instructor_id),
        ExceptionKind.CALENDAR_UNREADABLE,
        detail={"read_at": since},
        key=since,
    )
    await open_case(db, new, now)


async def _close_unreadable(db: AsyncSession, instructor_id: UUID, now: datetime) -> None:
    subject = Subject(SubjectKind.INSTRUCTOR, instructor_id)
    why = "the calendar is read again, or is not imported any more"
    await resolve_about(db, subject, ExceptionKind.CALENDAR_UNREADABLE, why, now)


async def _instructor(db: AsyncSession, instructor_id: UUID, *, lock: bool = False) -> Instructor:
    row = await (entities.lock(db, Instructor, instructor_id) if lock else db.get(Instructor, instructor_id))
    if row is None:
        raise NotFound(f"there is no instructor {instructor_id}")
    return row
