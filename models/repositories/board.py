"""Reads the facts behind the live board, for the whole window or for the sessions that changed.

One plain query per table, by session ids, all sent at once: joined into one statement they cost the planner and the
server several times as much.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import Severity
from domain.errors import Unavailable
from domain.people.roles import Role
from domain.presence.events import EventKind
from domain.presence.live_status import ConnectionStatus, RoomStatus
from domain.presence.room_ends import RoomEnd
from domain.sessions.board import (
    WINDOW_AHEAD,
    WINDOW_BEHIND,
    BookedParticipant,
    SessionFacts,
    TranscriptProgress,
)
from domain.sessions.headline import URGENT, OpenCase, Reason
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step

logger = logging.getLogger(__name__)

_OF_SESSIONS = """
    select s.id, s.title, c.title, s.starts_at, s.ends_at, s.time_zone, s.state, s.live_at,
           s.occurrence_since, s.course_id, s.instructor_id, i.name, s.region
    from session s join course c on c.organization_id = s.organization_id and c.id = s.course_id
    join instructor i on i.organization_id = s.organization_id and i.id = s.instructor_id
"""
_IN_WINDOW = f"{_OF_SESSIONS} where s.starts_at >= %(start)s and s.starts_at < %(end)s"
_IDS_IN_WINDOW = sa.text("select id from session where starts_at >= :start and starts_at < :end")
# A filter that is null selects nothing; the planner drops it, and the window keeps its index.
_SELECTED = f"""
    {_IN_WINDOW}
    and (%(region)s::text is null or s.region = %(region)s)
    and (%(course_id)s::uuid is null or s.course_id = %(course_id)s)
    and (%(instructor_id)s::uuid is null or s.instructor_id = %(instructor_id)s)
"""
_WITH_OPEN_CASE = "select e.session_id from exception_case e where e.resolved_at is null"
_OF_KIND = f"s.id in ({_WITH_OPEN_CASE} and e.kind = %(trouble)s)"
# Where a reason for attention can hold; whether it does follows from all that is read of a session.
_WHERE_TROUBLE: Mapping[str, str] = {
    Reason.NOT_RECORDED: "s.state = 'live'",
    Reason.INSTRUCTOR_MISSING: "s.state in ('scheduled', 'open') and s.starts_at <= %(now)s and s.ends_at > %(now)s",
    Reason.ROOM_NOT_OPEN: "s.state = 'scheduled' and s.starts_at <= %(now)s",
    Reason.EXCEPTION: f"s.id in ({_WITH_OPEN_CASE} and e.severity = any(%(urgent)s))",
    Reason.POOR_CONNECTION: (
        f"({_OF_KIND} or exists (select from live_connection l where l.session_id = s.id and l.left_at is null))"
    ),
    Reason.TRANSCRIPT_BEHIND: f"({_OF_KIND} or s.state = any(%(transcribed)s))",
}
_BY_IDS = f"{_OF_SESSIONS} where s.id = any(%(ids)s::uuid[])"
_PEOPLE = """
    select p.session_id, p.id, p.name, p.role, coalesce(p.cannot_come_for = s.starts_at, false),
           coalesce(p.checked_in_for = s.starts_at, false)
    from participant p join session s on s.id = p.session_id
    where p.session_id = any(%(ids)s::uuid[]) and p.removed_at is null order by p.role, p.name, p.id
"""
# Ended connections do not matter for who is in the room.
_CONNECTIONS = """
    select session_id, identity, participant_sid, hidden, listed, announced_at, observed_at, first_at, sighted_at,
           seen_at, absent_at, left_at, quality_word, room_sid
    from live_connection where session_id = any(%(ids)s::uuid[]) and left_at is null
"""
_ROOMS = """
    select session_id, ends, capture_started_at, capture_ended_at
    from live_room where session_id = any(%(ids)s::uuid[])
"""
_CASES = """
    select session_id, id, kind, severity, owner, due_at
    from exception_case where session_id = any(%(ids)s::uuid[]) and resolved_at is null
"""
_CAPTURING = """
    select session_id from timeline
    where session_id = any(%(ids)s::uuid[]) and step = %(capture)s and outcome = %(running)s
"""
_SEGMENT_END = "started_at + make_interval(secs => samples::float8 / sample_rate)"
_TRANSCRIBING = f"""
    select s.id,
           (select started_at from audio_segment where session_id = s.id order by started_at limit 1),
           (select {_SEGMENT_END} from audio_segment where session_id = s.id order by started_at desc limit 1),
           greatest((select {_SEGMENT_END} from audio_segment where session_id = s.id and transcribed
                     order by started_at desc limit 1),
                    (select ends_at from utterance where session_id = s.id order by starts_at desc limit 1)),
           exists (select from audio_segment where session_id = s.id and not transcribed)
    from session s where s.id = any(%(ids)s::uuid[]) and s.state = any(%(transcribed)s)
