"""Explains a pair of class and instructor in a plan: what it costs by rule, what refuses it, and why not instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching.calendars import Calendars
from matching.numeric import Pairs
from matching.prices import Prices
from matching.ranking import Refusal, refusals


@dataclass(frozen=True)
class WhyNot:
    """What the pair costs the plan beyond the best choice for the class, from the prices of the relaxed problem.

    `beyond` is `cost` + `slot` + `hours` + `load` - `class_price`, summed in this order. A pair of the best plan is
    near 0; any plan with the pair costs at least the bound plus this.
    """

    cost: float  # of the pair by itself
    slot: float  # the instructor's time is wanted for other classes
    hours: float  # their hours in the day or week are
    load: float  # what the hours cost or gain against their load
    class_price: float  # what the class costs at best
    beyond: float


@dataclass(frozen=True)
class Explanation:
    class_id: UUID
    instructor_id: UUID
    assigned: bool
    score: float  # what the class adds to the objective with this instructor; the sum of the terms
    terms: Mapping[str, float]
    refused_by: tuple[Refusal, ...]  # the hard rules that bind, in the order in which rules are named
    why_not: WhyNot | None  # None: without prices, or for a pair that a rule on pairs excludes


def explain(calendars: Calendars, class_id: UUID, instructor_id: UUID, prices: Prices | None) -> Explanation:
    """The pair in the plan, as if the class had no instructor yet."""
    prepared = calendars.prepared
    one = prepared.encoded.class_position[class_id]
    who = prepared.encoded.instructor_position[instructor_id]
    assigned = calendars.holder[one] == who
    pair = Pairs(np.array([one]), np.array([who]))
    terms = {key: float(costs[0]) for key, costs in prepared.term_costs(pair).items()}
    with calendars.without(one):
        terms |= {key: costs[0] for key, costs in calendars.load_terms(one, [who]).items()}
        bindings = refusals(calendars, calendars.bindings(one, who))
    excluded = [Refusal(key) for key, forbidden in prepared.refusals(pair).items() if forbidden[0]]
    return Explanation(
        class_id,
        instructor_id,
        assigned,
        sum(terms.values()),
        terms,
        (*excluded, *bindings),
        None if prices is None else _why_not(calendars, prices, one, who),
    )


def _why_not(calendars: Calendars, prices: Prices, one: int, who: int) -> WhyNot | None:
    position = calendars.prepared.eligible.position(one, who)
    if position is None or calendars.prepared.encoded.pinned[one] >= 0:
        return None
    cost = float(calendars.prepared.eligible.cost[position])
    slot, hours = float(prices.slot[position]), float(prices.hours[position])
    load, class_price = float(prices.load[position]), float(prices.class_price[one])
    return WhyNot(cost, slot, hours, load, class_price, cost + slot + hours + load - class_price)
