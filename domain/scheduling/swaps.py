"""Swaps of classes between colleagues: the states of an offer, and why a colleague cannot take a class."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

REASON = "swap"
"""Of the substitutions of classes that changed hands by a swap."""


class SwapState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by whoever offered it
    EXPIRED = "expired"  # nobody answered in time
    OUTDATED = "outdated"  # one of the classes was moved, cancelled or changed hands meanwhile


class SwapBar(StrEnum):
    """Why an instructor cannot take a class, as colleagues may know it: nothing of leave, papers or families."""

    SUBJECT = "subject"  # does not teach this subject at this level
    BUSY = "busy"  # teaches another class then, or too close to it
    UNAVAILABLE = "unavailable"
    HOURS = "hours"  # would teach more than they may in a day or week
    RULES = "rules"  # another rule of the school


_OF_RULE = {
    "not_qualified": SwapBar.SUBJECT,
    "language": SwapBar.SUBJECT,
    "busy": SwapBar.BUSY,
    "no_buffer": SwapBar.BUSY,
    "rest": SwapBar.BUSY,
    "hours_of_day": SwapBar.HOURS,
    "hours_of_week": SwapBar.HOURS,
    "not_available": SwapBar.UNAVAILABLE,
    "on_leave": SwapBar.UNAVAILABLE,
    "busy_elsewhere": SwapBar.UNAVAILABLE,
    "held": SwapBar.UNAVAILABLE,
}
_FREED_BY_SWAP = frozenset({SwapBar.BUSY, SwapBar.HOURS})


def bars_of(rules: Iterable[str]) -> tuple[SwapBar, ...]:
    """The bars of the rules that refuse an instructor, each once."""
    return tuple(dict.fromkeys(_OF_RULE.get(rule, SwapBar.RULES) for rule in rules))


def may_be_freed(bars: Iterable[SwapBar]) -> bool:
    """Whether the colleague could take the class if one of theirs was taken off them."""
    return _FREED_BY_SWAP.issuperset(bars)


def state_now(state: SwapState, expires_at: datetime, *, stands: bool, now: datetime) -> SwapState:
    """What holds of an offer at this moment. `stands`: its classes are as they were when it was made."""
    if state != SwapState.OFFERED:
        return state
    if not stands:
        return SwapState.OUTDATED
    return SwapState.EXPIRED if expires_at <= now else SwapState.OFFERED
