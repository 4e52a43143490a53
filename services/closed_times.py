"""The closed days of an organization, in the terms of the rules that read them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.candidates import ClassToTeach
from domain.scheduling.closures import ClosedTime, closed_time, concerns
from models.closure import Closure
from models.repositories import closures
from services import organizations

_DAY = timedelta(days=1)  # more than any zone differs from UTC


async def closures_between(
    db: AsyncSession, start: datetime, end: datetime
) -> list[tuple[Closure, ClosedTime]]:
    """The closures that reach into a time, by start, of whatever region."""
    rows = await closures.between(db, (start - _DAY).date(), (end + _DAY).date())
    if not rows:
        return []
    zone = ZoneInfo((await organizations.organization(db)).time_zone)
    found = [(row, closed_time(row.name, row.first_day, row.last_day, zone)) for row in rows]
    return [(row, one) for row, one in found if one.start < end and start < one.end]


async def closed_times(
    db: AsyncSession, start: datetime, end: datetime, required_region: str | None
) -> tuple[ClosedTime, ...]:
    """When there are no classes of courses that require this region; None: of courses that require none."""
    return concerning(await closures_between(db, start, end), required_region)


def concerning(
    found: Iterable[tuple[Closure, ClosedTime]], required_region: str | None
) -> tuple[ClosedTime, ...]:
    """Of these closures, those of courses that require this region; None: of courses that require none."""
    return tuple(one for row, one in found if concerns(row.region, required_region))


async def with_closed_days(
    db: AsyncSession, wanted: ClassToTeach, start: datetime, end: datetime
) -> ClassToTeach:
    """A class that is to get a time between `start` and `end`, with the closed days then."""
    return replace(wanted, closed=await closed_times(db, start, end, wanted.requirements.region))
