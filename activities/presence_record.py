"""The presence in the running sessions of a region, computed from their events and cached between reads.

A read takes one statement for all sessions, and one more for the events of those that have new events. Events are
only ever added, so a cached result is valid while their number is the same.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from activities.isolation import in_bulk, log_left_out
from domain.people.roles import Role
from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.events import EventKind
from domain.presence.milestones import Presence, presence_of
from domain.presence.occurrences import events_since
from domain.presence.plausible_times import is_set_aside
from domain.sessions.states import ROOM_STATES
from models.database import Database
from models.repositories import presence
from models.repositories.presence import PresenceEventRow, RunningSession

_STATES = sorted(state.value for state in ROOM_STATES)
_FOLDS_AT_ONCE = 50  # then other tasks of the event loop get their turn


@dataclass(frozen=True)
class FoldedPresence:
    """The fold of a session's presence events.

    `last_event_at` is when the newest event happened; None where nothing is recorded. `aborted` are the connections
    that LiveKit aborted, counted as attendance or not, with their identity and time. `finished_rooms` are the sids of
    the rooms that LiveKit closed, also of those from before a move. All else is of the present occurrence.
    """

    attendance: Mapping[str, Attendance]
    presence: Presence
    last_event_at: datetime | None
    aborted: Mapping[str, tuple[str, datetime]]
    finished_rooms: frozenset[str]


@dataclass(frozen=True)
class SessionPresence(RunningSession):
    """A running session and who is and was in its room; `folded` is None where its events cannot be read."""

    folded: FoldedPresence | None


@dataclass(frozen=True)
class _Cached:
    """A fold and what it was made from. `folded` is None where folding failed, which it would again."""

    made_from: tuple[object, ...]
    folded: FoldedPresence | None


class PresenceRecord:
    """The presence in the running sessions of one region."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region
        self._cache: dict[UUID, _Cached] = {}

    async def read(self, only: Collection[UUID] | None = None) -> dict[UUID, SessionPresence]:
        """The running sessions, or those of them whose id is in `only`. Raises Unavailable."""
        async with self._database.lookup() as db:
            running = await presence.running_sessions(db, self._region, _STATES, only)
        if only is None:
            running_ids = {session.session_id for session in running}
            self._cache = {key: cached for key, cached in self._cache.items() if key in running_ids}
        await self._refold([session for session in running if not self._is_cached(session)])
        return {session.session_id: self._presence_of(session) for session in running}

    def _presence_of(self, session: RunningSession) -> SessionPresence:
        cached = self._cache.get(session.session_id)
        return SessionPresence(**vars(session), folded=cached.folded if cached else None)

    def _is_cached(self, session: RunningSession) -> bool:
        cached = self._cache.get(session.session_id)
        return cached is not None and cached.made_from == _made_from(session, session.presence_events)

    async def _refold(self, changed: Sequence[RunningSession]) -> None:
        by_id = {session.session_id: session for session in changed}
        recorded = await in_bulk(by_id, self._events, what="read the events")
        for number, (session_id, rows) in enumerate(recorded.items(), 1):
            self._cache[session_id] = _fold(by_id[session_id], rows)
            if number % _FOLDS_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _events(
        self, sessions: Mapping[UUID, RunningSession]
    ) -> Mapping[UUID, Sequence[PresenceEventRow]]:
        async with self._database.lookup() as db:
            return await presence.presence_events(db, list(sessions))


def _fold(session: RunningSession, rows: Sequence[PresenceEventRow]) -> _Cached:
    folded = None
    try:
        folded = _folded(session, rows)
    except Exception as error:
        log_left_out(session.session_id, "fold the presence", error)
    return _Cached(_made_from(session, len(rows)), folded)


def _made_from(session: RunningSession, presence_events: int) -> tuple[object, ...]:
    return session.roles, presence_events, session.starts_at, session.occurrence_since


def _folded(session: RunningSession, rows: Sequence[PresenceEventRow]) -> FoldedPresence:
    of_all_rooms = [event for row in rows if not is_set_aside(event := row.as_event())]
    events = events_since(of_all_rooms, session.occurrence_since)
    roles = {identity: Role(role) for identity, role in session.roles.items()}
    attendance = fold_attendance(events, until=None)
    expected = frozenset(identity for identity, role in roles.items() if role != Role.OBSERVER)
    return FoldedPresence(
        attendance,
        presence_of(attendance, events, roles, expected=expected, starts_at=session.starts_at),
        max((event.occurred_at for event in events), default=None),
        {
            event.participant_sid: (event.identity, event.occurred_at)
            for event in events
            if event.kind == EventKind.PARTICIPANT_ABORTED and event.participant_sid and event.identity
        },
        frozenset(
            event.room_sid
            for event in of_all_rooms
            if event.kind == EventKind.ROOM_FINISHED and event.room_sid
        ),
    )
