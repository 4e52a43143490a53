"""Covers the classes of an instructor who cannot teach for a while: found by one repair of the plan, shown, applied."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import InvalidInput, NotFound, StaleRevision
from domain.intervals import Interval
from domain.people.access import Principal
from domain.scheduling.leave import require_possible
from matching.calendars import Calendars
from matching.prepared import PreparedProblem
from matching.repair import Repair, repair
from models.database import Database
from models.people import Instructor
from models.repositories import entities, names, substitutions
from models.substitution import Substitution
from services import command_outcomes
from services.inputs.substitutions import AbsenceIn
from services.instructor_absences import enter_leave
from services.planning.problems import PlanningProblem, problem_of
from services.substitution_notices import SubstitutionNotices
from services.substitutions import Assignment, assign_all
from workflows.client import SubstitutionClient
from workflows.contracts.substitutions import SubstitutionRef

_LONGEST_DAYS = 14
_SECONDS = 5.0  # that the search for the least changes may take


@dataclass(frozen=True)
class CoverChange:
    """A class that changes hands. `after_id` None: nobody can take it."""

    session_id: UUID
    title: str
    starts_at: datetime
    before_id: UUID
    after_id: UUID | None


@dataclass(frozen=True)
class Cover:
    changes: tuple[CoverChange, ...]  # the instructor's classes first, then those that move for them
    rules_version: int
    names: Mapping[UUID, str]

    @property
    def fingerprint(self) -> str:
        """Names these changes, so that nobody applies others than they have read."""
        changes = sorted(f"{one.session_id} {one.before_id} {one.after_id}" for one in self.changes)
        return hashlib.sha256("\n".join(changes).encode()).hexdigest()[:32]

    @property
    def covered(self) -> tuple[CoverChange, ...]:
        return tuple(one for one in self.changes if one.after_id is not None)


async def find_cover(
    db: AsyncSession, instructor_id: UUID, start: datetime, end: datetime, now: datetime
) -> Cover:
    """Who could teach what an instructor has from `start` until `end`, with as few other changes as possible.

    Classes that have begun stay, and so do those of others outside this time. Raises NotFound, InvalidInput for a span
    that is over, or longer than 14 days.
    """
    if (end - start).days > _LONGEST_DAYS:
        raise InvalidInput(
            f"an absence is covered for at most {_LONGEST_DAYS} days at once",
            next_step="Choose a shorter time.",
        )
    require_possible(Interval(start, end), now)
    instructor = await entities.get(db, Instructor, instructor_id)
    since = max(start, now)
    built = await problem_of(db, since, end, now, keeps_time=True)
    if instructor_id not in built.names:
        raise NotFound(
            f"{instructor.name} is retired",
            next_step="Restore them first, or look for somebody else.",
            instructor_id=str(instructor_id),
        )
    mine = {
        one.id
        for one in built.problem.classes
        if one.id in built.planned and one.published_instructor_id == instructor_id
    }
    made = await asyncio.to_thread(_repaired, built, instructor_id, mine)
    by_id = {one.id: one for one in built.problem.classes}
    changes = tuple(
        CoverChange(
            one.class_id,
            built.titles[one.class_id],
            by_id[one.class_id].starts_at,
            one.before,
            one.after,
        )
        for one in made.changes
        if one.before is not None
    )
    return Cover(changes, built.rules_version, built.names)


def _repaired(built: PlanningProblem, instructor_id: UUID, class_ids: set[UUID]) -> Repair:
    calendars = Calendars(PreparedProblem(built.problem))
    calendars.assign_published()
    return repair(calendars, instructor_id, class_ids, seconds=_SECONDS)


class Covers:
    def __init__(self, database: Database, notices: SubstitutionNotices, client: SubstitutionClient) -> None:
        self._database = database
        self._notices = notices
        self._client = client

    async def apply(
        self,
        who: Principal,
        instructor_id: UUID,
        absence: AbsenceIn,
        fingerprint: str,
        now: datetime,
        command_id: str = "",
    ) -> Cover:
        """Let the others take over, all at once: everybody is told, and calendars change in one transaction.

        The absence is entered as leave, so that nothing new is booked in it. A repeat under the same `command_id` tells
        the workflows of the classes again, and nobody else.

        Raises StaleRevision if other changes would be made than those that `fingerprint` names, DoubleBooked,
        NotFound, InvalidInput, Unavailable, and then it is to be repeated.
        """
        async with self._database.tenant(who.organization_id) as db:
            known = await command_outcomes.earlier(db, who, command_id, now)
            if known is None:
                found, rows = await self._apply(db, who, instructor_id, absence, fingerprint, now, command_id)
                await command_outcomes.keep(db, who, command_id, _outcome(found, rows))
            else:
                found = await _as_applied(db, known)
                rows = [await substitutions.get(db, UUID(key)) for key in known["substitutions"]]
            refs = [
                (SubstitutionRef(row.organization_id, row.session_id, row.id), row.number) for row in rows
            ]
        for ref, number in refs:  # each tells the workflow of its class who teaches it now
            await self._client.start(ref, number)
        return found

    async def _apply(
        self,
        db: AsyncSession,
        who: Principal,
        instructor_id: UUID,
        absence: AbsenceIn,
        fingerprint: str,
        now: datetime,
        command_id: str,
    ) -> tuple[Cover, list[Substitution]]:
        found = await find_cover(db, instructor_id, absence.starts_at, absence.ends_at, now)
        if found.fingerprint != fingerprint:
            raise StaleRevision("classes or calendars have changed since you read who takes over")
        wanted = [
            Assignment(one.session_id, one.before_id, one.after_id)
            for one in found.changes
            if one.after_id is not None
        ]
        await enter_leave(db, instructor_id, absence, now)
        act_id = uuid5(who.organization_id, f"cover: {command_id}") if command_id else uuid7()
        rows = await assign_all(
            db,
            who,
            wanted,
            absence.reason,
            found.rules_version,
            self._notices,
            now,
            act_id if len(wanted) > 1 else None,
        )
        return found, rows


def _outcome(found: Cover, rows: Sequence[Substitution]) -> dict[str, Any]:
    changes = [
        {
            "session_id": str(one.session_id),
            "title": one.title,
            "starts_at": one.starts_at.isoformat(),
            "before_id": str(one.before_id),
            "after_id": str(one.after_id) if one.after_id else None,
        }
        for one in found.changes
    ]
    made = [str(row.id) for row in rows]
    return {"changes": changes, "rules_version": found.rules_version, "substitutions": made}


async def _as_applied(db: AsyncSession, known: Mapping[str, Any]) -> Cover:
    changes = tuple(
        CoverChange(
            UUID(one["session_id"]),
            one["title"],
            datetime.fromisoformat(one["starts_at"]),
            UUID(one["before_id"]),
            UUID(one["after_id"]) if one["after_id"] else None,
        )
        for one in known["changes"]
    )
    people = {key for one in changes for key in (one.before_id, one.after_id) if key}
    return Cover(changes, known["rules_version"], await names.of(db, Instructor, people))
