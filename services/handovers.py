"""Gives a booked class to another instructor, who has agreed to the plan or series that says so."""

from datetime import datetime
from uuid import UUID

from domain.sessions.states import SessionState
from models.database import Database
from models.people import Instructor
from models.repositories import entities, sessions
from services import instructor_rules
from services.clashes import named_refusals
from services.scheduling_rules import published_version
from services.substitution_notices import SubstitutionNotices
from services.substitutions import swap_instructor
from workflows.client import SessionClient
from workflows.session.messages import InstructorChanged


class Handovers:
    def __init__(self, database: Database, client: SessionClient, notices: SubstitutionNotices) -> None:
        self._database = database
        self._client = client
        self._notices = notices

    async def hand_over(
        self,
        organization_id: UUID,
        session_id: UUID,
        instructor_id: UUID,
        occasion: str,
        now: datetime,
        *,
        overrides: bool = False,
    ) -> None:
        """Let this instructor teach a class that has not begun; families and both instructors are told.

        Nobody is told twice of one `occasion`. `overrides` sets rules about the instructor aside. Raises DoubleBooked,
        InstructorUnavailable, UnknownReference, Unavailable; then nothing is changed.
        """
        async with (
            named_refusals(self._database, organization_id),
            self._database.tenant(organization_id) as db,
        ):
            session = await sessions.lock(db, session_id)
            if session.state != SessionState.SCHEDULED:
                return
            if session.instructor_id != instructor_id:
                former_id = session.instructor_id
                instructor = await entities.in_use(db, Instructor, instructor_id)
                await swap_instructor(db, session, instructor, now)
                if overrides:
                    session.rules_version = await published_version(db)
                else:
                    await instructor_rules.check(
                        db, session, session.starts_at, session.ends_at, None, keeps_time=True
                    )
                await self._notices.taken_over(db, session, occasion, former_id, now)
        await self._client.report_instructor(session_id, InstructorChanged(instructor_id))
