"""When instructors can teach, and an instructor who cannot for a while: each of their classes is offered to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError, InvalidInput, NotFound, StaleVersion
from domain.intervals import Interval
from domain.people.access import Principal
from domain.scheduling import leave as leave_rules
from models.case_routing import AlertChannel
from models.database import Database
from models.people import Instructor
from models.repositories import entities, substitutions
from models.substitution import InstructorAvailability
from services.class_commands import ClassCommands
from services.inputs.substitutions import AbsenceIn, AvailabilityIn, NewSubstitution

_MOST_LEAVE = 100  # entries that are kept, those that end last


@dataclass(frozen=True)
class ReplacedIn:
    """A class for which the search for another instructor was started, or why not."""

    session_id: UUID
    refusal: HomeroomError | None = None
    is_planned: bool = False  # left to the plan that is proposed after the leave


class InstructorAbsences:
    def __init__(self, database: Database, classes: ClassCommands) -> None:
        self._database = database
        self._classes = classes

    async def announce(
        self, who: Principal, instructor_id: UUID, absence: AbsenceIn, now: datetime
    ) -> list[ReplacedIn]:
        """Enter the absence as leave, and find somebody else for each class in it. A repeat starts nothing twice.
        See `replace_in`.

        Raises NotFound, InvalidInput for an absence that is over or too long.
        """
        leave_rules.require_possible(span_of(absence), now)
        async with self._database.tenant(who.organization_id) as db:
            await enter_leave(db, instructor_id, absence, now)
        return await self.replace_in(who, instructor_id, absence, now)

    async def replace_in(
        self, who: Principal, instructor_id: UUID, absence: AbsenceIn, now: datetime
    ) -> list[ReplacedIn]:
        """Find somebody else for each class in an absence that is entered. A repeat starts nothing twice.

        Substitutes are asked for the classes of the next seven days. All later ones are left to the plan that is
        proposed after the leave (`services/planning/replanning.py`), so that nobody is asked for a class of a plan.
        """
        async with self._database.tenant(who.organization_id) as db:
            start = max(absence.starts_at, now)
            classes = await substitutions.classes_of(db, instructor_id, start, absence.ends_at)
            searching = [session.id for session in classes if await substitutions.searching(db, session.id)]
        replaced = [ReplacedIn(key) for key in searching]
        for session in classes:
            if session.id in searching:
                continue
            if session.starts_at >= now + leave_rules.SEARCHED_WITHIN:
                replaced.append(ReplacedIn(session.id, is_planned=True))
            else:
                replaced.append(await self._replace(who, session.id, absence))
        return replaced

    async def _replace(self, who: Principal, session_id: UUID, absence: AbsenceIn) -> ReplacedIn:
        try:
            await self._classes.find_substitute(who, session_id, NewSubstitution(reason=absence.reason))
        except HomeroomError as error:
            return ReplacedIn(session_id, error)
        return ReplacedIn(session_id)


async def enter_leave(db: AsyncSession, instructor_id: UUID, absence: AbsenceIn, now: datetime) -> None:
    """Write down that an instructor cannot teach for a while, as far as that is not entered yet. Raises NotFound."""
    instructor = await _instructor(db, instructor_id, lock=True)
    row = await substitutions.availability(db, instructor_id) or _new(db, instructor, now)
    parts = leave_rules.added(span_of(absence), map(_stored_span, row.leave))
    if parts:
        new = [
            absence.model_copy(update={"starts_at": part.start, "ends_at": part.end}).model_dump(mode="json")
            for part in parts
        ]
        row.leave = sorted([*row.leave, *new], key=lambda one: _stored_span(one).end)[-_MOST_LEAVE:]
        row.updated_at = now
        await db.flush()


def span_of(absence: AbsenceIn) -> Interval:
    return Interval(absence.starts_at, absence.ends_at)


def _stored_span(one: Mapping[str, Any]) -> Interval:
    return span_of(AbsenceIn.model_validate(one))


@dataclass(frozen=True)
class StoredAvailability:
    availability: AvailabilityIn
    zone: str  # IANA, of its wall times
    version: str  # changes with each change; empty: nothing is stored yet


async def stored(db: AsyncSession, instructor_id: UUID) -> StoredAvailability:
    """When and how much an instructor can teach, to be changed. Raises NotFound."""
    instructor = await _instructor(db, instructor_id)
    row = await substitutions.availability(db, instructor_id)
    return StoredAvailability(_as_input(row), instructor.time_zone, _version(row))


async def availability(db: AsyncSession, instructor_id: UUID) -> AvailabilityIn:
    """When and how much an instructor can teach. Raises NotFound."""
    await _instructor(db, instructor_id)
    return _as_input(await substitutions.availability(db, instructor_id))


async def set_availability(
    db: AsyncSession, instructor_id: UUID, new: AvailabilityIn, now: datetime, *, version: str | None = None
) -> AvailabilityIn:
    """Replace it as a whole.

    Raises NotFound, UnknownReference for its channel, StaleVersion for another `version` than the stored one, and
    InvalidInput for new leave that is too long or overlaps, and for days that are listed twice.
    """
    instructor = await _instructor(db, instructor_id, lock=True)
    row = await substitutions.availability(db, instructor_id)
    if version is not None and version != _version(row):
        raise StaleVersion("somebody else changed it in the meantime")
    _require_possible(new, _as_input(row))
    row = row or _new(db, instructor, now)
    if new.alert_channel_id is not None:
        await entities.in_use(db, AlertChannel, new.alert_channel_id)
    for name, value in new.model_dump(mode="json").items():
        setattr(row, name, value)
    row.alert_channel_id = new.alert_channel_id
    row.updated_at = now
    await db.flush()
    return new


def _require_possible(new: AvailabilityIn, before: AvailabilityIn) -> None:
    """Raises InvalidInput for what is new and can't be. What is over may be entered, for the record."""
    known = {span_of(one) for one in before.leave}
    added = [span for span in map(span_of, new.leave) if span not in known]
    for span in added:
        leave_rules.require_short(span)
    leave_rules.require_apart([span for span in map(span_of, new.leave) if span in known], added)
    days = [one.day for one in new.days]
    twice = [one.day for one in new.days if one not in before.days and days.count(one.day) > 1]
    if twice:
        raise InvalidInput(
            leave_rules.DAY_TWICE, next_step="Remove one of the two.", day=twice[0].isoformat()
        )


def _as_input(row: InstructorAvailability | None) -> AvailabilityIn:
    if row is None:
        return AvailabilityIn()
    return AvailabilityIn.model_validate({name: getattr(row, name) for name in AvailabilityIn.model_fields})


def _version(row: InstructorAvailability | None) -> str:
    return row.updated_at.isoformat() if row else ""


def _new(db: AsyncSession, instructor: Instructor, now: datetime) -> InstructorAvailability:
    row = InstructorAvailability(
        organization_id=instructor.organization_id, instructor_id=instructor.id, updated_at=now
    )
    db.add(row)
    return row


async def _instructor(db: AsyncSession, instructor_id: UUID, *, lock: bool = False) -> Instructor:
    row = await (entities.lock(db, Instructor, instructor_id) if lock else db.get(Instructor, instructor_id))
    if row is None:
        raise NotFound(f"there is no instructor {instructor_id}")
    return row
