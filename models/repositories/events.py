"""The append-only log of session events. Writing is idempotent by (session, source id).

Events whose time is implausible (domain/presence/plausible_times.py) are stored with a mark; they change no live status
and are not read back as events of the session.
"""

import base64
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import CursorInvalid
from domain.presence.chat import ChatMessage, chat_message
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.presence.live_status import (
    ABSENT,
    CAPTURE_ENDED,
    CAPTURE_STARTED,
    CONNECTION,
    FINISHED,
    FROM_LIVEKIT,
    JOINED,
    LEFT,
    LISTED,
    REMADE,
    ROOM,
    SEEN,
    SIGHTED,
    marks,
    quality_word,
)
from domain.presence.plausible_times import (
    AROUND_CLASS,
    IMPLAUSIBLE_TIME,
    MOST_AHEAD,
    most_late,
    reported_join,
)
from domain.presence.telemetry import TELEMETRY_KINDS, TelemetryMinute, report_of, summary_events
from models.json_values import storable
from models.session_event import SessionEventRow
from models.telemetry import TelemetryMinuteRow
from models.written_sessions import WRITES_SESSIONS

logger = logging.getLogger(__name__)


def _sql(interval: timedelta) -> str:
    return f"interval '{interval.total_seconds():.0f} seconds'"


