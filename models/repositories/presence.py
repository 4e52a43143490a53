"""Presence of the running sessions of a region, across tenants, and the milestones that were signalled.

Reads take a fixed number of statements however many sessions run, by the schema's functions for just that. They give
values as they are stored: whoever reads them decides what becomes of a session whose row is odd.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.presence.events import EventKind, EventSource, SessionEvent
from models.reading import Readable
from models.written_sessions import WRITES_SESSIONS

_RUNNING = sa.text(
    "select session_id, organization_id, roles, signalled, presence_events "
    "from running_presence(:region, cast(:states as text[]), cast(:sessions as uuid[]))"
)
_EVENTS = sa.text(
    "select session_id, source_id, source, kind, occurred_at, identity, participant_sid, hidden, joined_at, reason "
    "from presence_events(cast(:sessions as uuid[]))"
)
# Appended to what is there by then, under the lock of the row: writers of the same session lose nothing of each
# other. Rows are locked in one order, so that writers of several sessions wait instead of deadlocking.
_ADD_SIGNALLED = sa.text("""
    with added as (
        select * from json_to_recordset(cast(:added as json)) as a(session_id uuid, milestones jsonb)
    ), locked as materialized (
        select s.id from session s join added on added.session_id = s.id order by s.id for update of s
    )
    update session s set signalled = s.signalled || added.milestones
    from added join locked on locked.id = added.session_id
    where s.id = added.session_id
""")


@dataclass(frozen=True)
class RunningSession:
    """`roles` by participant id; `presence_events` is how many are recorded, which only grows."""

    session_id: UUID
    organization_id: UUID
    roles: Mapping[str, str]
    signalled: Sequence[str]
    presence_events: int


@dataclass(frozen=True)
class PresenceEventRow:
    """A row of `session_event`, of a kind that changes who is in the room."""

    source_id: str
    source: str
    kind: str
    occurred_at: datetime
    identity: str | None
    participant_sid: str | None
    hidden: bool
    joined_at: str | None
    reason: str | None

    def as_event(self) -> SessionEvent:
        """Raises ValueError for a source or kind that is not known."""
        data = {"joined_at": self.joined_at, "reason": self.reason}
        return SessionEvent(
            source=EventSource(self.source),
            source_id=self.source_id,
            kind=EventKind(self.kind),
            occurred_at=self.occurred_at,
            identity=self.identity,
            participant_sid=self.participant_sid,
            hidden=self.hidden,
            data={name: value for name, value in data.items() if value is not None},
        )


async def running_sessions(
    db: Readable, region: str, states: Sequence[str], only: Collection[UUID] | None = None
) -> list[RunningSession]:
    """The sessions of a region in these states, of all tenants; or those of them whose id is in `only`."""
    values = {"region": region, "states": list(states), "sessions": None if only is None else list(only)}
    return [RunningSession(*row) for row in await db.execute(_RUNNING, values)]


async def presence_events(
    db: Readable, session_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[PresenceEventRow]]:
    """All events of these sessions that change who is in the room, in no order."""
    found: dict[UUID, list[PresenceEventRow]] = {session_id: [] for session_id in session_ids}
    for session_id, *values in await db.execute(_EVENTS, {"sessions": list(session_ids)}):
        found[session_id].append(PresenceEventRow(*values))
    return found


async def add_signalled(db: AsyncSession, milestones: Mapping[UUID, Sequence[str]]) -> None:
    """Append milestones to those that were signalled of sessions of one organization."""
    rows: list[dict[str, Any]] = [
        {"session_id": session_id, "milestones": list(added)} for session_id, added in milestones.items()
    ]
    unseen: dict[str, Any] = {WRITES_SESSIONS: ()}  # no live page shows them
    await db.execute(_ADD_SIGNALLED, {"added": orjson.dumps(rows).decode()}, execution_options=unseen)
