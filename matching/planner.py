"""Plans all classes of a problem: greedy, slot by slot, relaxed with prices, exact for what is left, part by part.

The plan is the best one found; its gap says how much better any plan could be. With the same problem, seed and enough
seconds the plan is the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching.calendars import Calendars
from matching.checker import Violation, pins_broken, violations
from matching.cliques import Timeline
from matching.column_generation import solve_by_columns
from matching.greedy import fill_greedily, keep_published
from matching.improvement import improve
from matching.numeric import Ints
from matching.prepared import PreparedProblem
from matching.prices import Prices
from matching.progress import Phase, Progress, Run, assignment_of
from matching.rematching import rematch_slots
from matching.rest_rows import RestRows
from matching.rounding import (
    allowed_now,
    fill_rest,
    fix_most,
    solve_in_parts,
    solve_rest,
)
from matching.solver import Limits

_SMALL = 4_000  # eligible pairs of a problem that needs no better plan before prices
_EXACT = 4_000  # pairs, of those that a better plan can have, that are solved exactly at once
_NODES = 2_000
_NEAR = (
    0.3  # of the usual price of a class: what a pair may cost beyond the best to be tried in whole numbers
)
_SWEEPS = 2


@dataclass(frozen=True)
class Plan:
    assignment: Mapping[UUID, UUID | None]  # None: the class has no instructor
    objective: float
    bound: float  # no plan is better
    gap: float  # how much better a plan could be at most, as a share of the objective
    terms: Mapping[str, float]  # by soft rule, and `unassigned`; their sum is the objective
    pins_broken: tuple[Violation, ...]  # hard rules that pinned classes break among themselves
    objectives: Mapping[Phase, float]  # of the best plan after each phase
    seconds: float
    calendars: Calendars  # for rank, repair and explain
    prices: Prices | None  # None if the run was stopped before there were any


class PlanBroken(AssertionError):
    """The engine's plan breaks a hard rule: an error in the engine, never in the problem."""


def plan(
    prepared: PreparedProblem,
    *,
    seconds: float = 300.0,
    aim: float = 5e-4,
    seed: int = 0,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Plan:
    """The best plan within `seconds`; it ends earlier at a gap of `aim`. Cancelled, it returns the best so far.

    Classes with a published instructor begin with them. Raises PlanBroken if the checker finds a rule broken.
    """
    pinned = Calendars(prepared)
    run = Run(pinned, seconds, on_progress, cancelled)
    calendars = pinned.copy()
    keep_published(calendars)
    fill_greedily(calendars, seed)
    run.offer(calendars)
    if len(prepared.eligible.cost) > _SMALL:
        run.phase = Phase.REMATCHING
        rematch_slots(calendars, seed, _SWEEPS, run.stopped)
        run.offer(calendars)
    prices = None if run.stopped() else _optimize(pinned, run, aim, seed)
    return _checked(prepared, run, prices)


def _optimize(pinned: Calendars, run: Run, aim: float, seed: int) -> Prices | None:
    prepared = pinned.prepared
    candidates = _candidates(pinned)
    if not len(candidates):
        run.prove(run.objective)
        return None
    timeline, rests = Timeline(prepared), RestRows(prepared)
    run.phase = Phase.PRICING
    relaxed = solve_by_columns(pinned, candidates, timeline, rests, run, seed)
    if relaxed is None or run.stopped():
        return None if relaxed is None else relaxed.prices
    run.phase = Phase.ROUNDING
    calendars = pinned.copy()
    fix_most(calendars, relaxed, timeline, rests, run, seed)
    near = min(_worth(run, relaxed.prices), _NEAR * float(np.median(relaxed.prices.class_price)))
    used = relaxed.positions[relaxed.prices.reduced[relaxed.positions] <= near]
    positions = allowed_now(calendars, used.tolist())
    limits = Limits(
        run.seconds_left / 2, gap=aim / 4 * relaxed.objective, nodes=_NODES, seed=seed, stopped=run.stopped
    )
    solve_in_parts(calendars, positions, timeline, limits)
    fill_rest(calendars)
    run.offer(calendars)
    kept = candidates[relaxed.prices.reduced[candidates] <= _worth(run, relaxed.prices)]
    if len(kept) <= _EXACT and not run.stopped():
        _solve_exactly(pinned, kept, run, timeline, seed)
    run.phase = Phase.IMPROVING
    improve(run, relaxed.prices, candidates, timeline, aim, seed)
    return relaxed.prices


def _solve_exactly(pinned: Calendars, kept: Ints, run: Run, timeline: Timeline, seed: int) -> None:
    """Solve over all pairs that a better plan can have, so that what comes out is proven."""
    calendars = pinned.copy()
    limits = Limits(
        run.seconds_left / 2,
        gap=1e-7 * run.objective,
        nodes=_NODES,
        seed=seed,
        searches=False,
        stopped=run.stopped,
    )
    bound = solve_rest(calendars, kept, run.best, timeline, limits)
    fill_rest(calendars)
    run.offer(calendars)
    if bound is not None:
        run.prove(min(bound, run.objective))


def _worth(run: Run, prices: Prices) -> float:
    """A pair that costs more than this beyond the best is in no plan that is better than the best one."""
    return run.objective - prices.bound + 1e-6


def _candidates(pinned: Calendars) -> Ints:
    """The pairs that are possible beside the pinned classes."""
    pairs, free = pinned.prepared.eligible.pairs, pinned.prepared.encoded.pinned < 0
    if free.all():
        return np.arange(len(pairs))
    return allowed_now(pinned, np.flatnonzero(free[pairs.classes]).tolist())


def _checked(prepared: PreparedProblem, run: Run, prices: Prices | None) -> Plan:
    assignment = assignment_of(run.best)
    asked, broken = pins_broken(prepared.problem, violations(prepared.problem, assignment))
    if broken:
        raise PlanBroken(f"the plan breaks {len(broken)} rules, the first: {broken[0]}")
    terms = run.best.objective_terms()
    return Plan(
        assignment,
        run.objective,
        min(run.bound, run.objective),
        run.gap,
        terms,
        tuple(asked),
        dict(run.objectives),
        run.seconds,
        run.best,
        prices,
    )