# is_plausible() of the domain, where the class's times are at hand. What was received is recorded at once.
_MOST_LATE = " ".join(f"when '{source}' then {_sql(most_late(source))}" for source in EventSource)
_PLAUSIBLE = f"""
    e.occurred_at between now() - case e.source {_MOST_LATE} end and now() + {_sql(MOST_AHEAD)}
    or e.occurred_at between s.starts_at - {_sql(AROUND_CLASS)} and s.ends_at + {_sql(AROUND_CLASS)}
"""
# One statement for any number of rows, at a fifth of the cost of executemany. Only new events change the live status,
# in one order for all writers, so that they wait for each other instead of deadlocking.
_RECORD = f"""
    with judged as materialized (
        select {{organization}} as organization_id, e.*, coalesce({_PLAUSIBLE}, true) as plausible
        from json_to_recordset(cast({{events}} as json)) as e(session_id uuid, source_id text, source text, kind text,
             occurred_at timestamptz, identity text, participant_sid text, track_sid text, hidden bool, data jsonb,
             marks int, joined_at timestamptz, until timestamptz, quality_word bigint, room_sid text,
             telemetry bool, score int, concealed_samples float8, total_samples float8, alive bool)
        left join session s on s.id = e.session_id
    ), given as materialized (
        select organization_id, session_id, source_id, source, kind, occurred_at, identity, participant_sid, track_sid,
               hidden,
               case when plausible then data else data || jsonb_build_object('{IMPLAUSIBLE_TIME}', true) end as data,
               case when plausible then marks else 0 end as marks, joined_at, until, quality_word, room_sid,
               telemetry and plausible as telemetry, score, concealed_samples, total_samples, alive
        from judged
    ), recorded as (
        insert into session_event (organization_id, session_id, source_id, source, kind, occurred_at,
                                   identity, participant_sid, track_sid, hidden, data)
        select organization_id, session_id, source_id, source, kind, occurred_at,
               identity, participant_sid, track_sid, hidden, data
        from given
        on conflict do nothing
        returning session_id, source_id, data ? '{IMPLAUSIBLE_TIME}' as implausible
    ), connections as (
        insert into live_connection as kept (organization_id, session_id, identity, participant_sid, hidden, listed,
            announced_at, observed_at, first_at, sighted_at, seen_at, absent_at, left_at, quality_word, room_sid)
        select organization_id, session_id, identity, coalesce(participant_sid, ''), bool_or(hidden),
               bool_or(marks & {LISTED} > 0),
               least(min(occurred_at) filter (where marks & {JOINED} > 0),
                     min(joined_at) filter (where marks & {FROM_LIVEKIT} > 0)),
               min(joined_at),
               min(occurred_at),
               max(greatest(occurred_at, until)) filter (where marks & {SIGHTED} > 0),
               max(occurred_at) filter (where marks & {SEEN} > 0),
               max(occurred_at) filter (where marks & {ABSENT} > 0),
               max(occurred_at) filter (where marks & {LEFT} > 0),
               max(quality_word),
               max(room_sid)
        from given join recorded using (session_id, source_id)
        where marks & {CONNECTION} > 0
        group by 1, 2, 3, 4
        order by 2, 3, 4
        on conflict (session_id, identity, participant_sid) do update set
            hidden = kept.hidden or excluded.hidden,
            listed = kept.listed or excluded.listed,
            announced_at = least(kept.announced_at, excluded.announced_at),
            observed_at = least(kept.observed_at, excluded.observed_at),
            first_at = least(kept.first_at, excluded.first_at),
            sighted_at = greatest(kept.sighted_at, excluded.sighted_at),
            seen_at = greatest(kept.seen_at, excluded.seen_at),
            absent_at = greatest(kept.absent_at, excluded.absent_at),
            left_at = greatest(kept.left_at, excluded.left_at),
            quality_word = greatest(kept.quality_word, excluded.quality_word),
            room_sid = greatest(kept.room_sid, excluded.room_sid)
    ), rooms as (
        insert into live_room as kept
            (organization_id, session_id, finished_at, remade_at, ends, capture_started_at, capture_ended_at)
        select organization_id, session_id,
               max(occurred_at) filter (where marks & {FINISHED} > 0),
               max(occurred_at) filter (where marks & {REMADE} > 0),
               coalesce(jsonb_agg(distinct jsonb_build_array(kind, occurred_at, room_sid))
                        filter (where marks & {FINISHED | REMADE} > 0), '[]'),
               max(occurred_at) filter (where marks & {CAPTURE_STARTED} > 0),
               max(occurred_at) filter (where marks & {CAPTURE_ENDED} > 0)
        from given join recorded using (session_id, source_id)
        where marks & {ROOM} > 0
        group by 1, 2
        order by 2
        on conflict (session_id) do update set
            finished_at = greatest(kept.finished_at, excluded.finished_at),
            remade_at = greatest(kept.remade_at, excluded.remade_at),
            ends = kept.ends || excluded.ends,
            capture_started_at = greatest(kept.capture_started_at, excluded.capture_started_at),
            capture_ended_at = greatest(kept.capture_ended_at, excluded.capture_ended_at)
    ), minutes as (
        insert into telemetry_minute as kept (organization_id, session_id, kind, source, identity, participant_sid,
            track_sid, minute, alive, hidden, first_at, last_at, worst_score, score_sum, scores, last_word,
            concealed_samples, total_samples)
        select organization_id, session_id, kind, source, coalesce(identity, ''), coalesce(participant_sid, ''),
               coalesce(track_sid, ''), date_trunc('minute', occurred_at, 'UTC'), alive, bool_or(hidden),
               min(occurred_at), max(occurred_at), min(score), coalesce(sum(score), 0), count(score),
               max(quality_word), sum(concealed_samples), sum(total_samples)
        from given join recorded using (session_id, source_id)
        where telemetry
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9
        order by 2, 3, 4, 5, 6, 7, 8, 9
        on conflict (session_id, kind, source, identity, participant_sid, track_sid, minute, alive) do update set
            hidden = kept.hidden or excluded.hidden,
            first_at = least(kept.first_at, excluded.first_at),
            last_at = greatest(kept.last_at, excluded.last_at),
            worst_score = least(kept.worst_score, excluded.worst_score),
            score_sum = kept.score_sum + excluded.score_sum,
            scores = kept.scores + excluded.scores,
            last_word = greatest(kept.last_word, excluded.last_word),
            concealed_samples = kept.concealed_samples + excluded.concealed_samples,
            total_samples = kept.total_samples + excluded.total_samples
    )
    select count(*), count(*) filter (where implausible) from recorded
"""
_RECORD_ONE = sa.text(_RECORD.format(organization="cast(:organization_id as uuid)", events=":events"))
_RECORD_MANY = _RECORD.format(organization="cast(%s as uuid)", events="%s")
_SCOPE = "select set_config('app.organization_id', %s, true)"

