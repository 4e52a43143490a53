"""The live board: what a row says of a session, and when somebody has to look at it. One table of reasons."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.cases.kinds import ExceptionKind, Severity
from domain.people.roles import Role, identity_of
from domain.presence.live_status import ConnectionStatus, RoomStatus, badness, in_room, level_of
from domain.sessions.states import SessionState

BEHIND, AHEAD = timedelta(hours=18), timedelta(hours=30)  # the board's window, by the start of a class
RECORDER_GRACE = timedelta(seconds=10)  # from going live until a class without a recorder is worth a look
INSTRUCTOR_GRACE = timedelta(minutes=1)  # from the planned start
TRANSCRIPT_GRACE = timedelta(minutes=2)

S = SessionState


class Group(StrEnum):
    RUNNING = "running"
    COMING = "coming"
    DONE = "done"


class Recording(StrEnum):
    NONE = "none"  # there is nothing to record
    ON = "on"
    OFF = "off"  # the class runs and nobody records it


class Reason(StrEnum):
    """Why a session needs attention."""

    NOT_RECORDED = "not_recorded"
    INSTRUCTOR_MISSING = "instructor_missing"
    ROOM_NOT_OPEN = "room_not_open"
    EXCEPTION = "exception"  # an open one of high or critical severity
    POOR_CONNECTION = "poor_connection"
    TRANSCRIPT_BEHIND = "transcript_behind"


_GROUPS = {S.OPEN: Group.RUNNING, S.LIVE: Group.RUNNING, S.ENDING: Group.RUNNING, S.SCHEDULED: Group.COMING}
_ORDER = {Group.RUNNING: 0, Group.COMING: 1, Group.DONE: 2}
_SEVERITIES = tuple(Severity)
_URGENT = frozenset({Severity.HIGH, Severity.CRITICAL})
_POOR = badness("poor")
_BEFORE_CLASS = frozenset({S.SCHEDULED, S.OPEN, S.LIVE})


@dataclass(frozen=True)
class Expected:
    """A participant of the session, as booked."""

    id: UUID
    name: str
    role: Role


@dataclass(frozen=True)
class OpenCase:
    kind: str
    severity: Severity
    owner: str
    due_at: datetime


@dataclass(frozen=True)
class Transcribing:
    """How far recording and transcript have come."""

    recorded_from: datetime | None = None
    recorded_until: datetime | None = None
    transcribed_until: datetime | None = None
    waiting: bool = False  # something recorded is not transcribed yet


_EMPTY_ROOM, _NOTHING_RECORDED = RoomStatus(), Transcribing()


@dataclass(frozen=True)
class Facts:
    """What the record says of a session."""

    id: UUID
    title: str
    course: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str  # the zone the class is planned in
    state: SessionState
    live_at: datetime | None
    people: tuple[Expected, ...]
    connections: tuple[ConnectionStatus, ...] = ()
    room: RoomStatus = _EMPTY_ROOM
    capturing: bool = False  # the step that records is running
    cases: tuple[OpenCase, ...] = ()
    transcribing: Transcribing = _NOTHING_RECORDED


@dataclass(frozen=True)
class Person:
    id: UUID
    name: str
    role: Role
    present: bool
    quality: str | None  # of those present: excellent, good, poor, lost; None: nothing is known


@dataclass(frozen=True)
class Row:
    id: UUID
    title: str
    course: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    state: SessionState
    group: Group
    people: tuple[Person, ...]
    present: int  # of those expected
    expected: int
    recording: Recording
    quality: str | None  # the worst of those present
    lag_seconds: float | None  # by which the transcript is behind the recording; None: there is neither
    lag_grows: bool  # it grows with every second that goes by
    cases: tuple[OpenCase, ...]  # the open ones, the most severe first
    severity: Severity | None  # of the first of them
    attention: tuple[Reason, ...]
    changes_at: datetime | None  # when the row may say something else although nothing happens


@dataclass(frozen=True)
class Filter:
    group: Group | None = None
    attention: bool = False
    exceptions: bool = False  # only those with open ones
    text: str = ""  # in the title, the course, or somebody's name

    def matches(self, row: Row) -> bool:
        return (
            (self.group is None or row.group == self.group)
            and (not self.attention or bool(row.attention))
            and (not self.exceptions or bool(row.cases))
            and (not self.text or plain(self.text) in _searched(row))
        )


def board_row(facts: Facts, now: datetime) -> Row:
    people = _people(facts)
    expected = [person for person in people if person.role != Role.OBSERVER]
    known = [person.quality for person in people if person.quality]
    cases = tuple(sorted(facts.cases, key=lambda case: (-_SEVERITIES.index(case.severity), case.due_at)))
    recording, lag = _recording(facts), transcript_lag(facts, now)
    quality = max(known, key=badness, default=None)
    found = {
        Reason.NOT_RECORDED: _not_recorded(facts, recording, now),
        Reason.INSTRUCTOR_MISSING: _instructor_missing(facts, people, now),
        Reason.ROOM_NOT_OPEN: facts.state == S.SCHEDULED and now >= facts.starts_at,
        Reason.EXCEPTION: any(case.severity in _URGENT for case in cases),
        Reason.POOR_CONNECTION: quality is not None and badness(quality) >= _POOR,
        Reason.TRANSCRIPT_BEHIND: lag is not None and lag > TRANSCRIPT_GRACE,
    }
    return Row(
        id=facts.id,
        title=facts.title,
        course=facts.course,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        time_zone=facts.time_zone,
        state=facts.state,
        group=_GROUPS.get(facts.state, Group.DONE),
        people=people,
        present=sum(person.present for person in expected),
        expected=len(expected),
        recording=recording,
        quality=quality,
        lag_seconds=round(lag.total_seconds(), 1) if lag is not None else None,
        lag_grows=lag is not None and _lag_grows(facts),
        cases=cases,
        severity=cases[0].severity if cases else None,
        attention=tuple(reason for reason, holds in found.items() if holds),
        changes_at=_changes_at(facts, now),
    )


def in_order(rows: Iterable[Row]) -> list[Row]:
    """What runs, then what comes, both by their start; then what is over, the latest first."""

    def place(row: Row) -> tuple[int, float, str]:
        start = row.starts_at.timestamp()
        return _ORDER[row.group], -start if row.group == Group.DONE else start, str(row.id)

    return sorted(rows, key=place)


def transcript_lag(facts: Facts, now: datetime) -> timedelta | None:
    """From the last transcribed moment to the last recorded one, or to now where a running class waits for words.

    A class in which nobody speaks records nothing, and its transcript is not behind.
    """
    told = facts.transcribing
    reached = told.transcribed_until or told.recorded_from
    if reached is None or told.recorded_until is None:
        return None
    until = max(told.recorded_until, now) if _lag_grows(facts) else told.recorded_until
    return max(until - reached, timedelta(0))


def plain(text: str) -> str:
    """Without case and accents, as people type when they search."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()


