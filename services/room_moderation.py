"""What an instructor does in the room with their join link: mute, lower hands, remove, lock, end.

Staff of the school can remove a person and let a removed one in again too.

Who may is decided by the participant's row, not by the link alone. The acts are entries of the audit log by the
instructor. LiveKit does them after they are stored, so that a removed person is refused from then on.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotAllowed, NotFound, TransitionRefused
from domain.people.access import Principal
from domain.people.roles import HAND_TOPIC, Role, identity_of
from domain.sessions.states import OVER_STATES, ROOM_STATES
from media_bridge.rooms import LiveKitRooms
from models.authorship import authorship
from models.database import Database
from models.repositories import change_log, planning, sessions
from models.session import Participant, Session
from services import instructor_rules
from services.joining import admitted
from services.link_renewal import renew_links
from signing.links import LinkSigner
from workflows.client import SessionClient
from workflows.session.messages import EndClass


@dataclass(frozen=True)
class _Targets:
    """Those of a class's people whom an act is about."""

    organization_id: UUID
    people: list[Participant]

    @property
    def identities(self) -> list[str]:
        return [identity_of(person.id) for person in self.people]


class RoomModeration:
    """The methods raise LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, NotAllowed, NotFound, Unavailable."""

    def __init__(
        self, database: Database, links: LinkSigner, rooms: LiveKitRooms, client: SessionClient
    ) -> None:
        self._database = database
        self._links = links
        self._rooms = rooms
        self._client = client

    async def mute(self, link: str, session_id: UUID, target: UUID | None, now: datetime) -> int:
        """Mute the microphone of one person, or without `target` of everybody but instructors.

        Returns the number of microphones that were on. People can unmute themselves.
        """
        targets = await self._targets(link, session_id, target, now)
        await self._audit(session_id, targets, "participant.muted")
        return await self._rooms.mute_microphones(session_id, targets.identities)

    async def lower_hands(self, link: str, session_id: UUID, target: UUID | None, now: datetime) -> None:
        """Ask the page of one person, or of everybody, to lower its hand; the page then tells everybody."""
        targets = await self._targets(link, session_id, target, now)
        await self._audit(session_id, targets, "participant.hand_lowered")
        message = json.dumps({"lower": targets.identities}).encode()
        await self._rooms.send_data(session_id, HAND_TOPIC, message)

    async def remove(self, link: str, session_id: UUID, target: UUID, now: datetime) -> None:
        """Remove a person, whose join link is refused from now on."""
        targets = await self._targets(link, session_id, target, now)
        await self._set_removed(targets, now)
        for identity in targets.identities:
            await self._rooms.remove_participant(session_id, identity)

    async def readmit(self, link: str, session_id: UUID, target: UUID, now: datetime) -> None:
        """Let a removed person in again."""
        await self._set_removed(await self._targets(link, session_id, target, now), None)

    async def remove_as_staff(
        self, who: Principal, session_id: UUID, participant_id: UUID, now: datetime
    ) -> None:
        """Remove a person from the room, whose join link is refused until they are readmitted.

        Raises NotFound, TransitionRefused for a class that is over, Unavailable if LiveKit does not answer: the watch
        removes the person then.
        """
        async with self._database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            await _in_class(db, session_id, participant_id)
            if session.state in OVER_STATES:
                raise TransitionRefused("the class is over", next_step="Nobody is in its room.")
            await sessions.remove_participant(db, participant_id, now)
        if session.state in ROOM_STATES:
            await self._rooms.remove_participant(session_id, identity_of(participant_id))

    async def readmit_as_staff(
        self, who: Principal, session_id: UUID, participant_id: UUID, now: datetime
    ) -> None:
        """Let a removed person in again. Who was not removed stays as they are.

        An instructor who was replaced is let in beside who teaches now, and gets a new link by mail. Raises NotFound,
        DoubleBooked for a replaced instructor who has another class, InstructorUnavailable for one who must not teach a
        student of the class, TransitionRefused if theirs is over.
        """
        async with self._database.tenant(who.organization_id) as db:
            await sessions.get_visible(db, session_id, who)
            if replaced := await _replaced(db, session_id, participant_id):
                await _let_back_in(db, await sessions.lock(db, session_id), replaced, now)
                return
            await _in_class(db, session_id, participant_id)
            await sessions.remove_participant(db, participant_id, None)

    async def lock(self, link: str, session_id: UUID, locked: bool, now: datetime) -> None:
        """Let nobody new in, or open the class again. Who has been in the room can come back."""
        targets = await self._targets(link, session_id, None, now)
        async with self._database.tenant(targets.organization_id) as db:
            await sessions.change(db, session_id, locked_at=now if locked else None)

    async def end(self, link: str, session_id: UUID, now: datetime) -> None:
        """End the class now. Raises TransitionRefused before its planned start."""
        await self._targets(link, session_id, None, now)
        await self._client.end(session_id, EndClass(authorship.get().actor))

    async def _targets(self, link: str, session_id: UUID, target: UUID | None, now: datetime) -> _Targets:
        """The person who is meant, or everybody but instructors, if the link is an instructor's.

        Makes the instructor the author of the changes in the transactions that begin after it.
        """
        holder = self._links.read_join(link, session_id, now)
        async with self._database.tenant(holder.organization_id) as db:
            instructor = (await admitted(db, holder)).participant
            everybody = await sessions.participants(db, session_id)
        if instructor.role != Role.INSTRUCTOR:
            raise NotAllowed("only the instructor of the class can do this", next_step="Ask the instructor.")
        authorship.get().actor = f"instructor:{instructor.instructor_id}"
        people = [
            one
            for one in everybody
            if one.role != Role.INSTRUCTOR and one.in_class and target in (None, one.id)
        ]
        if target is not None and not people:
            raise NotFound("this person is not among the class's students and guests")
        return _Targets(holder.organization_id, people)

    async def _set_removed(self, targets: _Targets, at: datetime | None) -> None:
        async with self._database.tenant(targets.organization_id) as db:
            for person in targets.people:
                await sessions.remove_participant(db, person.id, at)

    async def _audit(self, session_id: UUID, targets: _Targets, kind: str) -> None:
        """Enter an act that changes no row in the audit log."""
        async with self._database.tenant(targets.organization_id) as db:
            for person in targets.people:
                await change_log.add(db, targets.organization_id, kind, person.id, session_id)