Events = Sequence[tuple[UUID, SessionEvent]]
"""Events, each with the id of its session."""


async def record(db: AsyncSession, organization_id: UUID, events: Events) -> int:
    """Record events of one organization's sessions. Returns the number of new ones."""
    if not events:
        return 0
    rows = [encoded(session_id, event) for session_id, event in events]
    result = await db.execute(
        _RECORD_ONE,
        {"organization_id": organization_id, "events": _as_array(rows)},
        execution_options={WRITES_SESSIONS: {session_id for session_id, _ in events}},
    )
    new, implausible = result.one()
    _log_implausible(organization_id, implausible)
    return int(new)


async def record_many(connection: AsyncConnection[Any], encoded: Mapping[UUID, Sequence[bytes]]) -> None:
    """Record encoded events by organization, each in its own scope, all sent at once.

    Every webhook comes through here, so it uses the driver's connection: the layers above cost as much as the rest.
    """
    recorded = {}
    async with connection.pipeline():
        for organization_id, rows in sorted(encoded.items()):
            await connection.execute(_SCOPE, [str(organization_id)])
            recorded[organization_id] = await connection.execute(
                _RECORD_MANY, [organization_id, _as_array(rows)]
            )
    for organization_id, cursor in recorded.items():
        if counts := await cursor.fetchone():
            _log_implausible(organization_id, counts[1])


def _log_implausible(organization_id: UUID, count: int) -> None:
    if count:
        details = {"organization_id": str(organization_id), "count": count}
        logger.warning("events with an implausible time do not count", extra=details)


def encoded(session_id: UUID, event: SessionEvent) -> bytes:
    """The event as JSON, without the NUL and lone surrogates that people can send and Postgres cannot store."""
    row = _as_row(session_id, event)
    with suppress(orjson.JSONEncodeError):
        text = orjson.dumps(row)
        if rb"\u0000" not in text:
            return text
    return orjson.dumps(storable(row))


def _as_array(rows: Sequence[bytes]) -> str:
    return f"[{b','.join(rows).decode()}]"


def _as_row(session_id: UUID, event: SessionEvent) -> dict[str, Any]:
    row = {
        "session_id": session_id,
        "source_id": event.source_id,
        "source": event.source,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "identity": event.identity,
        "participant_sid": event.participant_sid,
        "track_sid": event.track_sid,
        "hidden": event.hidden,
        "data": event.data,
    }
    if event_marks := marks(event):
        row["marks"] = event_marks
        row["room_sid"] = event.room_sid
        if joined_at := reported_join(event):
            row["joined_at"] = joined_at
        if event.kind == EventKind.TALK:
            row["until"] = event.data.get("until")
    if report := report_of(event):
        row |= asdict(report) | {"telemetry": True, "quality_word": quality_word(event)}
    return row


async def of_session(
    db: AsyncSession, session_id: UUID, kinds: Sequence[EventKind] | None = None
) -> list[SessionEvent]:
    """A session's events in the order in which they happened, without those whose time is implausible."""
    query = sa.select(SessionEventRow).where(
        col(SessionEventRow.session_id) == session_id,
        sa.not_(col(SessionEventRow.data).op("?", is_comparison=True)(IMPLAUSIBLE_TIME)),
    )
    if kinds is not None:
        query = query.where(col(SessionEventRow.kind).in_(list(kinds)))
    rows = await db.scalars(query.order_by(col(SessionEventRow.occurred_at), col(SessionEventRow.source_id)))
    return [_as_event(row) for row in rows]


