"""The live board: builds the row of a session and decides whether the session needs attention."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.cases.kinds import Severity
from domain.people.roles import Role, identity_of
from domain.presence.live_status import ConnectionStatus, RoomStatus, badness, in_room, level_of
from domain.sessions.headline import (
    SOON,
    URGENT,
    VERY_SOON,
    Headline,
    OpenCase,
    Reason,
    Situation,
    headline,
)
from domain.sessions.states import ROOM_STATES, SessionState

WINDOW_BEHIND, WINDOW_AHEAD = (
    timedelta(hours=18),
    timedelta(hours=48),
)  # the board shows classes that start within this window
RECORDER_GRACE = timedelta(seconds=10)  # from going live until a class that is not recorded needs attention
INSTRUCTOR_GRACE = timedelta(minutes=1)  # from the planned start
TRANSCRIPT_GRACE = timedelta(minutes=2)

S = SessionState


class Group(StrEnum):
    RUNNING = "running"
    COMING = "coming"
    DONE = "done"


class Recording(StrEnum):
    NONE = "none"  # nothing has to be recorded
    ON = "on"
    OFF = "off"  # the class runs and is not recorded


_GROUPS = {S.OPEN: Group.RUNNING, S.LIVE: Group.RUNNING, S.ENDING: Group.RUNNING, S.SCHEDULED: Group.COMING}
_GROUP_ORDER = {Group.RUNNING: 0, Group.COMING: 1, Group.DONE: 2}
_SEVERITIES = tuple(Severity)
_POOR = badness("poor")
_BEFORE_CLASS = frozenset({S.SCHEDULED, S.OPEN, S.LIVE})


@dataclass(frozen=True)
class BookedParticipant:
    """A participant of the session as booked."""

    id: UUID
    name: str
    role: Role
    excused: bool = False  # the family said that the person cannot come
    checked_in: bool = False  # the instructor confirmed to be there


@dataclass(frozen=True)
class TranscriptProgress:
    """How far the recording and the transcript of a session have come."""

    recorded_from: datetime | None = None
    recorded_until: datetime | None = None
    transcribed_until: datetime | None = None
    waiting: bool = False  # some recorded audio is not transcribed yet


_EMPTY_ROOM, _NOTHING_RECORDED = RoomStatus(), TranscriptProgress()


@dataclass(frozen=True)
class SessionFacts:
    """The stored facts that a row is computed from."""

    id: UUID
    title: str
    course: str
    course_id: UUID
    instructor_id: UUID  # who is booked to teach
    instructor: str  # their name
    region: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str  # the zone the class is planned in
    state: SessionState
    live_at: datetime | None
    people: tuple[BookedParticipant, ...]
    connections: tuple[ConnectionStatus, ...] = ()
    room: RoomStatus = _EMPTY_ROOM
    capturing: bool = False  # the capture step is running
    cases: tuple[OpenCase, ...] = ()
    transcribing: TranscriptProgress = _NOTHING_RECORDED


@dataclass(frozen=True)
class BoardParticipant:
    id: UUID
    name: str
    role: Role
    present: bool
    quality: str | None  # excellent, good, poor or lost; None: not present or unknown
    excused: bool = False  # the family said that the person cannot come
    checked_in: bool = False  # the instructor confirmed to be there


@dataclass(frozen=True)
class SessionRow:
    id: UUID
    title: str
    course: str
    course_id: UUID
    instructor_id: UUID
    instructor: str
    region: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    state: SessionState
    group: Group
    headline: Headline
    people: tuple[BoardParticipant, ...]
    present: int  # of those expected
    expected: int
    recording: Recording
    quality: str | None  # the worst connection of those present
    lag_seconds: float | None  # how far the transcript is behind the recording; None: nothing is recorded
    lag_grows: bool  # the lag grows with every second
    cases: tuple[OpenCase, ...]  # open cases, the most severe first
    severity: Severity | None  # of the most severe case
    attention: tuple[Reason, ...]
    changes_at: datetime | None  # when the row may change without any event


@dataclass(frozen=True)
class BoardFilter:
    group: Group | None = None
    attention: bool = False
    exceptions: bool = False  # only sessions with open cases
    trouble: str = ""  # only sessions with this Reason, or with an open case of this kind
    text: str = ""  # in the title, the course or a participant's name

    def matches(self, row: SessionRow) -> bool:
        return (
            (self.group is None or row.group == self.group)
            and (not self.attention or bool(row.attention))
            and (not self.exceptions or bool(row.cases))
            and (not self.trouble or self.trouble in _troubles(row))
            and (not self.text or fold_case_and_accents(self.text) in _searchable_text(row))
        )


def _troubles(row: SessionRow) -> set[str]:
    return {*row.attention, *(case.kind for case in row.cases)}


def board_row(facts: SessionFacts, now: datetime) -> SessionRow:
    people = _people(facts)
    expected = [
        person for person in people if person.role != Role.OBSERVER and (person.present or not person.excused)
    ]
    qualities = [person.quality for person in people if person.quality]
    cases = tuple(sorted(facts.cases, key=lambda case: (-_SEVERITIES.index(case.severity), case.due_at)))
    recording, lag = _recording(facts, people), transcript_lag(facts, now)
    quality = max(qualities, key=badness, default=None)
    reasons = {
        Reason.NOT_RECORDED: _not_recorded(facts, recording, now),
        Reason.INSTRUCTOR_MISSING: _instructor_missing(facts, people, now),
        Reason.ROOM_NOT_OPEN: facts.state == S.SCHEDULED and now >= facts.starts_at,
        Reason.EXCEPTION: any(case.severity in URGENT for case in cases),
        Reason.POOR_CONNECTION: quality is not None and badness(quality) >= _POOR,
        Reason.TRANSCRIPT_BEHIND: lag is not None and lag > TRANSCRIPT_GRACE,
    }
    attention = tuple(reason for reason, applies in reasons.items() if applies)
    return SessionRow(
        id=facts.id,
        title=facts.title,
        course=facts.course,
        course_id=facts.course_id,
        instructor_id=facts.instructor_id,
        instructor=facts.instructor,
        region=facts.region,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        time_zone=facts.time_zone,
        state=facts.state,
        group=_GROUPS.get(facts.state, Group.DONE),
        headline=headline(_situation(facts, people, cases, attention, now)),
        people=people,
        present=sum(person.present for person in expected),
        expected=len(expected),
        recording=recording,
        quality=quality,
        lag_seconds=round(lag.total_seconds(), 1) if lag is not None else None,
        lag_grows=lag is not None and _lag_grows(facts),
        cases=cases,
        severity=cases[0].severity if cases else None,
        attention=attention,
        changes_at=_changes_at(facts, now),
    )


def _situation(
    facts: SessionFacts,
    people: Sequence[BoardParticipant],
    cases: tuple[OpenCase, ...],
    attention: tuple[Reason, ...],
    now: datetime,
) -> Situation:
    instructors = [person for person in people if person.role == Role.INSTRUCTOR]
    students = [person for person in people if person.role == Role.STUDENT]
    worst = max(
        (one for one in people if one.quality), key=lambda one: badness(one.quality or ""), default=None
    )
    return Situation(
        state=facts.state,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        now=now,
        attention=attention,
        cases=cases,
        instructor_present=any(person.present for person in instructors),
        checked_in=any(person.checked_in for person in instructors),
        poorly_connected=worst.name if worst else "",
        all_excused=bool(students) and all(person.excused and not person.present for person in students),
    )


def sorted_rows(rows: Iterable[SessionRow]) -> list[SessionRow]:
    """Running sessions, then coming ones, both by start; then finished ones, the latest first."""

    def sort_key(row: SessionRow) -> tuple[int, float, str]:
        start = row.starts_at.timestamp()
        return _GROUP_ORDER[row.group], -start if row.group == Group.DONE else start, str(row.id)

    return sorted(rows, key=sort_key)


def transcript_lag(facts: SessionFacts, now: datetime) -> timedelta | None:
    """The time from the end of the transcript to the end of the recording, or to now while audio waits in a running
    class. None if nothing is recorded.

    While nobody speaks, no audio waits and the lag does not grow.
    """
    progress = facts.transcribing
    reached = progress.transcribed_until or progress.recorded_from
    if reached is None or progress.recorded_until is None:
        return None
    until = max(progress.recorded_until, now) if _lag_grows(facts) else progress.recorded_until
    return max(until - reached, timedelta(0))


def fold_case_and_accents(text: str) -> str:
    """The text without case and accents, for searching."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()


