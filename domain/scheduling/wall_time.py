"""Converts wall time without a zone, as people type it, to UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput


def wall_time_to_utc(zone: str, wall: datetime) -> datetime:
    """The UTC time at which clocks in `zone` show `wall`; of an ambiguous time, the first occurrence.

    Raises InvalidInput for a time that a clock change skips.
    """
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) != wall:
        raise InvalidInput(
            f"{wall:%H:%M} doesn't exist in {zone} on that day because clocks change",
            next_step="Choose another time.",
        )
    return moment
