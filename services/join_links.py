"""Staff renew the join link of a person in a class: the earlier link ends, the new one is mailed and shown."""

from datetime import datetime
from uuid import UUID

from domain.errors import NotFound, TransitionRefused
from domain.people.access import Principal
from domain.people.roles import identity_of
from domain.sessions.states import OVER_STATES, ROOM_STATES
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.repositories import entities, sessions
from models.session import Participant, Session
from services.link_renewal import renew_links


class JoinLinks:
    def __init__(self, database: Database, rooms: LiveKitRooms) -> None:
        self._database = database
        self._rooms = rooms

    async def renew(
        self, who: Principal, session_id: UUID, participant_id: UUID, *, keep_in_room: bool, now: datetime
    ) -> tuple[Session, Participant]:
        """Renew a link; returns the class and the participant, from which the new link is made.

        Who is in the room with the earlier link is put out of it, unless they are kept in. Raises NotFound,
        TransitionRefused for a class that is over, Unavailable if somebody was not put out: the watch does so then.
        """
        async with self._database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            person = await entities.lock(db, Participant, participant_id)
            if person is None or person.session_id != session_id or not person.in_class:
                raise NotFound("this person is not in this class")
            if session.state in OVER_STATES:
                raise TransitionRefused("the class is over", next_step="Links to it open nothing any more.")
            await renew_links(db, [(session, person)], now, put_out=not keep_in_room)
            await db.refresh(person)
        if not keep_in_room and session.state in ROOM_STATES:
            await self._rooms.remove_participant(session_id, identity_of(participant_id))
        return session, person
