"""Reports that the instructor of a class has not come: opens the case, and starts the substitution.

The room watch reports it for all classes of a region. The workflow of a class does so too, for a watch that is down:
both name the report alike, so that it counts once.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.people.roles import identity_of
from domain.presence.arrivals import INSTRUCTOR_PROBLEMS, came_to_class
from domain.presence.attendance import fold_attendance
from domain.presence.occurrences import events_since
from domain.sessions.states import ROOM_STATES
from models.database import Database
from models.repositories import cases, sessions
from models.session import Participant, Session
from services.attendance import evidence
from services.cases import NewCase, open_case, resolve_by_itself
from services.substitution_start import InstructorAbsence, SubstitutionStarter


def start_key(moves: int) -> str:
    """Names the reports about one start of a class, which was moved so many times."""
    return f"at start {moves}"


@dataclass(frozen=True)
class Expected:
    """A class that runs without its instructor, according to the record."""

    session: Session
    teachers: tuple[Participant, ...]

    @property
    def identities(self) -> frozenset[str]:
        return frozenset(identity_of(person.id) for person in self.teachers)


class InstructorAbsences:
    def __init__(self, database: Database, substitutions: SubstitutionStarter) -> None:
        self._database = database
        self._substitutions = substitutions

    async def expected(
        self, organization_id: UUID, session_id: UUID, starts_at: datetime, now: datetime
    ) -> Expected | None:
        """The class, if it began at this start and its instructor has not come according to the record."""
        async with self._database.tenant(organization_id) as db:
            session = await sessions.get_session(db, session_id)
            if session.state not in ROOM_STATES or session.starts_at != starts_at or now >= session.ends_at:
                return None
            teachers = teachers_among(session, await sessions.participants(db, session_id))
            if await has_come(db, session, teachers):
                return None
        return Expected(session, tuple(teachers))

    async def report(self, absent: Expected, now: datetime) -> None:
        """Open the case of the absent instructor, and start a substitution. Raises Unavailable."""
        session = absent.session
        detail = {"starts_at": session.starts_at.isoformat()}
        for person in absent.teachers:
            detail |= {"instructor_id": str(person.instructor_id), "participant_id": str(person.id)}
            detail["checked_in"] = str(person.has_checked_in(session.starts_at)).lower()
        kind = ExceptionKind.INSTRUCTOR_ABSENT
        key = start_key(session.moves)
        new = NewCase.about_session(session.organization_id, session.id, kind, "", detail, key)
        async with self._database.tenant(session.organization_id) as db:
            for weaker in await cases.open_of_sessions(db, [session.id], INSTRUCTOR_PROBLEMS[:-1]):
                resolve_by_itself(weaker, f"Superseded by {kind}.", now)
            await open_case(db, new, now)
        await self._substitutions.start(
            InstructorAbsence(session.organization_id, session.id, session.starts_at, session.moves)
        )


def teachers_among(session: Session, participants: Iterable[Participant]) -> list[Participant]:
    """The places in a class of who teaches it now; none for an instructor who has no place yet."""
    return [
        person for person in participants if person.instructor_id == session.instructor_id and person.in_class
    ]


async def has_come(db: AsyncSession, session: Session, teachers: Iterable[Participant]) -> bool:
    """Whether one of them has come to the class, or waits in its room, according to the record."""
    recorded = events_since(await evidence(db, session), session.occurrence_since)
    attended = await asyncio.to_thread(fold_attendance, recorded, until=None)
    return any(
        (own := attended.get(identity_of(person.id))) and came_to_class(own, session.starts_at)
        for person in teachers
    )