"""
_DETAILS = (_PEOPLE, _CONNECTIONS, _ROOMS, _CASES, _CAPTURING, _TRANSCRIBING)
_VALUES = {
    "capture": Step.CAPTURE.value,
    "running": Outcome.RUNNING.value,
    "transcribed": [SessionState.LIVE.value, SessionState.ENDING.value, SessionState.DOCUMENTING.value],
}

Rows = list[tuple[Any, ...]]
BySession = Mapping[UUID, Rows]


@dataclass(frozen=True)
class BoardSelection:
    """Which sessions of the window to read."""

    ahead: timedelta = WINDOW_AHEAD  # the latest start, from now
    region: str | None = None  # None: of all regions; likewise of all courses, of all instructors
    course_id: UUID | None = None
    instructor_id: UUID | None = None
    exceptions: bool = False  # only with open cases
    trouble: str = ""  # only those that may have this Reason, and those with an open case of this kind

    def statement(self, now: datetime) -> tuple[str, dict[str, Any]]:
        """The query of the selected sessions around `now`, and its values."""
        conditions = [f"s.id in ({_WITH_OPEN_CASE})"] if self.exceptions else []
        if self.trouble:
            conditions.append(_WHERE_TROUBLE.get(self.trouble, _OF_KIND))
        values = vars(self) | _VALUES | {"now": now, "urgent": [str(severity) for severity in URGENT]}
        values |= {"start": now - WINDOW_BEHIND, "end": now + min(self.ahead, WINDOW_AHEAD)}
        return " and ".join([_SELECTED, *conditions]), values


EVERYTHING = BoardSelection()


async def facts(
    db: AsyncSession,
    now: datetime,
    ids: Collection[UUID] | None = None,
    selection: BoardSelection = EVERYTHING,
) -> list[SessionFacts]:
    """The facts of the sessions around `now` that are selected, or of those in `ids`. Raises Unavailable."""
    start, end = now - WINDOW_BEHIND, now + min(selection.ahead, WINDOW_AHEAD)
    raw = await (await db.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert connection is not None, "the transaction has begun"
    try:
        if ids is None:
            query, values = selection.statement(now)
            (rows,) = await _read(connection, [query], values)
            details = await _read(connection, _DETAILS, _VALUES | {"ids": _array(row[0] for row in rows)})
        else:
            rows, *details = await _read(connection, [_BY_IDS, *_DETAILS], _VALUES | {"ids": _array(ids)})
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable("the database isn't responding") from error
    by_session = [_by_session(detail) for detail in details]
    return list(_readable((row for row in rows if start <= row[3] < end), by_session))


async def session_ids(db: AsyncSession, now: datetime) -> set[UUID]:
    """The sessions around `now`."""
    values = {"start": now - WINDOW_BEHIND, "end": now + WINDOW_AHEAD}
    return set(await db.scalars(_IDS_IN_WINDOW, values))


def _readable(rows: Iterable[tuple[Any, ...]], details: Sequence[BySession]) -> Iterator[SessionFacts]:
    """One session with a value that means nothing here must not hide all others."""
    for row in rows:
        try:
            yield _facts(row, *details)
        except ValueError as error:
            logger.error(
                "a session cannot be shown on the board",
                extra={"session_id": str(row[0]), "error": str(error)},
            )


def _array(ids: Iterable[UUID]) -> str:
    """As PostgreSQL writes an array, once for all statements: the driver would write it for each."""
    return "{" + ",".join(map(str, ids)) + "}"


async def _read(
    connection: psycopg.AsyncConnection[Any], queries: Sequence[str], values: Mapping[str, Any]
) -> list[Rows]:
    async with connection.pipeline():
        cursors = [await connection.execute(query, values) for query in queries]
    return [await cursor.fetchall() for cursor in cursors]


def _facts(
    row: tuple[Any, ...],
    people: BySession,
    connections: BySession,
    rooms: BySession,
    cases: BySession,
    capturing: BySession,
    transcribing: BySession,
) -> SessionFacts:
    key, title, course, starts_at, ends_at, zone, state, live_at, since, *rest = row
    course_id, instructor_id, instructor, region = rest
    return SessionFacts(
        id=key,
        title=title,
        course=course,
        course_id=course_id,
        instructor_id=instructor_id,
        instructor=instructor,
        region=region,
        starts_at=_utc(starts_at),
        ends_at=_utc(ends_at),
        time_zone=zone,
        state=SessionState(state),
        live_at=live_at,
        people=tuple(
            BookedParticipant(person, name, Role(role), excused, checked_in)
            for _, person, name, role, excused, checked_in in people.get(key, ())
        ),
        connections=_connections(connections.get(key, ()), since),
        room=_room(*rooms[key][0]) if key in rooms else RoomStatus(),
        capturing=key in capturing,
        cases=tuple(
            OpenCase(case_id, kind, Severity(severity), owner, _utc(due))
            for _, case_id, kind, severity, owner, due in cases.get(key, ())
        ),
        transcribing=TranscriptProgress(*transcribing[key][0][1:])
        if key in transcribing
        else TranscriptProgress(),
    )


def _room(
    _: UUID, ends: list[tuple[str, str, str | None]], started_at: datetime | None, ended_at: datetime | None
) -> RoomStatus:
    read = (RoomEnd(EventKind(kind), datetime.fromisoformat(at), room_sid) for kind, at, room_sid in ends)
    return RoomStatus(frozenset(read), started_at, ended_at)


def _connections(rows: Iterable[tuple[Any, ...]], since: datetime | None) -> tuple[ConnectionStatus, ...]:
    """Those of the present time of the class; before `since` it had another one, and another room."""
    read = (ConnectionStatus(*values[1:]) for values in rows)
    return tuple(c for c in read if since is None or not c.participant_sid or c.joined_at >= since)


def _by_session(rows: Rows) -> BySession:
    grouped: dict[UUID, Rows] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return grouped


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)
