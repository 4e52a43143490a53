"""How a class without its instructor is offered to others: to how many at once, and how long each has to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SubstitutionState(StrEnum):
    SEARCHING = "searching"
    ACCEPTED = "accepted"
    NOBODY = "nobody"  # all candidates have been asked
    WITHDRAWN = "withdrawn"  # no longer needed: the class was moved, cancelled or is over


class OfferState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # somebody else was faster, or the class needs nobody any more


class SubstitutionReason(StrEnum):
    """Why an instructor does not teach a class."""

    ABSENT = "absent"  # they did not come
    ILLNESS = "illness"
    UNAVAILABLE = "unavailable"  # they said that they cannot
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True)
class Pace:
    """Holds while the start of the class is at least `before` away."""

    before: timedelta
    answer_within: timedelta
    at_once: int | None  # candidates with an open offer at the same time; None: all


@dataclass(frozen=True)
class OfferRules:
    paces: Sequence[Pace] = (
        Pace(timedelta(hours=24), timedelta(minutes=60), 1),
        Pace(timedelta(hours=6), timedelta(minutes=20), 1),
        Pace(timedelta(hours=2), timedelta(minutes=10), 1),
        Pace(timedelta(minutes=20), timedelta(minutes=5), 2),
    )
    # Of a class that starts sooner, or has started: everybody is asked at the same time.
    late: Pace = Pace(timedelta(), timedelta(minutes=15), None)
    tell_families_of_delay: bool = True  # when nobody was found and the class should have started


@dataclass(frozen=True)
class Round:
    """Whom to ask now: so many more candidates, with offers until a time."""

    more: int | None  # None: all
    until: datetime


def next_round(
    rules: OfferRules,
    now: datetime,
    starts_at: datetime,
    ends_at: datetime,
    *,
    open_offers: int,
    broadcast: bool = False,
) -> Round:
    """The offers to make now. An offer ends with the class at the latest."""
    pace = next((pace for pace in rules.paces if starts_at - now >= pace.before), rules.late)
    if broadcast and pace is not rules.late:
        return Round(None, starts_at - rules.late.answer_within)
    more = None if pace.at_once is None else max(0, pace.at_once - open_offers)
    return Round(more, min(now + pace.answer_within, ends_at))


def next_change(rules: OfferRules, now: datetime, starts_at: datetime) -> datetime | None:
    """When the pace changes next; None: it stays as it is."""
    changes = [starts_at - pace.before for pace in rules.paces]
    return min((at for at in changes if at > now), default=None)
