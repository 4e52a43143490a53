"""Presence in a session's room, and the milestones of it that are signalled to the session's workflow.

A room that empties and fills all the time must not fill the workflow's history. So after MOST_AT_ONCE signals that the
room is empty, further ones wait until it has been empty for SETTLED; what changes back meanwhile is not signalled. That
somebody is in the room and that people have arrived is never held back: the workflow may believe in an occupied room
that is empty for a minute, but never in an empty room that is occupied.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    first_instructor_at: datetime | None
    first_student_at: datetime | None
    empty_since: datetime | None  # None if somebody is in the room, or nobody has ever been
    all_expected_present: bool  # everyone expected has been in the room, not necessarily at once

    @property
    def in_room(self) -> int:
        return self.instructors + self.students + self.observers

    @property
    def ever_occupied(self) -> bool:
        return self.in_room > 0 or self.empty_since is not None


class Milestone(StrEnum):
    INSTRUCTOR_JOINED = "instructor"  # the first one
    STUDENT_JOINED = "student"  # the first one
    ALL_PRESENT = "everybody"
    ROOM_EMPTY = "empty"  # followed by its time, so that each one is a new milestone
    ROOM_OCCUPIED = "occupied"  # again, after the room was signalled as empty


def presence_of(
    attended: Mapping[str, Attendance],
    events: Iterable[SessionEvent],
    roles: Mapping[str, Role],
    *,
    expected: frozenset[str],
) -> Presence:
    """Presence after `events`, according to their attendance.

    `roles` maps identity to role; unknown identities count as observers.
    """
    present = [roles.get(identity, Role.OBSERVER) for identity, a in attended.items() if a.present]
    return Presence(
        instructors=present.count(Role.INSTRUCTOR),
        students=present.count(Role.STUDENT),
        observers=present.count(Role.OBSERVER),
        first_instructor_at=_first(attended, roles, Role.INSTRUCTOR),
        first_student_at=_first(attended, roles, Role.STUDENT),
        empty_since=None if present else _empty_since(attended, events),
        all_expected_present=bool(expected) and expected <= attended.keys(),
    )


def new_milestones(signalled: Sequence[str], presence: Presence, now: datetime) -> list[str]:
    """The milestones that are reached but not yet in `signalled`, which holds all earlier ones in order."""
    reached = {
        Milestone.INSTRUCTOR_JOINED: presence.first_instructor_at is not None,
        Milestone.STUDENT_JOINED: presence.first_student_at is not None,
        Milestone.ALL_PRESENT: presence.all_expected_present,
    }
    new: list[str] = [m for m, is_reached in reached.items() if is_reached and m not in signalled]
    room = _room_milestone(signalled, presence, now)
    return [*new, room] if room else new


def signalled_empty_since(signalled: Sequence[str]) -> datetime | None:
    """Since when the room is empty according to the milestones; None if it is not."""
    last = _last_of_room(signalled)
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


def _last_of_room(signalled: Sequence[str]) -> str:
    rooms = (m for m in reversed(signalled) if m.startswith((Milestone.ROOM_EMPTY, Milestone.ROOM_OCCUPIED)))
    return next(rooms, "")


def _first(attended: Mapping[str, Attendance], roles: Mapping[str, Role], role: Role) -> datetime | None:
    joined = [
        a.first_joined_at
        for identity, a in attended.items()
        if roles.get(identity) == role and a.first_joined_at
    ]
    return min(joined) if joined else None


def _empty_since(attended: Mapping[str, Attendance], events: Iterable[SessionEvent]) -> datetime | None:
    """When the room became empty. A recreated room counts as empty from then on, to give its people time to return."""
    ends = [a.last_left_at for a in attended.values() if a.last_left_at]
    remade = [e.occurred_at for e in events if e.kind == EventKind.ROOM_REMADE]
    return max([*ends, *remade]) if ends else None
