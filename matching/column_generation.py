"""The relaxed problem over all eligible pairs, solved over those that matter.

It begins with the cheapest pairs of each class and adds those that the prices of the last solution make worth while.
"""

from dataclasses import dataclass

import numpy as np

from matching.calendars import Calendars
from matching.cliques import Timeline
from matching.numeric import Bools, Floats, Ints
from matching.prices import Prices, prices_of
from matching.program import build_program
from matching.progress import Run, gap_of
from matching.rest_rows import RestRows
from matching.solver import Limits, solve_relaxed

CHEAPEST = 10  # pairs of each class to begin with
ADDED = 6  # pairs of each class that are added at a time
ENOUGH = 3e-4  # gap between the relaxed solution and the bound
_ROUNDS = 12
_LITTLE = 5e-5  # of the bound: a round that raises it by less is the last one
_WORTH_WHILE = -1e-6


@dataclass(frozen=True)
class Relaxed:
    positions: Ints  # of pairs
    values: Floats  # of these pairs, from 0 to 1
    objective: float
    prices: Prices  # the best ones of all rounds


def solve_by_columns(
    calendars: Calendars, candidates: Ints, timeline: Timeline, rests: RestRows, run: Run, seed: int
) -> Relaxed | None:
    """`calendars` holds what is fixed; `candidates` are the pairs that a plan may use. None: it was stopped."""
    prepared = calendars.prepared
    eligible = prepared.eligible
    positions = np.union1d(
        best_of_each(eligible.pairs.classes, eligible.cost, candidates, CHEAPEST),
        positions_of(run.best, candidates),
    )
    best: Relaxed | None = None
    for _ in range(_ROUNDS):
        program = build_program(calendars, positions, timeline, rests)
        solution = solve_relaxed(program, Limits(run.seconds_left, seed=seed, stopped=run.stopped))
        if solution is None:
            return best
        values = solution.values[: len(positions)]
        prices = prices_of(calendars, program, solution.row_prices, timeline, rests, candidates)
        is_last = best is not None and prices.bound < best.prices.bound + _LITTLE * abs(best.prices.bound)
        if best is not None and best.prices.bound > prices.bound:
            prices = best.prices
        best = Relaxed(positions, values, program.offset + solution.objective, prices)
        run.prove(prices.bound)
        broken = rests.separate(positions, values)
        class_price = np.zeros(prepared.classes)
        class_price[program.classes] = solution.row_prices[: len(program.classes)]
        worth = _worth_while(calendars, prices, class_price, candidates, positions)
        near = gap_of(best.objective, prices.bound) <= ENOUGH
        if is_last or (near and not broken) or not (broken or len(worth)):
            return best
        positions = np.union1d(positions, worth)
    return best


def positions_of(calendars: Calendars, candidates: Ints) -> Ints:
    """Those of the candidates that the plan has."""
    pairs = calendars.prepared.eligible.pairs.where(candidates)
    held: Bools = np.array(calendars.holder, np.int64)[pairs.classes] == pairs.instructors
    return np.asarray(candidates[held])


def _worth_while(
    calendars: Calendars, prices: Prices, class_price: Floats, candidates: Ints, positions: Ints
) -> Ints:
    """Pairs outside the program that cost less than what the program pays for their class."""
    pairs = calendars.prepared.eligible.pairs
    reduced = prices.full - class_price[pairs.classes]
    left_out = np.setdiff1d(candidates, positions, assume_unique=True)
    chosen = left_out[reduced[left_out] < _WORTH_WHILE]
    return best_of_each(pairs.classes, reduced, chosen, ADDED)


def best_of_each(classes: Ints, cost: Floats, positions: Ints, most: int) -> Ints:
    """The cheapest pairs of each class, in order of positions."""
    order = positions[np.lexsort((cost[positions], classes[positions]))]
    _, first, sizes = np.unique(classes[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, sizes)
    return np.sort(order[rank < most])
