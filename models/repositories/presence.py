"""Reads the presence in a region's running sessions, across tenants, and writes which milestones were signalled.

Reads take a fixed number of statements however many sessions run, with functions of the schema that may cross tenants.
They return values as stored, unchecked: the caller decides what to do with a session whose row is invalid.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.roles import identity_of
from domain.presence.events import EventKind, EventSource, SessionEvent
from models.reading import Readable
from models.written_sessions import WRITES_SESSIONS

_RUNNING = sa.text(
    "select session_id, organization_id, roles, signalled, presence_events, starts_at, moves, occurrence_since, "
    "ends_at, teachers, arrival_rules "
    "from running_presence(:region, cast(:states as text[]), cast(:sessions as uuid[]))"
)
_EVENTS = sa.text(
    "select session_id, source_id, source, kind, occurred_at, identity, participant_sid, hidden, data "
    "from presence_events(cast(:sessions as uuid[]))"
)
_KEPT_OUT = sa.text(
    "select session_id, participant_id, before_version from kept_out_of_rooms(cast(:sessions as uuid[]))"
)
# Appends under the lock of the row, so that concurrent writers of a session lose nothing. Rows are locked in one order,
# so that writers of several sessions wait instead of deadlocking.
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
    """`roles` by participant id; `presence_events` is the number of recorded events, which only grows.

    Events from before `occurrence_since` belong to an earlier time of a class that was moved. `teachers` are those who
    teach it now, by participant id, with whether they have checked in. `arrival_rules` are of its policy, durations in
    ISO 8601; rules that the policy does not have are left out.
    """

    session_id: UUID
    organization_id: UUID
    roles: Mapping[str, str]
    signalled: Sequence[str]
    presence_events: int
    starts_at: datetime
    moves: int
    occurrence_since: datetime | None
    ends_at: datetime
    teachers: Mapping[str, bool]
    arrival_rules: Mapping[str, str]


@dataclass(frozen=True)
class PresenceEventRow:
    """A row of `session_event` of a kind that changes who is in the room."""

    source_id: str
    source: str
    kind: str
    occurred_at: datetime
    identity: str | None
    participant_sid: str | None
    hidden: bool
    data: dict[str, Any]

    def as_event(self) -> SessionEvent:
        """The row as an event. Raises ValueError for an unknown source or kind."""
        return SessionEvent(
            source=EventSource(self.source),
            source_id=self.source_id,
            kind=EventKind(self.kind),
            occurred_at=self.occurred_at,
            identity=self.identity,
            participant_sid=self.participant_sid,
            hidden=self.hidden,
            data=self.data,
        )


async def running_sessions(
    db: Readable, region: str, states: Sequence[str], only: Collection[UUID] | None = None
) -> list[RunningSession]:
    """The sessions of a region in these states, of all tenants; with `only`, just those with these ids."""
    values = {"region": region, "states": list(states), "sessions": None if only is None else list(only)}
    return [RunningSession(*row) for row in await db.execute(_RUNNING, values)]


async def presence_events(
    db: Readable, session_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[PresenceEventRow]]:
    """All events of these sessions that change who is in the room, unordered."""
    by_session: dict[UUID, list[PresenceEventRow]] = {session_id: [] for session_id in session_ids}
    for session_id, *values in await db.execute(_EVENTS, {"sessions": list(session_ids)}):
        by_session[session_id].append(PresenceEventRow(*values))
    return by_session


async def kept_out(db: Readable, session_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, int | None]]:
    """Who has no place in the rooms of these sessions, by session and LiveKit identity.

    None: sent out of the room or taken out of the class. A number: connections made with an earlier version of the
    person's join link have no place. Sessions without any are left out.
    """
    by_session: dict[UUID, dict[str, int | None]] = {}
    for session_id, participant_id, before in await db.execute(_KEPT_OUT, {"sessions": list(session_ids)}):
        by_session.setdefault(session_id, {})[identity_of(participant_id)] = before
    return by_session


async def add_signalled(db: AsyncSession, milestones: Mapping[UUID, Sequence[str]]) -> None:
    """Append milestones to the signalled ones of sessions of one organization."""
    rows: list[dict[str, Any]] = [
        {"session_id": session_id, "milestones": list(added)} for session_id, added in milestones.items()
    ]
    silent: dict[str, Any] = {WRITES_SESSIONS: ()}  # no live page shows milestones
    await db.execute(_ADD_SIGNALLED, {"added": orjson.dumps(rows).decode()}, execution_options=silent)
