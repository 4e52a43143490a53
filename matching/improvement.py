"""Improves a plan part by part: the classes of a few hours are planned again exactly, where prices say that it pays."""

import numpy as np

from matching.calendars import NOBODY, Calendars
from matching.cliques import Timeline
from matching.encoding import HOUR
from matching.numeric import Floats, Ints
from matching.prices import Prices
from matching.progress import Run
from matching.rounding import allowed_now, fill_rest, solve_rest
from matching.solver import Limits

_FREE = 300  # classes that are planned again together
_PAIRS = 12  # of each class, those that cost least at the prices
_SECONDS = 10.0
_NODES = 200
_FAILURES = 30  # parts in a row without gain, after which it ends


def improve(run: Run, prices: Prices, candidates: Ints, timeline: Timeline, aim: float, seed: int) -> None:
    """Plan parts again until the gap is within the aim, the run is stopped, or many parts in a row gain nothing."""
    dice = np.random.default_rng(seed)
    failures = 0
    while run.gap > aim and failures < _FAILURES and not run.stopped():
        losses = _losses(run.best, prices)
        if losses.sum() <= 1e-6:
            return
        around = int(dice.choice(len(losses), p=losses / losses.sum()))
        calendars = run.best.copy()
        free = _part(calendars, prices, around, dice)
        for one in free.tolist():
            calendars.release(one)
        positions = _positions(calendars, prices, candidates, free)
        limits = Limits(
            min(_SECONDS, run.seconds_left),
            gap=1e-7 * run.objective,
            nodes=_NODES,
            seed=seed,
            stopped=run.stopped,
        )
        bound = solve_rest(calendars, positions, run.best, timeline, limits)
        fill_rest(calendars)
        failures = 0 if bound is not None and run.offer(calendars) else failures + 1


def _losses(calendars: Calendars, prices: Prices) -> Floats:
    """What each class costs beyond the best at the prices."""
    prepared = calendars.prepared
    pairs = prepared.eligible.pairs
    holder = np.array(calendars.holder, np.int64)
    losses = np.where(holder == NOBODY, prepared.encoded.penalty - prices.class_price, 0.0)
    held = holder[pairs.classes] == pairs.instructors
    losses[pairs.classes[held]] = prices.reduced[held]
    losses[prepared.encoded.pinned >= 0] = 0.0
    # The root lets the many small losses be tried as well as the few that nothing can help.
    return np.sqrt(np.maximum(losses, 0.0))


def _part(calendars: Calendars, prices: Prices, around: int, dice: np.random.Generator) -> Ints:
    """The classes nearest in time to one, and those of the instructors who would suit it on the same day."""
    prepared = calendars.prepared
    encoded = prepared.encoded
    own = prepared.eligible.of_class(around)
    suited = prepared.eligible.pairs.instructors[own][np.argsort(prices.reduced[own])][:_PAIRS]
    distance = np.abs(encoded.start - encoded.start[around]) / HOUR
    holder = np.array(calendars.holder, np.int64)
    bonus = np.where(np.isin(holder, suited), 12.0, 0.0)
    order = np.argsort(distance - bonus + dice.uniform(0, 2, len(distance)), kind="stable")
    return order[encoded.pinned[order] < 0][:_FREE]


def _positions(calendars: Calendars, prices: Prices, candidates: Ints, free: Ints) -> Ints:
    """For each class the pairs that cost least at the prices, and that are possible beside the rest."""
    eligible = calendars.prepared.eligible
    found: list[Ints] = []
    is_candidate = np.zeros(len(eligible.cost), np.bool_)
    is_candidate[candidates] = True
    for one in free.tolist():
        own = eligible.of_class(one)
        order = own.start + np.argsort(prices.reduced[own], kind="stable")
        found.append(allowed_now(calendars, order[is_candidate[order]].tolist())[:_PAIRS])
    return np.sort(np.concatenate(found))
