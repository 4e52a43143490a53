"""Closures: days on which an organization has no classes. Add them after a preview, and remove them.

Classes that are booked on such days are kept or cancelled, as whoever adds the closure says; nothing is cancelled
unasked. Classes of series that are not booked yet skip these days, and are planned again if a closure is removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict
from domain.people.access import Principal
from domain.scheduling.closures import ClosedTime, closed_time
from domain.sessions.bulk_acts import ClassAct
from domain.sessions.cancellations import CancelReason
from models.closure import Closure
from models.database import Database
from models.repositories import closures as repository
from models.session import Session
from services import organizations
from services.bulk_classes import BulkClasses, ClassResult
from services.inputs.class_acts import MOST_CLASSES, ClassActs
from services.inputs.closures import BookedClasses, NewClosure, NewClosures
from services.series_settling import keep_closed_days
from workflows.client import SeriesClient
from workflows.contracts.series import SeriesRef


@dataclass(frozen=True)
class StandingClass:
    """A booked class to come on a day that is closed."""

    session: Session
    closure: str  # its name


@dataclass(frozen=True)
class AddedClosures:
    closures: Sequence[Closure]
    kept: int  # booked classes that stand on these days
    cancelled: int
    refused: Sequence[ClassResult] = ()  # classes that could not be cancelled


class ClosureCommands:
    def __init__(self, database: Database, classes: BulkClasses, series: SeriesClient) -> None:
        self._database = database
        self._classes = classes
        self._series = series

    async def preview(self, who: Principal, new: Sequence[NewClosure], now: datetime) -> list[StandingClass]:
        """The booked classes that stand on these days, by start. Writes nothing."""
        async with self._database.tenant(who.organization_id) as db:
            return await standing(db, [_row(who, who.organization_id, one, now) for one in new], now)

    async def add(
        self, who: Principal, request_id: UUID, wanted: NewClosures, now: datetime
    ) -> AddedClosures:
        """Close these days; a closure that exists already is left as it is.

        Called again with the same `request_id`, it adds nothing twice, and cancels what is left to cancel. Raises
        Conflict where classes are booked on these days and it is not said what becomes of them.
        """
        async with self._database.tenant(who.organization_id) as db:
            await organizations.organization(db, lock=True)  # no closure is added twice
            rows = [
                _row(who, uuid5(request_id, str(number)), one, now)
                for number, one in enumerate(wanted.closures)
            ]
            classes = await standing(db, rows, now)
            if classes and wanted.booked_classes is None:
                raise Conflict(
                    f"{len(classes)} booked {'class stands' if len(classes) == 1 else 'classes stand'} on these days",
                    next_step="Say whether they are kept or cancelled.",
                )
            added = [await _added(db, row) for row in rows]
            touched = await _settle(db, added, now)
        await self._tell(who, touched)
        if wanted.booked_classes != BookedClasses.CANCEL:
            return AddedClosures(added, len(classes), 0)
        results = await self._cancel(who, [one.session.id for one in classes], f"closure-{request_id}", now)
        refused = [one for one in results if one.error]
        return AddedClosures(added, len(refused), len(results) - len(refused), refused)

    async def remove(self, who: Principal, closure_id: UUID, now: datetime) -> None:
        """Open the days again: classes of series that skipped them are planned again. Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, closure_id)
            await db.delete(row)
            touched = await _settle(db, [row], now)
        await self._tell(who, touched)

    async def _cancel(
        self, who: Principal, session_ids: Sequence[UUID], command_id: str, now: datetime
    ) -> list[ClassResult]:
        results: list[ClassResult] = []
        for first in range(0, len(session_ids), MOST_CLASSES):
            acts = ClassActs(
                action=ClassAct.CANCEL,
                ids=list(session_ids[first : first + MOST_CLASSES]),
                reason=CancelReason.HOLIDAY,
            )
            results += await self._classes.act(who, acts, command_id, now)
        return results

    async def _tell(self, who: Principal, series_ids: set[UUID]) -> None:
        for key in sorted(series_ids):
            await self._series.changed_or_later(SeriesRef(who.organization_id, key))


async def standing(db: AsyncSession, rows: Sequence[Closure], now: datetime) -> list[StandingClass]:
    """The booked classes to come on the days of these closures, by start."""
    found: dict[UUID, StandingClass] = {}
    for row, classes in await _classes_on(db, rows, now):
        for session in classes:
            found.setdefault(session.id, StandingClass(session, row.name))
    return sorted(found.values(), key=lambda one: (one.session.starts_at, one.session.id))


async def count_standing(db: AsyncSession, rows: Sequence[Closure], now: datetime) -> dict[UUID, int]:
    """How many booked classes to come stand on the days of each closure."""
    return {row.id: len(classes) for row, classes in await _classes_on(db, rows, now)}


async def _classes_on(
    db: AsyncSession, rows: Sequence[Closure], now: datetime
) -> list[tuple[Closure, list[Session]]]:
    """Each closure with the booked classes to come on its days."""
    found = []
    for row, span in await _spans(db, rows):
        booked = await repository.booked_between(db, max(span.start, now), span.end, row.region)
        found.append((row, [session for session in booked if session.starts_at > now]))
    return found


async def _spans(db: AsyncSession, rows: Sequence[Closure]) -> list[tuple[Closure, ClosedTime]]:
    zone = ZoneInfo((await organizations.organization(db)).time_zone)
    return [(row, closed_time(row.name, row.first_day, row.last_day, zone)) for row in rows]


async def _settle(db: AsyncSession, rows: Sequence[Closure], now: datetime) -> set[UUID]:
    touched: set[UUID] = set()
    for _, span in await _spans(db, rows):
        touched |= await keep_closed_days(db, now, start=span.start, end=span.end)
    return touched


async def _added(db: AsyncSession, row: Closure) -> Closure:
    if existing := await repository.like(db, row):
        return existing
    db.add(row)
    await db.flush()
    return row


def _row(who: Principal, key: UUID, new: NewClosure, now: datetime) -> Closure:
    return Closure(
        id=key,
        organization_id=who.organization_id,
        name=new.name,
        first_day=new.first_day,
        last_day=new.ends_on,
        region=new.region,
        created_by=who.actor,
        created_at=now,
    )
