"""The plan of some classes as a linear program: who takes which, beside what the calendars hold already.

Columns: the pairs, then for each class that nobody takes it, then the pieces of each load. Rows: each class is taken or
left; cliques; hours in periods; the sums of loads; rests.
"""

from dataclasses import dataclass

import numpy as np

from matching.calendars import Calendars
from matching.cliques import Cliques, Timeline, largest_cliques
from matching.numeric import Floats, Ints, Pairs
from matching.rest_rows import RestRows


@dataclass(frozen=True)
class HourRows:
    """The rows of one kind of budget."""

    instructor: Ints  # (rows,)
    period: Ints  # (rows,)
    left: Floats  # (rows,): hours


@dataclass(frozen=True)
class LoadRows:
    """The rows of one kind of load."""

    instructor: Ints  # (rows,)
    before: Floats  # (rows,): the sum without the classes of the program


@dataclass(frozen=True)
class Program:
    positions: Ints  # of the pairs among all eligible ones
    classes: Ints  # in order
    cost: Floats  # (columns,)
    upper: Floats  # (columns,)
    row_lower: Floats
    row_upper: Floats
    entries: tuple[Ints, Ints, Floats]  # row, column, value
    cliques: Cliques
    hours: list[HourRows]
    loads: list[LoadRows]
    rests: list[int]  # which of the rest rows are in it
    offset: float  # what a plan costs beside the columns


class _Rows:
    def __init__(self) -> None:
        self.count = 0
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []
        self.entries: list[tuple[Ints, Ints, Floats]] = []

    def add(self, lower: Floats, upper: Floats, row: Ints, column: Ints, value: Floats) -> None:
        """Rows of which `row` counts from 0."""
        self.entries.append((row + self.count, column, value))
        self.lower.append(lower)
        self.upper.append(upper)
        self.count += len(lower)

    def more(self, row: Ints, column: Ints, value: Floats) -> None:
        """Further entries of the rows that were added last."""
        self.entries.append((row + self.count - len(self.lower[-1]), column, value))


def build_program(
    calendars: Calendars,
    positions: Ints,
    timeline: Timeline,
    rests: RestRows,
    extra: Floats | None = None,
    required: Ints | None = None,
) -> Program:
    """The pairs must be of classes without instructor, and each must be allowed beside the calendars.

    A class is in the program if one of the pairs is of it. `extra` is a cost of the pairs beside that of the rules,
    `required` are the classes that may not be left without instructor.
    """
    prepared = calendars.prepared
    eligible, encoded = prepared.eligible, prepared.encoded
    pairs = eligible.pairs.where(positions)
    classes, row_of_class = np.unique(pairs.classes, return_inverse=True)
    count, free = len(pairs), len(classes)
    column = np.arange(count)
    costs = [eligible.cost[positions] + (0.0 if extra is None else extra), encoded.penalty[classes]]
    uppers = [np.ones(count + free)]
    if required is not None:
        uppers[0][count:][np.isin(classes, required)] = 0.0
    rows = _Rows()
    rows.add(np.ones(free), np.ones(free), row_of_class, column, np.ones(count))
    rows.more(np.arange(free), count + np.arange(free), np.ones(free))
    cliques = largest_cliques(timeline, prepared, pairs)
    many = len(cliques.instructor)
    rows.add(np.full(many, -np.inf), np.ones(many), cliques.row, cliques.pair, np.ones(len(cliques.row)))
    hours = [_add_hours(rows, calendars, kind, pairs) for kind in range(len(prepared.budgets))]
    loads, next_column = [], count + free
    offset = calendars.objective() - float(encoded.penalty[classes].sum())
    instructors, row_of_instructor = np.unique(pairs.instructors, return_inverse=True)
    for kind, (_, load) in enumerate(prepared.loads):
        before = calendars.load_sums(kind)[instructors]
        rows.add(-before, -before, row_of_instructor, column, load.amount[pairs.classes])
        pieces = load.widths.shape[1]
        piece_columns = next_column + np.arange(len(instructors) * pieces)
        rows.more(np.repeat(np.arange(len(instructors)), pieces), piece_columns, -np.ones(len(piece_columns)))
        costs.append(load.slopes[instructors].ravel())
        uppers.append(load.widths[instructors].ravel())
        loads.append(LoadRows(instructors, before))
        offset += float((load.at_zero - load.cost(calendars.load_sums(kind)))[instructors].sum())
        next_column += len(piece_columns)
    in_program = _add_rests(rows, rests, positions, len(eligible.cost))
    row, col, value = (np.concatenate(parts) for parts in zip(*rows.entries, strict=True))
    return Program(
        positions,
        classes,
        np.concatenate(costs),
        np.concatenate(uppers),
        np.concatenate(rows.lower),
        np.concatenate(rows.upper),
        (row, col, value),
        cliques,
        hours,
        loads,
        in_program,
        offset,
    )


def period_keys(instructors: Ints, periods: Ints, among: Ints) -> Ints:
    """One number for each instructor and period; `among` are all periods that occur."""
    base = int(among.min(initial=0))
    step = int(among.max(initial=0)) - base + 1
    return instructors * step + periods - base


def _add_hours(rows: _Rows, calendars: Calendars, kind: int, pairs: Pairs) -> HourRows:
    """Only the periods in which all pairs together would be more than what is left."""
    prepared = calendars.prepared
    period = prepared.periods(kind, pairs)
    keys, first, group = np.unique(
        period_keys(pairs.instructors, period, period), return_index=True, return_inverse=True
    )
    hours = prepared.encoded.hours[pairs.classes]
    sums = np.bincount(group, hours, minlength=len(keys))
    left = np.array(
        [
            calendars.hours_left(kind, one, who)
            for one, who in zip(pairs.classes[first].tolist(), pairs.instructors[first].tolist(), strict=True)
        ],
        np.float64,
    )
    tight = sums > left
    number = np.cumsum(tight) - 1
    entry = tight[group]
    many = int(tight.sum())
    rows.add(np.full(many, -np.inf), left[tight], number[group[entry]], np.flatnonzero(entry), hours[entry])
    return HourRows(pairs.instructors[first[tight]], period[first[tight]], left[tight])


def _add_rests(rows: _Rows, rests: RestRows, positions: Ints, eligible: int) -> list[int]:
    column_of = np.full(eligible, -1, np.int64)
    column_of[positions] = np.arange(len(positions))
    found = [(number, column_of[row]) for number, row in enumerate(rests.rows)]
    kept = [(number, columns[columns >= 0]) for number, columns in found if (columns >= 0).sum() > 1]
    if kept:
        many = len(kept)
        row = np.repeat(np.arange(many), [len(columns) for _, columns in kept])
        columns = np.concatenate([columns for _, columns in kept])
        rows.add(np.full(many, -np.inf), np.ones(many), row, columns, np.ones(len(columns)))
    return [number for number, _ in kept]
