"""How soon a class has a substitute, on a simulated pool of instructors who answer as people do.

Who is asked when, and how long an offer holds, is decided by the product's rules (`domain/scheduling/offers.py`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from domain.scheduling.offers import OfferRules, next_change, next_round

ACCEPTS, NEVER_ANSWERS = 0.35, 0.35  # the others decline
_MEDIAN_ANSWER = timedelta(minutes=3)
_SPREAD = 1.0  # of the logarithm of the time to an answer
_CLASS = timedelta(minutes=50)
_START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Search:
    """A class whose instructor is known to be missing so long before its start; negative: after it."""

    ahead: timedelta
    pool: int  # candidates


def accepted_after(search: Search, dice: Random, rules: OfferRules | None = None) -> timedelta | None:
    """How long the search takes; None: nobody takes the class."""
    rules = rules or OfferRules()
    now, starts_at = _START, _START + search.ahead
    left, open_offers = search.pool, list[tuple[datetime, datetime, bool]]()  # ends, answer, accepts
    while now < starts_at + _CLASS:
        due = next_round(rules, now, starts_at, starts_at + _CLASS, open_offers=len(open_offers))
        new = left if due.more is None else min(left, due.more)
        left -= new
        open_offers += [(due.until, *_answer(now, dice)) for _ in range(new)]
        if not open_offers:
            return None
        takes = [answer for ends, answer, accepts in open_offers if accepts and answer <= ends]
        nexts = [min(ends, answer) for ends, answer, _ in open_offers]
        change = next_change(rules, now, starts_at)
        at = min([*nexts, *([change] if change else [])])
        if takes and min(takes) <= at:
            return min(takes) - _START
        open_offers = [one for one in open_offers if min(one[0], one[1]) > at]
        now = max(at, now + timedelta(microseconds=1))
    return None


def shares(searches: Sequence[Search], minutes: Sequence[int], seed: int = 1) -> list[float]:
    """The share of the searches that have found somebody after so many minutes."""
    dice = Random(seed)
    taken = [accepted_after(search, dice) for search in searches]
    return [
        sum(one is not None and one <= timedelta(minutes=minute) for one in taken) / len(taken)
        for minute in minutes
    ]


def _answer(asked_at: datetime, dice: Random) -> tuple[datetime, bool]:
    if dice.random() < NEVER_ANSWERS:
        return datetime.max.replace(tzinfo=UTC), False
    wait = _MEDIAN_ANSWER * math.exp(dice.gauss(0, _SPREAD))
    return asked_at + wait, dice.random() < ACCEPTS / (1 - NEVER_ANSWERS)