def _searchable_text(row: SessionRow) -> str:
    return fold_case_and_accents("\n".join([row.title, row.course, *(person.name for person in row.people)]))


def _people(facts: SessionFacts) -> tuple[BoardParticipant, ...]:
    of_person: dict[str, list[ConnectionStatus]] = defaultdict(list)
    for connection in facts.connections:
        of_person[connection.identity].append(connection)
    return tuple(_person(one, of_person[identity_of(one.id)], facts.room) for one in facts.people)


def _person(
    expected: BookedParticipant, connections: Sequence[ConnectionStatus], room: RoomStatus
) -> BoardParticipant:
    """Presence and quality of a participant; the latest quality report counts, from the recorder or the browser."""
    holding = [connection for connection in connections if in_room(connection, room)]
    if not holding:
        return _on_board(expected, present=False, quality=None)
    from_browser = [connection for connection in connections if not connection.participant_sid]
    quality_words = [c.quality_word for c in (*holding, *from_browser) if c.quality_word is not None]
    quality = level_of(max(quality_words)) if quality_words else None
    return _on_board(expected, present=True, quality=quality)


def _on_board(expected: BookedParticipant, *, present: bool, quality: str | None) -> BoardParticipant:
    return BoardParticipant(
        expected.id,
        expected.name,
        expected.role,
        present=present,
        quality=quality,
        excused=expected.excused,
        checked_in=expected.checked_in,
    )


