"""Attendance and engagement per participant, as filed or computed from the events recorded so far."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.intervals import Interval
from domain.people.roles import Role, identity_of
from domain.presence.attendance import Attendance, fold_attendance
from domain.presence.connections import Connection
from domain.presence.engagement import EngagementSummary, summarise
from domain.presence.events import SessionEvent
from domain.presence.occurrences import events_since
from domain.presence.stored_sound import sound_events
from domain.presence.verdicts import AttendanceRule, AttendanceStatus, Verdict, judge, time_of_class
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import FINAL_STATES
from models.record import AttendanceRow
from models.repositories import events, recordings, records, sessions
from models.session import Participant, Session


async def rows(db: AsyncSession, session: Session, now: datetime) -> list[AttendanceRow]:
    """The filed rows of a closed session; else rows computed from the events recorded so far."""
    if session.state in FINAL_STATES and (filed := await records.attendance(db, session.id)):
        return filed
    participants = await sessions.participants(db, session.id)
    return attendance_rows(session, participants, await evidence(db, session), now)


async def evidence(db: AsyncSession, session: Session) -> list[SessionEvent]:
    """What attendance is folded from: the recorded events, and the stored sound of each speaker."""
    starts_at = min(session.starts_at, session.opened_at or session.starts_at)
    ends_at = max(session.ends_at, session.ended_at or session.ends_at)
    recorded = await events.to_fold(db, session.id)
    segments = await recordings.segments(db, session.id)
    return [*recorded, *sound_events(segments, recorded, starts_at, ends_at)]


def attendance_rows(
    session: Session, participants: Sequence[Participant], recorded: Sequence[SessionEvent], now: datetime
) -> list[AttendanceRow]:
    """One row per participant, from the session's `evidence`.

    It includes those who never came, but not those who were removed before they came.
    """
    until = session.ended_at or now
    of_class = _time_of_class(session)
    rule = _rule(session)
    recorded = events_since(recorded, session.occurrence_since)
    attended = fold_attendance(recorded, until=until)
    engaged = summarise(recorded, until=until)
    return [
        _judged(
            _row(person, (own := attended.get(identity_of(person.id))), engaged.get(identity_of(person.id))),
            judge(own.intervals if own else (), of_class, rule)
            if of_class and person.role != Role.OBSERVER
            else None,
        )
        for person in participants
        if person.in_class or identity_of(person.id) in attended
    ]


def _time_of_class(session: Session) -> Interval | None:
    """None for a class that is not over, or was not held: nobody has missed it."""
    if session.ended_at is None or session.live_at is None:
        return None
    return time_of_class(session.starts_at, session.ends_at, session.ended_at)


def _rule(session: Session) -> AttendanceRule:
    policy = SessionPolicy.model_validate(session.policy)
    return AttendanceRule(policy.present_share, policy.punctual_within)


def _judged(row: AttendanceRow, verdict: Verdict | None) -> AttendanceRow:
    if verdict:
        row.status, row.class_share = verdict.status, round(verdict.share, 4)
        row.late_seconds = round(verdict.late_seconds, 3)
        row.left_early_seconds = round(verdict.left_early_seconds, 3)
    return row


def status_of(row: AttendanceRow, person: Participant) -> AttendanceStatus | None:
    """What the school says of a person's attendance, else what was measured."""
    return person.attendance_status or row.status


def _row(
    person: Participant, attended: Attendance | None, engaged: EngagementSummary | None
) -> AttendanceRow:
    return AttendanceRow(
        participant_id=person.id,
        organization_id=person.organization_id,
        session_id=person.session_id,
        seconds=round(attended.seconds, 3) if attended else 0.0,
        first_joined_at=attended.first_joined_at if attended else None,
        last_left_at=attended.last_left_at if attended else None,
        reconnects=attended.reconnects if attended else 0,
        connections=[_connection(c) for c in attended.connections] if attended else [],
        engagement=asdict(engaged) if engaged else {},
    )


def _connection(connection: Connection) -> dict[str, str | bool | None]:
    return {
        "sid": connection.sid,
        "joined_at": connection.joined_at.isoformat(),
        "joined_by": connection.joined_by,
        "left_at": connection.left_at.isoformat() if connection.left_at else None,
        "left_by": connection.left_by,
        "reason": connection.reason,
        "disputed": connection.disputed,
    }
