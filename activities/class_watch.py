"""Finds what goes wrong in the classes of a region besides absences and recordings, and keeps an exception for each.

One look takes a fixed number of statements, however many classes run. It adds nothing to the history of a class.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from activities.isolation import log_left_out
from activities.presence_record import PresenceRecord, SessionPresence
from activities.progress import utc_now
from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.people.roles import Role, identity_of
from domain.presence.departures import latest_unannounced, left_alone_since
from domain.presence.poor_connection import poor_connection
from domain.record.transcript import BEHIND_AFTER, is_behind
from domain.sessions.schedule import ended_early_by
from models.database import Database
from models.repositories import class_troubles
from models.repositories.class_troubles import (
    EarlyEnd,
    OverrunPerson,
    PoorTelemetry,
    UnresolvedCase,
    WaitingTrack,
)
from services.found_cases import Finding, FoundCases

EVERY_SECONDS = 10.0
_EARLY_ENDS_OF = timedelta(hours=24)  # older ones were reported
K = ExceptionKind
# From who is in the room: not judged where the events of a class cannot be read.
_OF_PRESENCE = (K.INSTRUCTOR_LEFT_EARLY, K.WEBHOOK_GAP, K.CLASS_OVERRAN, K.POOR_CONNECTION)
_KINDS = (*_OF_PRESENCE, K.TRANSCRIPT_BEHIND, K.CLASS_ENDED_EARLY)
_GONE = {
    K.WEBHOOK_GAP: "LiveKit has reported what it had missed.",
    K.CLASS_OVERRAN: "Nobody in it is missed in the next class any more.",
}
Running = Mapping[UUID, SessionPresence]


class ClassWatch:
    """The watch over the classes of one region."""

    def __init__(self, database: Database, region: str, record: PresenceRecord) -> None:
        self._database = database
        self._region = region
        self._record = record
        self._cases = FoundCases(database)

    async def look(self) -> None:
        """Open and resolve the cases of what is found. Raises Unavailable."""
        running, now = await self._record.read(), utc_now()
        async with self._database.lookup() as db:
            region = self._region
            late = await class_troubles.overrun_people(db, region)
            poor = await class_troubles.poor_telemetry(db, region)
            waiting = await class_troubles.waiting_tracks(db, region, now - BEHIND_AFTER)
            early = await class_troubles.early_ends(db, region, now - _EARLY_ENDS_OF)
            unresolved = await class_troubles.unresolved(db, region, _KINDS)
        found = [
            *_in_rooms(running.values(), now),
            *_overrun(late, running),
            *_poor(poor, running, now),
            *_behind(waiting, now),
            *_early(early),
        ]
        await self._cases.keep(found, unresolved, lambda case: _why_gone(case, running, now), now)


def _in_rooms(sessions: Iterable[SessionPresence], now: datetime) -> Iterable[Finding]:
    return chain.from_iterable(_in_room(session, now) for session in sessions)


def _in_room(session: SessionPresence, now: datetime) -> list[Finding]:
    if session.folded is None:
        return []
    try:
        return [*_left_early(session, now), *_unannounced(session, now)]
    except Exception as error:
        log_left_out(session.session_id, "find what is wrong in the room", error)
        return []


def _left_early(session: SessionPresence, now: datetime) -> Iterable[Finding]:
    assert session.folded is not None
    since = left_alone_since(
        session.folded.attendance,
        teachers=session.teachers.keys(),
        students=[who for who, role in session.roles.items() if role == Role.STUDENT],
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        now=now,
    )
    if since:
        detail = {"left_at": since.isoformat()}
        yield Finding(
            session.organization_id,
            session.session_id,
            K.INSTRUCTOR_LEFT_EARLY,
            key=since.isoformat(),
            detail=detail,
        )


def _unannounced(session: SessionPresence, now: datetime) -> Iterable[Finding]:
    assert session.folded is not None
    if sid := latest_unannounced(session.folded.attendance.values(), now):
        yield Finding(
            session.organization_id, session.session_id, K.WEBHOOK_GAP, key=sid, detail={"connection": sid}
        )


def _overrun(late: Iterable[OverrunPerson], running: Running) -> Iterable[Finding]:
    """One for each pair of classes, which names one of those who are missed: the instructor first."""
    pairs: dict[tuple[UUID, UUID], list[OverrunPerson]] = {}
    for person in late:
        if _is_present(running.get(person.session_id), identity_of(person.participant_id)):
            pairs.setdefault((person.session_id, person.next_session_id), []).append(person)
    for (session_id, next_id), people in pairs.items():
        first = min(people, key=lambda one: (one.role != Role.INSTRUCTOR, str(one.person_id)))
        detail = {
            f"{first.role}_id": str(first.person_id),
            "people": str(len(people)),
            "next_session_id": str(next_id),
            "next_starts_at": first.next_starts_at.isoformat(),
        }
        key = first.next_starts_at.isoformat()
        yield Finding(first.organization_id, session_id, K.CLASS_OVERRAN, str(next_id), key, detail)


def _poor(poor: Iterable[PoorTelemetry], running: Running, now: datetime) -> Iterable[Finding]:
    for one in poor:
        found = poor_connection(one.minutes, now)
        if found is None or not _is_present(running.get(one.session_id), one.identity):
            continue
        since = found.since.isoformat()
        who = {f"{one.role}_id": str(one.person_id)} if one.person_id else {"participant_id": one.identity}
        detail = who | {"direction": found.direction.value, "since": since}
        occasion = str(one.person_id or one.identity)
        yield Finding(one.organization_id, one.session_id, K.POOR_CONNECTION, occasion, since, detail)


def _behind(waiting: Iterable[WaitingTrack], now: datetime) -> Iterable[Finding]:
    slow: dict[UUID, list[WaitingTrack]] = {}
    for track in waiting:
        if is_behind(track.segments, track.seconds):
            slow.setdefault(track.session_id, []).append(track)
    half_hour = now.replace(minute=now.minute - now.minute % 30, second=0, microsecond=0)
    for session_id, tracks in slow.items():
        detail = {
            "waiting_since": min(track.since for track in tracks).isoformat(),
            "seconds": f"{sum(track.seconds for track in tracks):.0f}",
        }
        organization_id = tracks[0].organization_id
        yield Finding(
            organization_id, session_id, K.TRANSCRIPT_BEHIND, key=half_hour.isoformat(), detail=detail
        )


def _early(ended: Iterable[EarlyEnd]) -> Iterable[Finding]:
    for one in ended:
        if unused := ended_early_by(one.starts_at, one.ends_at, one.ended_at):
            ended_at = one.ended_at.isoformat()
            detail = {
                "ended_at": ended_at,
                "ends_at": one.ends_at.isoformat(),
                "minutes": str(round(unused.total_seconds() / 60)),
                "instructor_id": str(one.instructor_id),
            }
            yield Finding(
                one.organization_id, one.session_id, K.CLASS_ENDED_EARLY, key=ended_at, detail=detail
            )


def _is_present(session: SessionPresence | None, identity: str) -> bool:
    own = session.folded.attendance.get(identity) if session and session.folded else None
    return own is not None and own.present


def _why_gone(case: UnresolvedCase, running: Running, now: datetime) -> str:
    """Why a case that is not found any more is over; empty: it is not, or that cannot be told."""
    session, kind = running.get(case.session_id), ExceptionKind(case.kind)
    if kind == K.CLASS_ENDED_EARLY:
        return "The class goes on." if session else ""
    if kind == K.TRANSCRIPT_BEHIND:
        return "The transcript has caught up."
    if session is None:
        return "The class does not run any more." if case_kind(kind).ends_with_class else ""
    if session.folded is None:
        return ""
    if kind == K.INSTRUCTOR_LEFT_EARLY:
        is_back = any(_is_present(session, who) for who in session.teachers)
        return f"Somebody teaches the class again after {_length(case, now)}." if is_back else ""
    if kind == K.POOR_CONNECTION:
        return f"Good again, or left, {_length(case, now)} after this was opened."
    return _GONE[kind]


def _length(case: UnresolvedCase, now: datetime) -> str:
    seconds = round((now - case.opened_at).total_seconds())
    return f"{seconds // 60} min {seconds % 60} s"
