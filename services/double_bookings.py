"""Finds people who are in two classes at the same time, and keeps an exception for each.

Bookings, moves and substitutions hold the time of their people in the database, which refuses an overlap. This compares
the classes themselves, for an overlap that came about in another way.
"""

from datetime import datetime, timedelta

from domain.cases.kinds import ExceptionKind
from models.database import Database
from models.repositories import class_troubles
from models.repositories.class_troubles import DoubleBooking
from services.found_cases import Finding, FoundCases

_AHEAD = timedelta(days=60)
_MOST = 1_000  # in a run of housekeeping


class DoubleBookings:
    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region
        self._cases = FoundCases(database)

    async def look(self, now: datetime) -> int:
        """Open and resolve exceptions; returns how many double bookings there are. Raises Unavailable."""
        async with self._database.unscoped() as db:
            found = await class_troubles.double_bookings(db, self._region, now + _AHEAD, _MOST)
            unresolved = await class_troubles.unresolved(db, self._region, [ExceptionKind.DOUBLE_BOOKING])
        gone = "" if len(found) == _MOST else "The classes do not overlap any more, or are over."
        await self._cases.keep([_finding(one) for one in found], unresolved, lambda _: gone, now)
        return len(found)


def _finding(one: DoubleBooking) -> Finding:
    times = f"{one.starts_at.isoformat()} {one.other_starts_at.isoformat()}"
    return Finding(
        one.organization_id,
        one.session_id,
        ExceptionKind.DOUBLE_BOOKING,
        str(one.person_id),
        f"{one.other_session_id} {times}",
        {
            f"{one.role}_id": str(one.person_id),
            "other_session_id": str(one.other_session_id),
            "other_starts_at": one.other_starts_at.isoformat(),
        },
    )
