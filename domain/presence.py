"""What a session's workflow must know of its room."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.attendance import Attendance, fold_attendance
from domain.events import SessionEvent
from domain.roles import Role


@dataclass(frozen=True)
class Presence:
    instructors: int  # in the room now
    students: int
    observers: int
    first_instructor_at: datetime | None
    first_student_at: datetime | None
    empty_since: datetime | None  # None: somebody is there, or nobody has ever been
    all_expected_present: bool  # everybody expected has been there

    @property
    def in_room(self) -> int:
        return self.instructors + self.students + self.observers


def fold_presence(
    events: Iterable[SessionEvent], roles: Mapping[str, Role], *, expected: frozenset[str]
) -> Presence:
    """`roles` maps identity to role; unknown identities count as observers."""
    attended = fold_attendance(events, until=None)
    present = [roles.get(identity, Role.OBSERVER) for identity, a in attended.items() if a.present]
    ends = [a.last_left_at for a in attended.values() if a.last_left_at]
    return Presence(
        instructors=present.count(Role.INSTRUCTOR),
        students=present.count(Role.STUDENT),
        observers=present.count(Role.OBSERVER),
        first_instructor_at=_first(attended, roles, Role.INSTRUCTOR),
        first_student_at=_first(attended, roles, Role.STUDENT),
        empty_since=max(ends) if ends and not present else None,
        all_expected_present=bool(expected) and expected <= attended.keys(),
    )


def _first(attended: Mapping[str, Attendance], roles: Mapping[str, Role], role: Role) -> datetime | None:
    joined = [
        a.first_joined_at
        for identity, a in attended.items()
        if roles.get(identity) == role and a.first_joined_at
    ]
    return min(joined) if joined else None


def milestones(presence: Presence) -> list[str]:
    """Names of what has come about; emptying carries the moment, so that each time is one milestone."""
    names = []
    if presence.first_instructor_at:
        names.append("instructor")
    if presence.first_student_at:
        names.append("student")
    if presence.all_expected_present:
        names.append("everybody")
    if presence.empty_since:
        names.append(f"empty:{presence.empty_since.isoformat()}")
    return names


def occupied_again(told: list[str], presence: Presence) -> bool:
    """Whether the last thing that was told is that the room is empty, and it no longer is."""
    return bool(told) and told[-1].startswith("empty:") and presence.in_room > 0