def _searched(row: Row) -> str:
    return plain("\n".join([row.title, row.course, *(person.name for person in row.people)]))


def _people(facts: Facts) -> tuple[Person, ...]:
    of_person: dict[str, list[ConnectionStatus]] = defaultdict(list)
    for connection in facts.connections:
        of_person[connection.identity].append(connection)
    return tuple(_person(one, of_person[identity_of(one.id)], facts.room) for one in facts.people)


def _person(expected: Expected, own: Sequence[ConnectionStatus], room: RoomStatus) -> Person:
    """The last word on a connection that holds counts, whoever said it: the recorder or the person's browser."""
    holding = [connection for connection in own if in_room(connection, room)]
    if not holding:
        return Person(expected.id, expected.name, expected.role, present=False, quality=None)
    told_by_browser = [connection for connection in own if not connection.participant_sid]
    words = [c.quality_word for c in (*holding, *told_by_browser) if c.quality_word is not None]
    quality = level_of(max(words)) if words else None
    return Person(expected.id, expected.name, expected.role, present=True, quality=quality)


def _recording(facts: Facts) -> Recording:
    if facts.state != S.LIVE:
        return Recording.ON if facts.state == S.OPEN and facts.room.heard else Recording.NONE
    missing = any(case.kind == ExceptionKind.RECORDING_MISSING for case in facts.cases)
    return Recording.ON if facts.capturing and facts.room.heard and not missing else Recording.OFF


def _not_recorded(facts: Facts, recording: Recording, now: datetime) -> bool:
    return recording == Recording.OFF and now >= (facts.live_at or facts.starts_at) + RECORDER_GRACE


def _instructor_missing(facts: Facts, people: Sequence[Person], now: datetime) -> bool:
    here = any(person.present for person in people if person.role == Role.INSTRUCTOR)
    return (
        facts.state in _BEFORE_CLASS
        and not here
        and facts.starts_at + INSTRUCTOR_GRACE <= now < facts.ends_at
    )


def _lag_grows(facts: Facts) -> bool:
    return facts.transcribing.waiting and facts.state == S.LIVE


def _changes_at(facts: Facts, now: datetime) -> datetime | None:
    """The next moment at which one of the reasons may begin or end by itself."""
    if facts.state not in _BEFORE_CLASS:
        return None
    told = facts.transcribing
    reached = told.transcribed_until or told.recorded_from
    moments = [facts.starts_at, facts.starts_at + INSTRUCTOR_GRACE, facts.ends_at]
    moments += [facts.live_at + RECORDER_GRACE] if facts.live_at else []
    # The limit itself is not beyond it.
    moments += [reached + TRANSCRIPT_GRACE + timedelta(seconds=1)] if reached and _lag_grows(facts) else []
    return min((moment for moment in moments if moment > now), default=None)
