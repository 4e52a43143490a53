"""Improves a plan slot by slot: all classes that run at one moment are matched again, at the least cost together.

Classes that run at the same moment never share an instructor, so their best matching is an assignment problem, in which
a load costs what the class would add to it.
"""

from collections.abc import Callable

import numpy as np

from matching.calendars import Calendars
from matching.numeric import Floats, Ints

_FORBIDDEN = 1e12
_LITTLE = 1e-3  # of the objective


def rematch_slots(calendars: Calendars, seed: int, sweeps: int, stopped: Callable[[], bool]) -> None:
    """Go over the slots `sweeps` times in an order drawn from `seed`, or until a sweep gains little."""
    dice = np.random.default_rng(seed)
    for sweep in range(sweeps):
        before = calendars.objective()
        for moment in dice.permutation(_moments(calendars, latest=sweep % 2 == 0)).tolist():
            if stopped():
                return
            rematch(calendars, running_at(calendars, moment))
        if calendars.objective() > before * (1 - _LITTLE):
            return


def _moments(calendars: Calendars, *, latest: bool) -> list[int]:
    """The fewest moments at one of which each class runs: the latest possible ones, or the earliest."""
    encoded = calendars.prepared.encoded
    spans = zip(encoded.start.tolist(), encoded.end.tolist(), strict=True)
    ordered = sorted((end - 1, start) if latest else (-start, 1 - end) for start, end in spans)
    moments: list[int] = []
    for last, first in ordered:
        if not moments or first > moments[-1]:
            moments.append(last)
    return moments if latest else [-moment for moment in moments]


def running_at(calendars: Calendars, moment: int) -> list[int]:
    """The classes that run at this moment and are not pinned."""
    encoded = calendars.prepared.encoded
    running = (encoded.start <= moment) & (moment < encoded.end) & (encoded.pinned < 0)
    found: list[int] = np.flatnonzero(running).tolist()
    return found


def rematch(calendars: Calendars, classes: list[int]) -> None:
    """Match classes, of which every two overlap, to instructors at the least cost."""
    from scipy.optimize import linear_sum_assignment

    for one in classes:
        calendars.release(one)
    instructors, costs = _costs(calendars, classes)
    rows, columns = linear_sum_assignment(costs)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if column < len(instructors):
            calendars.assign(classes[row], int(instructors[column]))


def _costs(calendars: Calendars, classes: list[int]) -> tuple[Ints, Floats]:
    """The instructors who can take one of them, and what each costs; behind them a column for each class's penalty."""
    found = [
        (row, instructor, cost)
        for row, one in enumerate(classes)
        for instructor, cost in calendars.choices(one)
    ]
    instructors, column = np.unique(np.array([one for _, one, _ in found], np.int64), return_inverse=True)
    costs = np.full((len(classes), len(instructors) + len(classes)), _FORBIDDEN)
    costs[[row for row, _, _ in found], column] = [cost for _, _, cost in found]
    own_column = np.arange(len(classes))
    costs[own_column, len(instructors) + own_column] = calendars.prepared.encoded.penalty[classes]
    return instructors, costs
