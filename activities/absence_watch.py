"""Finds the people who have not come to a running class, and those who come late, and tells ops of both.

The first become open cases. When the person comes after all, the case is resolved.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from activities.isolation import WRITERS, for_each, in_bulk, log_left_out
from activities.presence_record import SessionPresence
from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.people.roles import Role, identity_of
from domain.presence.absences import arrivals
from domain.sessions.policies import SessionPolicy
from models.database import Database
from models.repositories import cases, sessions
from models.session import Participant
from services.cases import NewCase, open_case, resolve_by_itself

_KINDS = {Role.STUDENT: ExceptionKind.STUDENT_ABSENT, Role.INSTRUCTOR: ExceptionKind.INSTRUCTOR_ABSENT}
_DURATION = TypeAdapter(timedelta)

Arrivals = Mapping[str, bool]  # whether each expected person has come, by identity


class AbsenceWatch:
    """The watch over who comes to the classes of one region. It remembers what it has written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written: dict[UUID, tuple[int, Arrivals]] = {}  # with the number of moves

    async def look(self, running: Mapping[UUID, SessionPresence]) -> None:
        """Write who is absent from the running sessions, where that has changed. A failure is made up for next time."""
        self._written = {key: written for key, written in self._written.items() if key in running}
        changed: dict[UUID, dict[UUID, Arrivals]] = defaultdict(dict)
        for session_id, session in running.items():
            found = _arrivals(session)
            if found and self._written.get(session_id) != (session.moves, found):
                changed[session.organization_id][session_id] = found

        async def write(organization_id: UUID, found: Mapping[UUID, Arrivals]) -> None:
            async def write_batch(batch: Mapping[UUID, Arrivals]) -> Mapping[UUID, None]:
                async with self._database.tenant(organization_id) as db:
                    await _write(db, batch, running)
                return dict.fromkeys(batch)

            for session_id in await in_bulk(found, write_batch, what="write who is absent"):
                self._written[session_id] = (running[session_id].moves, found[session_id])

        await for_each(changed, write, what="write who is absent", of="organization_id", at_once=WRITERS)


def _arrivals(session: SessionPresence) -> Arrivals:
    """Empty before it is time to judge, and where the session's row or events cannot be read."""
    if session.folded is None:
        return {}
    try:
        return arrivals(
            {identity: Role(role) for identity, role in session.roles.items()},
            session.folded.attendance,
            starts_at=session.starts_at,
            absent_after=_absent_after(session.absent_after),
            now=utc_now(),
        )
    except Exception as error:
        log_left_out(session.session_id, "find who is absent", error)
        return {}


def _absent_after(of_policy: str | None) -> timedelta:
    return _DURATION.validate_python(of_policy) if of_policy else SessionPolicy().absent_after


async def _write(
    db: AsyncSession, found: Mapping[UUID, Arrivals], running: Mapping[UUID, SessionPresence]
) -> None:
    now = utc_now()
    absent, came = set(), set()  # causes of cases, as _cause gives them
    for person in await sessions.participants_of_all(db, found):
        has_come = found[person.session_id].get(identity_of(person.id))
        if has_come is False and not person.is_excused(running[person.session_id].starts_at):
            absent.add(_cause(person))
        elif has_come:
            came.add(_cause(person))
    for case in await cases.open_of_sessions(db, found, list(_KINDS.values())):
        if (case.session_id, case.kind, case.occasion) in came:
            resolve_by_itself(case, "Came late.", now)
    for session_id, kind, occasion in absent - came:
        session = running[session_id]
        detail = {"student_id": occasion} if occasion else {}
        key = f"at start {session.moves}"
        await open_case(
            db, NewCase.about_session(session.organization_id, session_id, kind, occasion, detail, key), now
        )


def _cause(person: Participant) -> tuple[UUID, ExceptionKind, str]:
    """Of the case that is about the person: session, kind and occasion."""
    return person.session_id, _KINDS[person.role], str(person.student_id or "")
