"""The presence of the running sessions of a region, folded from the record and kept in memory between readings.

A reading takes one statement for all sessions, and one more for the events of those in which something was recorded
since the last: the record is append-only, so the number of its events says whether a fold is still true.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from activities.isolation import in_one_go, log_left_out
from domain.people.roles import Role
from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.milestones import Presence, presence_of
from domain.sessions.states import ROOM_STATES
from models.database import Database
from models.repositories import presence
from models.repositories.presence import PresenceEventRow, RunningSession

_STATES = sorted(state.value for state in ROOM_STATES)
_FOLDS_AT_ONCE = 50  # then the other loops have their turn


@dataclass(frozen=True)
class FoldedPresence:
    """`last_event_at` is when the newest event happened; None where nothing is recorded."""

    attendance: Mapping[str, Attendance]
    presence: Presence
    last_event_at: datetime | None


@dataclass(frozen=True)
class SessionPresence:
    """`folded` is None where the session's rows are odd."""

    session_id: UUID
    organization_id: UUID
    signalled: Sequence[str]
    folded: FoldedPresence | None


@dataclass(frozen=True)
class _Kept:
    """A fold, with what it was made from; none where the fold failed, and would again."""

    roles: Mapping[str, str]
    presence_events: int
    folded: FoldedPresence | None


class PresenceRecord:
    """Of one region."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region
        self._kept: dict[UUID, _Kept] = {}

    async def read(self, only: Collection[UUID] | None = None) -> dict[UUID, SessionPresence]:
        """The running sessions, or those of them whose id is in `only`. Raises Unavailable."""
        async with self._database.lookup() as db:
            running = await presence.running_sessions(db, self._region, _STATES, only)
        if only is None:
            alive = {session.session_id for session in running}
            self._kept = {key: kept for key, kept in self._kept.items() if key in alive}
        await self._refold([session for session in running if not self._is_kept(session)])
        return {session.session_id: self._of(session) for session in running}

    def _of(self, session: RunningSession) -> SessionPresence:
        kept = self._kept.get(session.session_id)
        folded = kept.folded if kept else None
        return SessionPresence(session.session_id, session.organization_id, session.signalled, folded)

    def _is_kept(self, session: RunningSession) -> bool:
        kept = self._kept.get(session.session_id)
        return kept is not None and (kept.roles, kept.presence_events) == (
            session.roles,
            session.presence_events,
        )

    async def _refold(self, changed: Sequence[RunningSession]) -> None:
        by_id = {session.session_id: session for session in changed}
        recorded = await in_one_go(by_id, self._events, what="read its events")
        for number, (session_id, rows) in enumerate(recorded.items(), 1):
            self._kept[session_id] = _fold(by_id[session_id], rows)
            if number % _FOLDS_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _events(
        self, sessions: Mapping[UUID, RunningSession]
    ) -> Mapping[UUID, Sequence[PresenceEventRow]]:
        async with self._database.lookup() as db:
            return await presence.presence_events(db, list(sessions))


def _fold(session: RunningSession, rows: Sequence[PresenceEventRow]) -> _Kept:
    folded = None
    try:
        folded = _folded(session, rows)
    except Exception as error:
        log_left_out(session.session_id, "fold its presence", error)
    return _Kept(session.roles, len(rows), folded)


def _folded(session: RunningSession, rows: Sequence[PresenceEventRow]) -> FoldedPresence:
    events = [row.as_event() for row in rows]
    roles = {identity: Role(role) for identity, role in session.roles.items()}
    attendance = fold_attendance(events, until=None)
    expected = frozenset(identity for identity, role in roles.items() if role != Role.OBSERVER)
    return FoldedPresence(
        attendance,
        presence_of(attendance, events, roles, expected=expected),
        max((event.occurred_at for event in events), default=None),
    )
