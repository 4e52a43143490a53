"""On-call rotas: whose week it is, who stands in, and when duty is handed over.

Turns are handed over at a wall time of a zone. Where a clock change skips that time, duty is handed over at the end of
the jump; where it occurs twice, at the first.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from domain.scheduling.wall_time import first_moment

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Override:
    """Somebody who has duty in place of whoever's turn it is."""

    from_: datetime
    until: datetime
    member_id: UUID


@dataclass(frozen=True)
class Rota:
    """A rota whose members take weekly turns in their order.

    The first turn begins on `starts_on` and ends at the next hand-over, so it may be shorter than a week. The turn of a
    member who is retired is taken by the next in the order; the turns of all others stay as they are.
    """

    members: tuple[UUID, ...]
    weekday: int  # of the hand-over; Monday is 0
    at: time  # of the hand-over, wall time in `zone`
    zone: tzinfo
    starts_on: date
    overrides: tuple[Override, ...] = ()  # in the order of their making: a later one wins
    retired: frozenset[UUID] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nobody can be on duty by turn."""
        return all(member in self.retired for member in self.members)


@dataclass(frozen=True)
class HandOver:
    at: datetime
    member_id: UUID | None  # who is on duty from then on; None: nobody


def on_duty(rota: Rota, at: datetime) -> UUID | None:
    """Who is on duty at a moment; None: nobody."""
    standing_in = [
        one.member_id
        for one in rota.overrides
        if one.from_ <= at < one.until and one.member_id not in rota.retired
    ]
    return standing_in[-1] if standing_in else _whose_turn(rota, at)


def hand_overs(rota: Rota, from_: datetime, until: datetime) -> list[HandOver]:
    """Who is on duty at `from_`, and each change of that before `until`."""
    moments = {from_, *(at for at in _turns(rota, from_, until) if from_ < at < until)}
    for one in rota.overrides:
        moments |= {at for at in (one.from_, one.until) if from_ < at < until}
    found: list[HandOver] = []
    for at in sorted(moments):
        member = on_duty(rota, at)
        if not found or found[-1].member_id != member:
            found.append(HandOver(at, member))
    return found


def _whose_turn(rota: Rota, at: datetime) -> UUID | None:
    if rota.is_empty or (turn := _turn(rota, at)) is None:
        return None
    start = turn % len(rota.members)
    order = rota.members[start:] + rota.members[:start]
    return next(member for member in order if member not in rota.retired)


def _turn(rota: Rota, at: datetime) -> int | None:
    """The number of the turn at a moment, from 0; None before the first."""
    if at < _turn_starts_at(rota, 0):
        return None
    guess = max(0, (at - _turn_starts_at(rota, 1)) // _WEEK)  # a clock change moves it by less than a week
    near = range(guess, guess + 4)
    return guess + bisect_right([_turn_starts_at(rota, number) for number in near], at) - 1


def _turns(rota: Rota, from_: datetime, until: datetime) -> Iterator[datetime]:
    """When turns begin, about between two moments."""
    number = _turn(rota, from_) or 0
    while (at := _turn_starts_at(rota, number)) < until:
        yield at
        number += 1


def _turn_starts_at(rota: Rota, number: int) -> datetime:
    day = rota.starts_on
    if number > 0:
        ahead = (rota.weekday - day.weekday() - 1) % 7 + 1
        day += timedelta(days=ahead) + (number - 1) * _WEEK
    return first_moment(datetime.combine(day, rota.at), rota.zone)
