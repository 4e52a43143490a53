"""Opens classes to volunteers: everybody whom the rules let take a class is told once, and the first who does has it.

A call ends when the room of its class opens, and holds no more once the class was moved, cancelled or given to
somebody else.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.cases.kinds import ExceptionKind
from domain.errors import HomeroomError, TransitionRefused, as_stored, from_stored
from domain.people.access import Principal
from domain.scheduling.volunteers import Audience, CallState
from domain.sessions.states import SessionState
from domain.subjects import Subject
from matching.calendars import Calendars
from matching.prepared import PreparedProblem
from models.database import Database
from models.repositories import sessions, substitutions, volunteer_calls
from models.repositories.volunteer_calls import CallRow
from models.session import Session
from models.volunteer_call import VolunteerCall
from services import command_outcomes
from services.cases import resolve_about
from services.inputs.volunteers import NewVolunteerCall
from services.instructor_mails import InstructorMails
from services.planning.candidates import ranked_in
from services.planning.problems import problem_of

NOT_COMING = "only a class whose room is not open yet can be opened to volunteers"


class VolunteerCalls:
    def __init__(self, database: Database, mails: InstructorMails) -> None:
        self._database = database
        self._mails = mails

    async def open(self, who: Principal, session_id: UUID, wanted: NewVolunteerCall, now: datetime) -> None:
        """As `open_all`, for one class. Raises NotFound, TransitionRefused."""
        if error := (await self.open_all(who, [session_id], wanted, now))[session_id]:
            raise error

    async def open_all(
        self,
        who: Principal,
        session_ids: Sequence[UUID],
        wanted: NewVolunteerCall,
        now: datetime,
        command_id: str = "",
    ) -> dict[UUID, HomeroomError | None]:
        """Open classes to volunteers; for each why it was refused, or None.

        Each instructor gets one mail about all classes that they can take and were not told of before. A class that is
        open already takes the new audience and note. A repeat of the command opens nothing, and answers as the first.
        """
        results: dict[UUID, HomeroomError | None] = {}
        opened: dict[UUID, CallRow] = {}
        async with self._database.tenant(who.organization_id) as db:
            known = await command_outcomes.earlier(db, who, command_id, now)
            if known is not None:
                refusals = {key: from_stored(stored) for key, stored in known["refused"].items()}
                return {key: refusals.get(str(key)) for key in session_ids}
            for key in sorted(session_ids):
                try:
                    opened[key] = await _opened(db, who, key, wanted, now)
                    results[key] = None
                except HomeroomError as error:
                    results[key] = error
            able = await able_to_take(db, [row.session for row in opened.values()], wanted.audience, now)
            await self._tell(db, opened, able, now)
            refused = {str(key): as_stored(error) for key, error in results.items() if error}
            await command_outcomes.keep(db, who, command_id, {"refused": refused})
        return results

    async def withdraw(self, who: Principal, session_id: UUID, now: datetime) -> None:
        """Offer a class no more. Without an open call, nothing happens. Raises NotFound."""
        async with self._database.tenant(who.organization_id) as db:
            await sessions.get_visible(db, session_id, who)
            await sessions.lock(db, session_id)
            row = await volunteer_calls.latest(db, session_id)
            if row is not None and row.call.state == CallState.OPEN:
                row.call.state, row.call.ended_at = CallState.WITHDRAWN, now
                kind, why = ExceptionKind.VOLUNTEER_NOT_FOUND, "The class is not open to volunteers any more."
                await resolve_about(db, Subject.session(session_id), kind, why, now)

    async def _tell(
        self,
        db: AsyncSession,
        opened: Mapping[UUID, CallRow],
        able: Mapping[UUID, Sequence[UUID]],
        now: datetime,
    ) -> None:
        new: dict[UUID, list[CallRow]] = defaultdict(list)  # by instructor
        for row in sorted(opened.values(), key=lambda row: (row.session.starts_at, row.session.id)):
            told = set(row.call.told_ids)
            to_tell = [key for key in able[row.session.id] if str(key) not in told]
            row.call.told_ids = [*row.call.told_ids, *map(str, to_tell)]
            for key in to_tell:
                new[key].append(row)
        for person, _ in await substitutions.instructors(db):
            if rows := new.get(person.id):
                await self._mails.volunteers_wanted(db, person, rows, now)
        await db.flush()


async def open_call(db: AsyncSession, session_id: UUID, now: datetime) -> VolunteerCall | None:
    """The call by which a class is open to volunteers at this moment."""
    row = await volunteer_calls.latest(db, session_id)
    return row.call if row is not None and row.state(now) == CallState.OPEN else None


async def able_to_take(
    db: AsyncSession, classes: Sequence[Session], audience: Audience, now: datetime
) -> dict[UUID, list[UUID]]:
    """By class, the instructors whom the rules let take it beside what they teach, the best first."""
    if not classes:
        return {}
    start, end = min(one.starts_at for one in classes), max(one.ends_at for one in classes)
    built = await problem_of(db, start, end, now, class_ids=[one.id for one in classes], keeps_time=True)
    calendars = Calendars(PreparedProblem(built.problem))
    calendars.assign_published()
    taught = await volunteer_calls.taught_in(db, {one.course_id for one in classes})
    able = {}
    for one in classes:
        found = ranked_in(calendars, built, one.id).candidates
        able[one.id] = [
            candidate.id
            for candidate in found
            if candidate.id != one.instructor_id and may_hear(audience, taught, one.course_id, candidate.id)
        ]
    return able


def may_hear(
    audience: Audience, taught: Mapping[UUID, set[UUID]], course_id: UUID, instructor_id: UUID
) -> bool:
    """Whether a class of a course is offered to an instructor. `taught`: by course, who has classes in it."""
    return audience == Audience.EVERYBODY or instructor_id in taught.get(course_id, ())


def require_openable(session: Session, now: datetime) -> None:
    """Raises TransitionRefused for a class that cannot be opened to volunteers."""
    if session.state != SessionState.SCHEDULED or session.starts_at <= now:
        raise TransitionRefused(NOT_COMING, next_step="Find a substitute instead.")


async def _opened(
    db: AsyncSession, who: Principal, session_id: UUID, wanted: NewVolunteerCall, now: datetime
) -> CallRow:
    """The open call of a class, made or changed. Raises NotFound, TransitionRefused."""
    await sessions.get_visible(db, session_id, who)
    session = await sessions.lock(db, session_id)
    require_openable(session, now)
    row = await volunteer_calls.latest(db, session_id)
    if row is not None and (state := row.state(now)) == CallState.OPEN:
        row.call.audience, row.call.note = wanted.audience, wanted.note
        return row
    if row is not None:
        row.call.state = state
        await db.flush()
    call = VolunteerCall(
        id=uuid7(),
        organization_id=session.organization_id,
        session_id=session.id,
        starts_at=session.starts_at,
        instructor_id=session.instructor_id,
        audience=wanted.audience,
        note=wanted.note,
        opened_by=who.actor,
        created_at=now,
    )
    db.add(call)
    await db.flush()
    return CallRow(call, session)
