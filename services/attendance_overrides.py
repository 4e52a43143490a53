"""The school sets whether a student was present in a class, with a reason; what was measured stays beside it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import NotFound, TransitionRefused
from domain.people.access import Principal
from domain.people.roles import Role
from domain.presence.verdicts import AttendanceStatus
from domain.sessions.states import OVER_STATES, SessionState
from models.database import Database
from models.repositories import cases, entities, sessions
from models.session import Participant
from services.cases import resolve

_JUDGED = OVER_STATES - {SessionState.CANCELLED}


class AttendanceOverrides:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(
        self,
        who: Principal,
        session_id: UUID,
        participant_id: UUID,
        status: AttendanceStatus,
        reason: str,
        now: datetime,
    ) -> None:
        """Set a student's attendance; a family's open dispute of it is resolved.

        Raises NotFound, TransitionRefused for a class that is not over.
        """
        async with self._database.tenant(who.organization_id) as db:
            person = await _student(db, who, session_id, participant_id)
            person.attendance_status, person.attendance_reason = status, reason
            person.attendance_set_by, person.attendance_set_at = who.actor, now
            await db.flush()
            for case in await cases.open_of_sessions(db, [session_id], [ExceptionKind.ATTENDANCE_DISPUTED]):
                if case.occasion == str(person.student_id):
                    await resolve(db, who, case.id, f"Set to {status}.", now)

    async def forget(self, who: Principal, session_id: UUID, participant_id: UUID) -> None:
        """Let the measured attendance count again. Raises NotFound, TransitionRefused for a class that is not over."""
        async with self._database.tenant(who.organization_id) as db:
            person = await _student(db, who, session_id, participant_id)
            person.attendance_status = person.attendance_reason = None
            person.attendance_set_by = person.attendance_set_at = None


async def _student(db: AsyncSession, who: Principal, session_id: UUID, participant_id: UUID) -> Participant:
    """The student's place in the class, locked."""
    session = await sessions.get_visible(db, session_id, who)
    if session.state not in _JUDGED:
        raise TransitionRefused(
            f"the attendance of a class that is {session.state} can't be set",
            next_step="Set it when the class is over.",
        )
    person = await entities.lock(db, Participant, participant_id)
    if person is None or person.session_id != session_id or person.role != Role.STUDENT:
        raise NotFound(f"there is no student {participant_id} in this class")
    return person
