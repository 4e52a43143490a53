"""Closures: days on which an organization has no classes. Add and change them after a preview, and remove them.

Classes that are booked on such days are kept or cancelled, as whoever adds the closure says; nothing is cancelled
unasked. Classes of series that are not booked yet skip these days, and are planned again where days are opened. Classes
that were cancelled for a holiday stay cancelled, and are named to whoever opens their days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, InvalidInput
from domain.people.access import Principal
from domain.scheduling.closures import ClosedTime, closed_time
from domain.sessions.bulk_acts import ClassAct
from domain.sessions.cancellations import CancelReason
from models.closure import Closure
from models.database import Database
from models.repositories import closures as repository
from models.repositories import entities
from models.session import Session
from services import organizations
from services.bulk_classes import BulkClasses, ClassResult
from services.inputs.class_acts import MOST_CLASSES, ClassActs
from services.inputs.closures import (
    BookedClasses,
    ClosureChange,
    ClosureEdit,
    NewClosure,
    NewClosures,
    problem_of_days,
)
from services.series_settling import Settled, keep_closed_days, would_settle
from workflows.client import SeriesClient
from workflows.contracts.series import SeriesRef

_EDITED = frozenset({"name", "first_day", "last_day", "region"})


@dataclass(frozen=True)
class StandingClass:
    """A booked class to come on a day that is closed."""

    session: Session
    closure: str  # its name


@dataclass(frozen=True, kw_only=True)
class BookedOutcome:
    """What has become of booked classes on days that closed."""

    kept: int
    cancelled: int
    refused: Sequence[ClassResult] = ()  # classes that could not be cancelled


@dataclass(frozen=True, kw_only=True)
class AddedClosures(BookedOutcome):
    closures: Sequence[Closure]


@dataclass(frozen=True)
class ClosureEffect:
    """What a change of a closure does, or would do."""

    booked: Sequence[StandingClass]  # booked classes on days that close by it
    skipped: int  # classes of series, not booked yet, that fall on closed days by it
    planned_again: int  # classes of series that were skipped, and are planned again
    stay_cancelled: Sequence[Session]  # cancelled for a holiday, on days that open by it


@dataclass(frozen=True, kw_only=True)
class ChangedClosure(BookedOutcome):
    closure: Closure
    skipped: int
    planned_again: int
    stay_cancelled: Sequence[Session]  # as in ClosureEffect


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
                raise _undecided(len(classes))
            added = [await _added(db, row) for row in rows]
            settled = await _settle(db, added, now)
        await self._tell(who, settled.series_ids)
        booked = await self._decide(who, classes, wanted.booked_classes, f"closure-{request_id}", now)
        return AddedClosures(**vars(booked), closures=added)

    async def preview_change(
        self, who: Principal, closure_id: UUID, edit: ClosureEdit, now: datetime
    ) -> ClosureEffect:
        """What a change would do. Writes nothing. Raises NotFound, InvalidInput."""
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, closure_id)
            return await _effect(db, row, _edited(row, edit), now)

    async def change(
        self, who: Principal, closure_id: UUID, change: ClosureChange, version: int | None, now: datetime
    ) -> ChangedClosure:
        """Change the name, the days or the region of a closure.

        Classes are cancelled before the days close: sent again after an interruption, it cancels what is left. Raises
        NotFound, InvalidInput, StaleVersion, Conflict where classes are booked on days that close and it is not said
        what becomes of them, or where there is such a closure already.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, closure_id)
            entities.check_version(row.version, version)
            edited, read_version = _edited(row, change), row.version
            await _require_unlike_others(db, edited)
            effect = await _effect(db, row, edited, now)
            if effect.booked and change.booked_classes is None:
                raise _undecided(len(effect.booked))
        command_id = f"closure-{closure_id}-{read_version}"
        booked = await self._decide(who, effect.booked, change.booked_classes, command_id, now)
        async with self._database.tenant(who.organization_id) as db:
            await organizations.organization(db, lock=True)
            row = await repository.get(db, closure_id, lock=True)
            entities.check_version(row.version, read_version)
            before = _copy(row)
            for name in _EDITED:
                setattr(row, name, getattr(edited, name))
            row.version += 1
            await _require_unlike_others(db, row)
            settled = await _settle(db, [before, row], now)
        await self._tell(who, settled.series_ids)
        return ChangedClosure(
            **vars(booked),
            closure=row,
            skipped=settled.skipped,
            planned_again=settled.planned_again,
            stay_cancelled=effect.stay_cancelled,
        )

    async def remove(self, who: Principal, closure_id: UUID, now: datetime) -> None:
        """Open the days again: classes of series that skipped them are planned again. Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            row = await repository.get(db, closure_id)
            await db.delete(row)
            settled = await _settle(db, [row], now)
        await self._tell(who, settled.series_ids)

    async def _decide(
        self,
        who: Principal,
        booked: Sequence[StandingClass],
        wanted: BookedClasses | None,
        command_id: str,
        now: datetime,
    ) -> BookedOutcome:
        """Cancel these classes, if that is wanted; sent again, a command cancels what is left."""
        if wanted != BookedClasses.CANCEL:
            return BookedOutcome(kept=len(booked), cancelled=0)
        ids = [one.session.id for one in booked]
        results: list[ClassResult] = []
        for first in range(0, len(ids), MOST_CLASSES):
            acts = ClassActs(
                action=ClassAct.CANCEL, ids=ids[first : first + MOST_CLASSES], reason=CancelReason.HOLIDAY
            )
            results += await self._classes.act(who, acts, command_id, now)
        refused = [one for one in results if one.error]
        return BookedOutcome(kept=len(refused), cancelled=len(results) - len(refused), refused=refused)

    async def _tell(self, who: Principal, series_ids: frozenset[UUID]) -> None:
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


async def _effect(db: AsyncSession, row: Closure, edited: Closure, now: datetime) -> ClosureEffect:
    had = {one.session.id for one in await standing(db, [row], now)}
    booked = [one for one in await standing(db, [edited], now) if one.session.id not in had]
    (_, before), (_, after) = await _spans(db, [row, edited])
    start, end = min(before.start, after.start), max(before.end, after.end)
    settled = await would_settle(db, now, start, end, (edited, after))
    cancelled = await repository.cancelled_for_holidays(db, max(before.start, now), before.end, row.region)
    still = await repository.cancelled_for_holidays(db, after.start, after.end, edited.region)
    closed = {session.id for session in still}
    return ClosureEffect(
        booked, settled.skipped, settled.planned_again, [one for one in cancelled if one.id not in closed]
    )


async def _settle(db: AsyncSession, rows: Sequence[Closure], now: datetime) -> Settled:
    settled = Settled()
    for _, span in await _spans(db, rows):
        settled += await keep_closed_days(db, now, start=span.start, end=span.end)
    return settled


async def _added(db: AsyncSession, row: Closure) -> Closure:
    if existing := await repository.like(db, row):
        return existing
    db.add(row)
    await db.flush()
    return row


async def _require_unlike_others(db: AsyncSession, row: Closure) -> None:
    """Raises Conflict where another closure has the same name, days and region."""
    with db.no_autoflush:
        existing = await repository.like(db, row)
    if existing and existing.id != row.id:
        raise Conflict("there is such a closure already", next_step="Remove one of the two.")


def _undecided(count: int) -> Conflict:
    return Conflict(
        f"{count} booked {'class stands' if count == 1 else 'classes stand'} on these days",
        next_step="Say whether they are kept or cancelled.",
    )


def _edited(row: Closure, edit: ClosureEdit) -> Closure:
    """A copy of the closure with what is changed. Raises InvalidInput for days out of order."""
    edited = _copy(row)
    for name in _EDITED & edit.model_fields_set:
        setattr(edited, name, getattr(edit, name))
    if problem := problem_of_days(edited.first_day, edited.last_day):
        raise InvalidInput(problem, next_step="Choose other days.")
    return edited


def _copy(row: Closure) -> Closure:
    """A row of no session."""
    return Closure(**row.model_dump())


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
