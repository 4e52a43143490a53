"""Presence in a session's room, and the milestones of it that are signalled to the session's workflow.

A room that empties and fills all the time must not fill the workflow's history. So after MOST_AT_ONCE signals that the
room is empty, further ones wait until it has been empty for SETTLED; what changes back meanwhile is not signalled. That
somebody is in the room and that people have arrived is never held back: the workflow may believe in an occupied room
that is empty for a minute, but never in an empty room that is occupied. The same holds for an instructor who comes and
goes before the planned start.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.people.roles import Role
from domain.presence.attendance import Attendance
from domain.presence.events import EventKind, SessionEvent

MOST_AT_ONCE = 20
SETTLED = timedelta(minutes=1)


@dataclass(frozen=True)
class Presence:
    """Who is in the room and who has been; the counts are of people in it now."""

    instructors: int
    students: int
    observers: int
    # Not before the planned start, which counts for an instructor who waits for it in the room.
    first_instructor_at: datetime | None
    first_student_at: datetime | None
    empty_since: datetime | None  # None if somebody is in the room, or nobody has ever been
    all_expected_present: bool  # everyone expected has been in the room, not necessarily at once
    instructor_shown_at: datetime | None = (
        None  # of the last event about an instructor, whether present or not
    )

    @property
    def in_room(self) -> int:
        return self.instructors + self.students + self.observers

    @property
    def ever_occupied(self) -> bool:
        return self.in_room > 0 or self.empty_since is not None


class Milestone(StrEnum):
    INSTRUCTOR_JOINED = "instructor"  # the first one
    INSTRUCTOR_LEFT = "no_instructor"  # all of them again, before the planned start
    STUDENT_JOINED = "student"  # the first one
    ALL_PRESENT = "everybody"
    ROOM_EMPTY = "empty"  # followed by its time, so that each one is a new milestone
    ROOM_OCCUPIED = "occupied"  # again, after the room was signalled as empty


_OF_INSTRUCTOR = (Milestone.INSTRUCTOR_JOINED, Milestone.INSTRUCTOR_LEFT)
_OF_ROOM = (Milestone.ROOM_EMPTY, Milestone.ROOM_OCCUPIED)


def presence_of(
    attended: Mapping[str, Attendance],
    events: Collection[SessionEvent],
    roles: Mapping[str, Role],
    *,
    expected: frozenset[str],
    starts_at: datetime | None = None,
) -> Presence:
    """Presence after `events`, according to their attendance.

    `roles` maps identity to role; unknown identities count as observers. An instructor who leaves before `starts_at`,
    the planned start, has not been there for the class.
    """
    present = [roles.get(identity, Role.OBSERVER) for identity, a in attended.items() if a.present]
    return Presence(
        instructors=present.count(Role.INSTRUCTOR),
        students=present.count(Role.STUDENT),
        observers=present.count(Role.OBSERVER),
        first_instructor_at=_first_instructor(attended, roles, starts_at),
        first_student_at=_first(attended, roles, Role.STUDENT),
        empty_since=None if present else _empty_since(attended, events),
        all_expected_present=bool(expected) and expected <= attended.keys(),
        instructor_shown_at=_instructor_shown(events, roles),
    )


def new_milestones(signalled: Sequence[str], presence: Presence, now: datetime) -> list[str]:
    """The milestones that are reached but not yet in `signalled`, which holds all earlier ones in order."""
    reached = {
        Milestone.STUDENT_JOINED: presence.first_student_at is not None,
        Milestone.ALL_PRESENT: presence.all_expected_present,
    }
    new: list[str] = [m for m, is_reached in reached.items() if is_reached and m not in signalled]
    if room := _room_milestone(signalled, presence, now):
        new.append(room)
    before = _last_of(signalled, _OF_INSTRUCTOR) == Milestone.INSTRUCTOR_JOINED
    if presence.first_instructor_at and not before:
        return [Milestone.INSTRUCTOR_JOINED, *new]
    # A signal tells whether an instructor is there, so each one that is sent because of others tells of this as well.
    if before and not presence.first_instructor_at and (new or _may_signal_left(signalled, presence, now)):
        return [Milestone.INSTRUCTOR_LEFT, *new]
    return new


def signalled_empty_since(signalled: Sequence[str]) -> datetime | None:
    """Since when the room is empty according to the milestones; None if it is not."""
    last = _last_of(signalled, _OF_ROOM)
    _, _, since = last.partition(":")
    return datetime.fromisoformat(since) if last.startswith(Milestone.ROOM_EMPTY) else None


def _room_milestone(signalled: Sequence[str], presence: Presence, now: datetime) -> str | None:
    """The milestone to signal if the room became empty or occupied since the last such milestone."""
    before, since = signalled_empty_since(signalled), presence.empty_since
    if since and since == before:
        return None
    if since and _may_signal_empty(signalled, since, now):
        return f"{Milestone.ROOM_EMPTY}:{since.isoformat()}"
    if before and (since or presence.in_room):
        return f"{Milestone.ROOM_OCCUPIED}:{len(signalled)}"
    return None


def _may_signal_empty(signalled: Sequence[str], since: datetime, now: datetime) -> bool:
    at_once = sum(m.startswith(Milestone.ROOM_EMPTY) for m in signalled) < MOST_AT_ONCE
    return at_once or now - since >= SETTLED


def _may_signal_left(signalled: Sequence[str], presence: Presence, now: datetime) -> bool:
    at_once = signalled.count(Milestone.INSTRUCTOR_LEFT) < MOST_AT_ONCE
    shown = presence.instructor_shown_at
    return at_once or shown is None or now - shown >= SETTLED


def _last_of(signalled: Sequence[str], kinds: tuple[str, ...]) -> str:
    return next((m for m in reversed(signalled) if m.startswith(kinds)), "")


def _first(attended: Mapping[str, Attendance], roles: Mapping[str, Role], role: Role) -> datetime | None:
    joined = [
        a.first_joined_at
        for identity, a in attended.items()
        if roles.get(identity) == role and a.first_joined_at
    ]
    return min(joined) if joined else None


def _first_instructor(
    attended: Mapping[str, Attendance], roles: Mapping[str, Role], starts_at: datetime | None
) -> datetime | None:
    """The first time in the room at or after the planned start. Who is in the room before it is expected to stay."""
    if starts_at is None:
        return _first(attended, roles, Role.INSTRUCTOR)
    times = []
    for identity, attendance in attended.items():
        if roles.get(identity) == Role.INSTRUCTOR:
            times += [max(span.start, starts_at) for span in attendance.intervals if span.end > starts_at]
            times += [max(c.joined_at, starts_at) for c in attendance.connections if c.left_at is None]
    return min(times, default=None)


def _instructor_shown(events: Iterable[SessionEvent], roles: Mapping[str, Role]) -> datetime | None:
    shown = (e.occurred_at for e in events if e.identity and roles.get(e.identity) == Role.INSTRUCTOR)
    return max(shown, default=None)


def _empty_since(attended: Mapping[str, Attendance], events: Iterable[SessionEvent]) -> datetime | None:
    """When the room became empty. A recreated room counts as empty from then on, to give its people time to return."""
    ends = [a.last_left_at for a in attended.values() if a.last_left_at]
    remade = [e.occurred_at for e in events if e.kind == EventKind.ROOM_REMADE]
    return max([*ends, *remade]) if ends else None