def _recording(facts: SessionFacts, people: Sequence[BoardParticipant]) -> Recording:
    """Whether the class is recorded now. In an empty room there is nothing to record."""
    if facts.state not in ROOM_STATES or not any(person.present for person in people):
        return Recording.NONE
    if facts.capturing and facts.room.recorded:
        return Recording.ON
    return Recording.OFF if facts.state == S.LIVE else Recording.NONE


def _not_recorded(facts: SessionFacts, recording: Recording, now: datetime) -> bool:
    return recording == Recording.OFF and now >= (facts.live_at or facts.starts_at) + RECORDER_GRACE


def _instructor_missing(facts: SessionFacts, people: Sequence[BoardParticipant], now: datetime) -> bool:
    present = any(person.present for person in people if person.role == Role.INSTRUCTOR)
    return (
        facts.state in _BEFORE_CLASS
        and not present
        and facts.starts_at + INSTRUCTOR_GRACE <= now < facts.ends_at
    )


def _lag_grows(facts: SessionFacts) -> bool:
    """While audio waits in a running class. An empty room adds nothing to what waits."""
    return facts.transcribing.waiting and facts.state == S.LIVE and any(p.present for p in _people(facts))


def _changes_at(facts: SessionFacts, now: datetime) -> datetime | None:
    """The next moment at which a reason for attention or the headline may change without an event."""
    if facts.state not in _BEFORE_CLASS:
        return None
    progress = facts.transcribing
    reached = progress.transcribed_until or progress.recorded_from
    moments = [facts.starts_at - SOON, facts.starts_at - VERY_SOON, facts.starts_at]
    moments += [facts.starts_at + INSTRUCTOR_GRACE, facts.ends_at - VERY_SOON, facts.ends_at]
    moments += [facts.live_at + RECORDER_GRACE] if facts.live_at else []
    # At the limit itself the lag does not exceed it yet.
    moments += [reached + TRANSCRIPT_GRACE + timedelta(seconds=1)] if reached and _lag_grows(facts) else []
    return min((moment for moment in moments if moment > now), default=None)