async def _replaced(db: AsyncSession, session_id: UUID, participant_id: UUID) -> Participant | None:
    """The participant, if they are an instructor who was replaced after the room had opened."""
    everybody = await sessions.participants(db, session_id)
    return next(
        (
            person
            for person in everybody
            if person.id == participant_id and person.role == Role.INSTRUCTOR and not person.in_class
        ),
        None,
    )


async def _let_back_in(db: AsyncSession, session: Session, person: Participant, now: datetime) -> None:
    assert person.instructor_id is not None, "an instructor is a person"
    if session.state in OVER_STATES:
        raise TransitionRefused("the class is over", next_step="Nobody is in its room.")
    await sessions.hold_time_of(db, session, [person.instructor_id], since=now)
    students = (await planning.students_of(db, [session.id])).get(session.id, [])
    await instructor_rules.check_kept_apart(db, person.instructor_id, students)
    person.removed_at = person.sent_out_at = None
    person.credentialed_at = now
    await db.flush()
    await renew_links(db, [(session, person)], now, put_out=False)


async def _in_class(db: AsyncSession, session_id: UUID, participant_id: UUID) -> None:
    """Raises NotFound for who is not in the class."""
    everybody = await sessions.participants(db, session_id)
    if participant_id not in {person.id for person in everybody if person.in_class}:
        raise NotFound("this person is not in this class")
