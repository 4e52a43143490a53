"""A time as somebody types it, without a zone, in the zone of a class."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput


def moment_in(zone: str, wall: datetime) -> datetime:
    """The moment at which clocks in `zone` show `wall`; the first of two in the night clocks are turned back.

    Raises InvalidInput for a time that clocks there leap over.
    """
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) != wall:
        raise InvalidInput(
            f"{wall:%H:%M} doesn't exist in {zone} on that day because clocks change",
            next_step="Choose another time.",
        )
    return moment
