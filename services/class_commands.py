"""Commands to a class: book, reschedule, extend, end, cancel, request a substitute, add and remove people.

Each command checks that the caller may see the class, then holds no connection while the workflow answers.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from uuid_utils.compat import uuid7

from domain.errors import HomeroomError, TransitionRefused, Unavailable
from domain.people.access import Principal
from domain.scheduling.booking_rules import Override
from domain.sessions.acts import Act, require_possible
from domain.sessions.cancellations import CancelReason
from models.authorship import authorship
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import booking_requests, entities, override_requests, people, sessions
from models.session import Participant, Session
from services import holds, organizations
from services.clashes import named_refusals
from services.inputs.sessions import NewSession
from services.inputs.substitutions import NewSubstitution
from services.visibility import visible_session
from workflows.client import SessionClient
from workflows.session.messages import (
    AddPeople,
    Booked,
    Booking,
    Cancel,
    EndClass,
    Extend,
    RemovePeople,
    Reopen,
    Reschedule,
    Substitute,
)


class ClassCommands:
    def __init__(self, database: Database, client: SessionClient) -> None:
        self._database = database
        self._client = client

    async def book(
        self,
        organization_id: UUID,
        session_id: UUID,
        new: NewSession,
        *,
        again: bool = False,
        of_series: bool = False,
        act_id: UUID | None = None,
    ) -> Booked:
        """Book a class. Called again with the same id and values, it returns the class that exists.

        A booking that was refused stays so for its id, unless it is tried `again`. Of all classes of an act on many
        classes, `act_id`, each person is told in one message.

        `of_series`: the reason of an override is given once for a whole series, and sets aside what it can foresee.

        Its external id and the reason of an override are free text, which Temporal must not hold: the booking takes
        them from the database.

        Raises BookingInPast, UnknownReference, DoubleBooked, InstructorUnavailable, HoldEnded, InvalidInput,
        Unavailable, TransitionRefused for an id that was booked with other values.
        """
        async with self._database.tenant(organization_id) as db:
            booked = await db.get(Session, session_id)
            if booked and booked.external_id != new.external_id:
                raise TransitionRefused("this id was booked with another external_id")
            organization = await organizations.organization(db)
            policy = organizations.policy_of(organization)
            students = new.student_ids
            whole_course = students is None
            if students is None and new.hold_id:
                held = await holds.students_of(db, new.hold_id, booked)
                students, whole_course = held.student_ids, held.whole_course
            elif students is None:
                await entities.in_use(db, Course, new.course_id)
                students = await people.enrolled_students(db, new.course_id)
            if new.external_id and not booked:
                await booking_requests.keep(
                    db, organization_id, session_id, new.external_id, datetime.now(UTC)
                )
            override = session_id if new.override_reason else None
            if new.override_reason and not booked:
                reason = Override(new.override_reason, of_series)
                await override_requests.keep(db, organization_id, session_id, reason, datetime.now(UTC))
        booking = Booking(
            course_id=new.course_id,
            instructor_id=new.instructor_id,
            student_ids=tuple(students),
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            topic_ids=tuple(new.topic_ids),
            time_zone=new.time_zone or organization.time_zone,
            policy=policy,
            whole_course=whole_course,
            by=authorship.get().actor,
            override=override,
            hold=new.hold_id,
            act=act_id,
        )
        fingerprint = _fingerprint(new)
        try:
            async with named_refusals(self._database, organization_id):
                return await self._client.book(
                    organization_id, session_id, booking, fingerprint, after_refusal=again and not booked
                )
        except Unavailable:  # the workflow may still book it, and take what was asked for
            raise
        except HomeroomError:
            async with self._database.tenant(organization_id) as db:
                await booking_requests.take(db, session_id)
                await override_requests.take(db, session_id)
            raise

    async def reschedule(
        self,
        who: Principal,
        session_id: UUID,
        starts_at: datetime,
        ends_at: datetime,
        command_id: str | None = None,
        *,
        override_reason: str | None = None,
        of_series: bool = False,
        instructor_id: UUID | None = None,
        moves: int | None = None,
        act_id: UUID | None = None,
    ) -> None:
        """Change start and end. A reason sets the rules about the instructor aside.

        The class keeps its instructor, unless `instructor_id` names another. With `moves`, how often it was moved when
        the caller looked, it is refused if it was moved meanwhile. For `of_series` and `act_id` see `book`.

        Raises NotFound, TransitionRefused, BookingInPast, InvalidInput, DoubleBooked, InstructorUnavailable,
        Unavailable.
        """
        await visible_session(self._database, who, session_id)
        async with (
            self._reason_kept(who, session_id, command_id, override_reason, of_series) as override,
            named_refusals(self._database, who.organization_id, who),
        ):
            move = Reschedule(starts_at, ends_at, who.actor, override, instructor_id, moves, act_id)
            await self._client.reschedule(session_id, move, command_id)

    async def extend(
        self, who: Principal, session_id: UUID, ends_at: datetime, command_id: str | None = None
    ) -> None:
        """Change the end of a running class.

        Raises NotFound, TransitionRefused, InvalidInput, DoubleBooked, Unavailable.
        """
        await visible_session(self._database, who, session_id)
        async with named_refusals(self._database, who.organization_id, who):
            await self._client.extend(session_id, Extend(ends_at, who.actor), command_id)

    async def cancel(
        self,
        who: Principal,
        session_id: UUID,
        reason: CancelReason,
        command_id: str | None = None,
        *,
        act_id: UUID | None = None,
    ) -> None:
        """Cancel a class; for `act_id` see `book`. Raises NotFound, TransitionRefused, Unavailable."""
        await visible_session(self._database, who, session_id)
        await self._client.cancel(session_id, Cancel(str(reason), who.actor, act_id), command_id)

    async def end(self, who: Principal, session_id: UUID, command_id: str | None = None) -> None:
        """End a running class now. Raises NotFound, TransitionRefused, Unavailable."""
        await visible_session(self._database, who, session_id)
        await self._client.end(session_id, EndClass(who.actor), command_id)

    async def reopen(
        self, who: Principal, session_id: UUID, ends_at: datetime, command_id: str | None = None
    ) -> None:
        """Let a class that ended by mistake go on, until its documentation is approved.

        Raises NotFound, TransitionRefused, InvalidInput, DoubleBooked, Unavailable.
        """
        await visible_session(self._database, who, session_id)
        await self._client.reopen(session_id, Reopen(ends_at, who.actor), command_id)

    async def find_substitute(
        self, who: Principal, session_id: UUID, wanted: NewSubstitution, command_id: str | None = None
    ) -> UUID:
        """Start the search for another instructor; returns its id, or that of the search that goes on.

        Raises NotFound, UnknownReference, TransitionRefused, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            await sessions.get_visible(db, session_id, who)
            if wanted.instructor_id:
                await entities.in_use(db, Instructor, wanted.instructor_id)
        request = Substitute(wanted.instructor_id, who.actor, wanted.reason, wanted.broadcast)
        return (await self._client.substitute(session_id, request, command_id)).substitution_id

    async def add_students(
        self,
        who: Principal,
        session_id: UUID,
        student_ids: Sequence[UUID],
        command_id: str | None = None,
        *,
        tell: bool = True,
        override_reason: str | None = None,
        of_series: bool = False,
        act_id: UUID | None = None,
    ) -> Sequence[UUID]:
        """Add students to a class that is not over; returns the ids of the participants who are new in it.

        A reason sets aside the hours of the students. For `of_series` and `act_id` see `book`.

        Raises NotFound, UnknownReference, TransitionRefused, DoubleBooked, InstructorUnavailable, Unavailable; then
        nobody is added.
        """
        async with self._database.tenant(who.organization_id) as db:
            await sessions.get_visible(db, session_id, who)
            await entities.all_in_use(db, Student, student_ids)
        async with (
            self._reason_kept(who, session_id, command_id, override_reason, of_series) as override,
            named_refusals(self._database, who.organization_id, who),
        ):
            added = AddPeople(tuple(student_ids), who.actor, tell, override, act_id)
            return (await self._client.add_people(session_id, added, command_id)).participant_ids

    @asynccontextmanager
    async def _reason_kept(
        self, who: Principal, session_id: UUID, command_id: str | None, reason: str | None, of_series: bool
    ) -> AsyncIterator[UUID | None]:
        """Keep the reason of an override for the command, which takes it by this id; a refused one drops it.

        None: there is no reason.
        """
        if not reason:
            yield None
            return
        key = uuid5(session_id, command_id) if command_id else uuid7()
        async with self._database.tenant(who.organization_id) as db:
            override = Override(reason, of_series)
            await override_requests.keep(db, who.organization_id, key, override, datetime.now(UTC))
        try:
            yield key
        except Unavailable:  # the workflow may still carry it out, and take the reason
            raise
        except HomeroomError:
            async with self._database.tenant(who.organization_id) as db:
                await override_requests.take(db, key)
            raise

    async def remove_participant(
        self,
        who: Principal,
        session_id: UUID,
        participant_id: UUID,
        command_id: str | None = None,
        *,
        tell: bool = True,
        act_id: UUID | None = None,
    ) -> None:
        """Take a student or a guest out of a class that is not over. Who is out already stays so.

        For `act_id` see `book`. Raises NotFound, Conflict for the last student, InvalidInput for the instructor,
        TransitionRefused, Unavailable.
        """
        await visible_session(self._database, who, session_id)
        removed = RemovePeople((participant_id,), who.actor, tell, act_id)
        await self._client.remove_people(session_id, removed, command_id)

    async def invite_guest(
        self, who: Principal, session_id: UUID, guest_id: UUID, name: str
    ) -> tuple[Session, Participant]:
        """Add a guest, who can see, hear and speak, and does not count toward attendance.

        Called again with the same id, it returns the guest that exists. Raises NotFound, TransitionRefused.
        """
        async with self._database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            return session, await sessions.add_observer(db, session, guest_id, name)

    async def observe(self, who: Principal, session_id: UUID, name: str, now: datetime) -> Participant:
        """Add the caller to a class whose room is open, as a guest; they are the same guest each time.

        Raises NotFound, TransitionRefused.
        """
        session = await visible_session(self._database, who, session_id)
        require_possible(Act.OBSERVE, session.state, session.ends_at, now)
        guest_id = uuid5(NAMESPACE_URL, f"homeroom:observer:{session_id}:{who.actor}")
        return (await self.invite_guest(who, session_id, guest_id, name))[1]


def _fingerprint(new: NewSession) -> str:
    """Tells bookings of one id apart. It is in the workflow's history, so it says nothing of free texts."""
    reason = "given" if new.override_reason else None
    values = (
        new.model_copy(update={"external_id": None, "override_reason": reason}).model_dump_json().encode()
    )
    return hashlib.sha256(values).hexdigest()[:32]
