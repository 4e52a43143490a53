"""Converts wall time without an offset, as people type it, to UTC on every night, also when clocks change.

When clocks go forward a wall time is skipped and belongs to no moment; when they go back it is repeated and belongs to
two. A zone of None is the zone of this machine.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from domain.errors import InvalidInput, RepeatedTime


def wall_time_to_utc(
    wall: datetime, zone: tzinfo | None, *, shown: datetime | None = None, offset: timedelta | None = None
) -> datetime:
    """The moment in UTC at which clocks in `zone` show `wall`.

    `shown` is the moment that a form was filled from: a wall time that was left as it was stays this moment. `offset`
    from UTC says which side of a repeated time is meant. Raises InvalidInput for a time that a clock change skips,
    RepeatedTime for one that occurs twice where neither says which is meant.
    """
    found = occurrences(wall, zone)
    if not found:
        raise InvalidInput(
            f"{wall:%H:%M} doesn't exist in {zone_name(zone)} on that day because clocks change",
            next_step="Choose another time.",
        )
    meant = [moment for moment in found if moment.astimezone(zone).utcoffset() == offset]
    unchanged = [moment for moment in found if shown and moment <= shown < moment + timedelta(minutes=1)]
    if shown and unchanged and meant in ([], unchanged):
        return shown.astimezone(UTC)
    if len(found) > 1 and not meant:
        sides = [(f"{wall:%H:%M} {offset_name(moment, zone)}", moment.astimezone(zone)) for moment in found]
        raise RepeatedTime(
            f"{wall:%H:%M} occurs twice in {zone_name(zone)} on that day because clocks go back: "
            + " and then ".join(name for name, _ in sides),
            first=sides[0][1].isoformat(),
            second=sides[1][1].isoformat(),
        )
    return (meant or found)[0]


def occurrences(wall: datetime, zone: tzinfo | None) -> tuple[datetime, ...]:
    """The moments in UTC at which clocks in `zone` show `wall`, earliest first: one, or none, or two."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if zone is not None and first.utcoffset() == second.utcoffset():
        return (first.astimezone(UTC),)  # the offsets of skipped and repeated times differ, and of no others
    moments = {first.astimezone(UTC), second.astimezone(UTC)}
    return tuple(sorted(moment for moment in moments if _wall(moment, zone) == wall.replace(tzinfo=None)))


def is_repeated(at: datetime, zone: tzinfo | None) -> bool:
    """Whether clocks in `zone` show the wall time of this moment twice."""
    return len(occurrences(_wall(at, zone), zone)) > 1


def offset_name(at: datetime, zone: tzinfo | None) -> str:
    """What sets a moment apart from the other one of its wall time: `CEST`, or `UTC+03:00` if both have one name."""
    sides = occurrences(_wall(at, zone), zone)
    local = at.astimezone(zone)
    names = {moment.astimezone(zone).tzname() for moment in sides}
    return f"UTC{local.isoformat()[-6:]}" if len(names) < len(sides) else str(local.tzname())


def start_of_day(day: date, zone: tzinfo | None) -> datetime:
    """The first moment of a day, in UTC; on a day whose midnight is skipped, the end of the jump."""
    return first_moment(datetime.combine(day, time()), zone)


def first_moment(wall: datetime, zone: tzinfo | None) -> datetime:
    """The first moment, in UTC, at which clocks show a wall time; of one that is skipped, the end of the jump.

    For times that recur, where nobody can be asked which moment is meant.
    """
    if found := occurrences(wall, zone):
        return found[0]
    # With the offset before the jump, a skipped time is as long after the jump as it is after the jump's start.
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    jump = _offset(late, zone) - _offset(late - timedelta(days=1), zone)
    return next(
        moment
        for minutes in range(int(jump / timedelta(minutes=1)), -1, -1)
        if _wall(moment := late - timedelta(minutes=minutes), zone) >= wall
    )


def last_moment(wall: datetime, zone: tzinfo | None) -> datetime:
    """As `first_moment`, of a repeated time the second occurrence: for the end of a span that includes both."""
    found = occurrences(wall, zone)
    return found[-1] if found else first_moment(wall, zone)


def zone_name(zone: tzinfo | None) -> str:
    return "this machine's time zone" if zone is None else str(zone)


def _wall(at: datetime, zone: tzinfo | None) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _offset(at: datetime, zone: tzinfo | None) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "an aware time has an offset"
    return offset
