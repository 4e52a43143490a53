"""Who is absent from a class: expected in it, and not there for a while after its planned start."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.people.roles import Role
from domain.presence.attendance import Attendance

_EXPECTED = (Role.INSTRUCTOR, Role.STUDENT)


def arrivals(
    roles: Mapping[str, Role],
    attendance: Mapping[str, Attendance],
    *,
    starts_at: datetime,
    absent_after: timedelta,
    now: datetime,
) -> dict[str, bool]:
    """For each expected person, by identity, whether they have come; empty before it is time to judge.

    Who left before the planned start and did not come back has not come.
    """
    if now < starts_at + absent_after:
        return {}
    return {
        identity: _came(attendance.get(identity), starts_at)
        for identity, role in roles.items()
        if role in _EXPECTED
    }


def _came(attendance: Attendance | None, starts_at: datetime) -> bool:
    if attendance is None:
        return False
    return attendance.present or any(span.end > starts_at for span in attendance.intervals)