async def to_fold(db: AsyncSession, session_id: UUID) -> list[SessionEvent]:
    """What attendance and engagement are folded from: a session's events, with the summary of its telemetry.

    Their number does not grow with the reports of browsers and of the recorder.
    """
    others = await of_session(db, session_id, [kind for kind in EventKind if kind not in TELEMETRY_KINDS])
    minutes = await db.scalars(
        sa.select(TelemetryMinuteRow).where(col(TelemetryMinuteRow.session_id) == session_id)
    )
    return [*others, *(event for row in minutes for event in summary_events(_as_minute(row)))]


def _as_minute(row: TelemetryMinuteRow) -> TelemetryMinute:
    return TelemetryMinute(
        kind=EventKind(row.kind),
        source=EventSource(row.source),
        identity=row.identity,
        participant_sid=row.participant_sid,
        track_sid=row.track_sid,
        alive=row.alive,
        hidden=row.hidden,
        first_at=row.first_at,
        last_at=row.last_at,
        worst_score=row.worst_score,
        mean_score=row.score_sum / row.scores if row.scores else None,
        last_word=row.last_word,
        concealed_samples=row.concealed_samples,
        total_samples=row.total_samples,
    )


@dataclass(frozen=True)
class ChatPosition:
    """The position after a message of a class's chat."""

    sent_at: datetime
    source_id: str


def write_chat_position(position: ChatPosition) -> str:
    value = json.dumps([position.sent_at.isoformat(), position.source_id])
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def read_chat_position(cursor: str) -> ChatPosition:
    """Raises CursorInvalid."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        sent_at, source_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        position = ChatPosition(datetime.fromisoformat(sent_at), str(source_id))
        position.source_id.encode()  # fails for a lone surrogate
    except (ValueError, TypeError, RecursionError) as error:
        raise CursorInvalid from error
    if position.sent_at.tzinfo is None or "\0" in position.source_id:
        raise CursorInvalid
    return position


async def chat(
    db: AsyncSession,
    session_id: UUID,
    *,
    since: datetime | None,
    after: ChatPosition | None = None,
    limit: int | None = None,
) -> tuple[list[ChatMessage], ChatPosition | None]:
    """The chat messages of a session in the order in which they were sent, and the position if there are more.

    `since` is the begin of the session's latest occurrence; earlier messages belong to another one.
    """
    position = sa.tuple_(col(SessionEventRow.occurred_at), col(SessionEventRow.source_id))
    query = sa.select(SessionEventRow).where(
        col(SessionEventRow.session_id) == session_id,
        col(SessionEventRow.kind) == sa.literal_column(f"'{EventKind.CHAT}'"),  # so that its index is used
        sa.not_(col(SessionEventRow.data).op("?", is_comparison=True)(IMPLAUSIBLE_TIME)),
    )
    if since is not None:
        query = query.where(col(SessionEventRow.occurred_at) >= since)
    if after is not None:
        query = query.where(position > sa.tuple_(sa.literal(after.sent_at), sa.literal(after.source_id)))
    query = query.order_by(col(SessionEventRow.occurred_at), col(SessionEventRow.source_id))
    rows = list(await db.scalars(query.limit(None if limit is None else limit + 1)))
    shown = rows if limit is None else rows[:limit]
    last = ChatPosition(shown[-1].occurred_at, shown[-1].source_id) if len(rows) > len(shown) else None
    return [chat_message(row.source_id, row.identity, row.occurred_at, row.data) for row in shown], last


def _as_event(row: SessionEventRow) -> SessionEvent:
    return SessionEvent(
        EventSource(row.source),
        row.source_id,
        EventKind(row.kind),
        row.occurred_at,
        row.identity,
        row.participant_sid,
        row.track_sid,
        row.hidden,
        row.data,
    )
