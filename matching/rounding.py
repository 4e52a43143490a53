"""From a relaxed solution to a plan, and from a plan to better ones: exact solutions of a part of the classes."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from matching.calendars import NOBODY, Calendars
from matching.cliques import Timeline
from matching.column_generation import Relaxed, positions_of
from matching.greedy import assign_cheapest
from matching.numeric import Bools, Floats, Ints
from matching.program import build_program
from matching.progress import Run
from matching.rest_rows import RestRows
from matching.solver import Limits, solve_relaxed, solve_whole

_AT_ONCE = 500  # classes: the time of the solver rises much faster than their number
_CERTAIN = 0.999
_USED = 1e-3
_MANY = 20_000  # fractions, with which the simplex method would take minutes
_NUDGE = (
    0.004  # of the usual price of a class: costs some 0.01 % of the objective, and ends nine of ten fractions
)


def fix_most(
    calendars: Calendars, relaxed: Relaxed, timeline: Timeline, rests: RestRows, run: Run, seed: int
) -> None:
    """Take what the relaxed solution leaves no doubt about, and then what solutions with fewer fractions do not.

    It lies in the middle of all optima and has fractions wherever pairs cost the same. Where these are many, random
    costs that are too small to matter break the ties first; what is left, the simplex method solves to a corner.
    """
    _fix_certain(calendars, relaxed)
    if np.count_nonzero(_is_fraction(relaxed.values)) > _MANY:
        nudge = _NUDGE * float(np.median(relaxed.prices.class_price))
        relaxed = _solved_again(calendars, relaxed, timeline, rests, run, seed, nudge=nudge)
        _fix_certain(calendars, relaxed)
    _fix_certain(calendars, _solved_again(calendars, relaxed, timeline, rests, run, seed, corner=True))


def _fix_certain(calendars: Calendars, relaxed: Relaxed) -> None:
    _take(calendars, relaxed.positions[relaxed.values > _CERTAIN])


def _is_fraction(values: Floats) -> Bools:
    fraction: Bools = (values > _USED) & (values <= _CERTAIN)
    return fraction


def _solved_again(
    calendars: Calendars,
    relaxed: Relaxed,
    timeline: Timeline,
    rests: RestRows,
    run: Run,
    seed: int,
    *,
    nudge: float = 0.0,
    corner: bool = False,
) -> Relaxed:
    """Solve over the pairs that the solution uses beside what the calendars hold; each costs up to `nudge` more."""
    used = allowed_now(calendars, relaxed.positions[relaxed.values > _USED].tolist())
    extra = np.random.default_rng(seed).uniform(0.0, nudge, len(used))
    program = build_program(calendars, used, timeline, rests, extra)
    limits = Limits(run.seconds_left, seed=seed, stopped=run.stopped)
    solution = solve_relaxed(program, limits, corner=corner)
    if solution is None:
        return relaxed
    return replace(relaxed, positions=used, values=solution.values[: len(used)])


def _take(calendars: Calendars, positions: Ints) -> None:
    """Assign these pairs, one after the other, as far as each is still possible."""
    pairs = calendars.prepared.eligible.pairs.where(positions)
    for one, instructor in zip(pairs.classes.tolist(), pairs.instructors.tolist(), strict=True):
        if calendars.holder[one] == NOBODY and calendars.allows(one, instructor):
            calendars.assign(one, instructor)


def allowed_now(calendars: Calendars, positions: Iterable[int]) -> Ints:
    """Pairs of classes without instructor that each are possible beside the calendars."""
    pairs = calendars.prepared.eligible.pairs
    classes, instructors = pairs.classes, pairs.instructors
    found = [
        position
        for position in positions
        if calendars.holder[one := int(classes[position])] == NOBODY
        and calendars.allows(one, int(instructors[position]))
    ]
    return np.array(found, np.int64)


def solve_rest(
    calendars: Calendars,
    positions: Ints,
    known: Calendars | None,
    timeline: Timeline,
    limits: Limits,
    extra: Floats | None = None,
    required: Ints | None = None,
) -> float | None:
    """Give the classes of these pairs their best instructors, beside what the calendars hold.

    `known` is a plan to begin with, `extra` a cost of these pairs beside that of the rules, `required` are classes that
    may not be left without instructor. Returns the least objective that a plan of these pairs can have, or None if the
    limits came before a plan; then nothing is assigned.
    """
    start = np.zeros(0, np.int64) if known is None else positions_of(known, positions)
    rests = RestRows(calendars.prepared)
    rests.separate(positions, np.ones(len(positions)))
    program = build_program(calendars, positions, timeline, rests, extra, required)
    solution = solve_whole(program, limits, np.searchsorted(positions, start))
    if solution is None:
        return None
    _take(calendars, positions[solution.values[: len(positions)] > 0.5])
    return program.offset + solution.bound


def solve_in_parts(calendars: Calendars, positions: Ints, timeline: Timeline, limits: Limits) -> None:
    """As `solve_rest`, in parts in order of time where the classes are many, each part beside those before it.

    What binds classes of different days, hours of a week and loads, is known but for the classes of later parts.
    """
    prepared = calendars.prepared
    class_of = prepared.eligible.pairs.classes[positions]
    classes = np.unique(class_of)
    ordered = classes[np.argsort(prepared.encoded.start[classes], kind="stable")]
    count = max(1, -(-len(ordered) // _AT_ONCE))
    for part in np.array_split(ordered, count):
        own = allowed_now(calendars, positions[np.isin(class_of, part)].tolist())
        solve_rest(calendars, own, None, timeline, replace(limits, gap=limits.gap / count))


def fill_rest(calendars: Calendars) -> None:
    """Whoever is still without instructor takes the cheapest who is free."""
    for one in calendars.unassigned():
        assign_cheapest(calendars, one)
