"""Tells a session's workflow who is in the room: at milestones, each once."""

from collections.abc import Mapping
from contextlib import suppress

from domain.errors import TransitionRefused
from domain.people.roles import Role, identity_of
from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.events import EventKind, SessionEvent
from domain.presence.milestones import Presence, fold_presence, news
from models.database import Database
from models.repositories import events, sessions
from models.repositories.sessions import RunningSession
from workflows.client import SessionClient
from workflows.session.messages import PresenceSignal

PRESENCE_KINDS = (
    EventKind.ROOM_FINISHED,
    EventKind.ROOM_REMADE,
    EventKind.PARTICIPANT_JOINED,
    EventKind.PARTICIPANT_LEFT,
    EventKind.PARTICIPANT_ABORTED,
    EventKind.PARTICIPANT_SEEN,
    EventKind.PARTICIPANT_ABSENT,
)
_MOST_SIGNALS = 200  # a room that empties and fills all the time must not fill the history


class PresenceTeller:
    def __init__(self, database: Database, client: SessionClient) -> None:
        self._database = database
        self._client = client

    async def attendance(self, session: RunningSession) -> Mapping[str, Attendance]:
        async with self._database.tenant(session.organization_id) as db:
            return fold_attendance(
                await events.of_session(db, session.session_id, PRESENCE_KINDS), until=None
            )

    async def tell(self, session: RunningSession) -> None:
        """Signal what is new. Raises Unavailable; what was not told is told the next time."""
        async with self._database.tenant(session.organization_id) as db:
            recorded = await events.of_session(db, session.session_id, PRESENCE_KINDS)
            people = await sessions.participants(db, session.session_id)
            told = (await sessions.get_session(db, session.session_id)).signalled
        roles = {identity_of(person.id): person.role for person in people}
        expected = frozenset(i for i, role in roles.items() if role != Role.OBSERVER)
        presence = fold_presence(recorded, roles, expected=expected)
        untold = news(told, presence)
        if not untold or len(told) >= _MOST_SIGNALS:
            return
        await self._signal(session, presence, recorded)
        async with self._database.tenant(session.organization_id) as db:
            await sessions.change(db, session.session_id, signalled=[*told, *untold])

    async def _signal(
        self, session: RunningSession, presence: Presence, recorded: list[SessionEvent]
    ) -> None:
        signal = PresenceSignal(
            at=max(event.occurred_at for event in recorded),
            in_room=presence.in_room,
            first_instructor_at=presence.first_instructor_at,
            empty_since=presence.empty_since,
        )
        with suppress(TransitionRefused):  # the workflow is over
            await self._client.report_presence(session.session_id, signal)
