"""Which classes of an instructor exclude each other, as sets of which a plan holds at most one."""

from dataclasses import dataclass

import numpy as np

from matching.numeric import Floats, Ints, Pairs
from matching.prepared import PreparedProblem


@dataclass(frozen=True)
class Cliques:
    """Sets of pairs of one instructor that all run at one moment, their gap included; only the largest ones."""

    instructor: Ints  # (rows,)
    moment: Ints  # (rows,)
    row: Ints  # (entries,)
    pair: Ints  # (entries,): position in the pairs


class Timeline:
    """Moments of all instructors on one axis: the instructors one after the other."""

    def __init__(self, prepared: PreparedProblem) -> None:
        encoded = prepared.encoded
        self._start, self._end, self._gap = encoded.start, encoded.end, prepared.least_gap
        self._origin = int(self._start.min(initial=0))
        longest_gap = int(max(0, self._gap.max(initial=0)))
        self._step = int(self._end.max(initial=0)) + longest_gap - self._origin + 2

    def at(self, instructors: Ints, moments: Ints) -> Ints:
        return instructors * self._step + moments - self._origin

    def spans(self, pairs: Pairs) -> tuple[Ints, Ints]:
        """From the start of each class until its end and the instructor's gap behind it."""
        start, end = self._start[pairs.classes], self._end[pairs.classes] + self._gap[pairs.instructors]
        return self.at(pairs.instructors, start), self.at(pairs.instructors, np.maximum(end, start))


def largest_cliques(timeline: Timeline, prepared: PreparedProblem, pairs: Pairs) -> Cliques:
    """All sets of two or more that no other one contains."""
    begin, end = timeline.spans(pairs)
    points, first = np.unique(begin, return_index=True)
    low, high = np.searchsorted(points, begin), np.searchsorted(points, end)
    # A set is contained in the next one unless one of its classes ends before the next begins.
    is_largest = np.zeros(len(points) + 1, np.int64)
    is_largest[high[high > low]] = 1
    ends_before = np.concatenate([[0], np.cumsum(is_largest[1:])])
    low, high = ends_before[low], ends_before[high]
    kept = np.flatnonzero(is_largest[1:])
    sizes = np.bincount(_ranges(low, high), minlength=len(kept))
    row, pair = _ranges(low, high), np.repeat(np.arange(len(pairs)), high - low)
    number = np.cumsum(sizes > 1) - 1
    entry = sizes[row] > 1
    kept = kept[sizes > 1]
    of_point = first[kept]
    return Cliques(
        pairs.instructors[of_point],
        prepared.encoded.start[pairs.classes[of_point]],
        number[row[entry]],
        pair[entry],
    )


def _ranges(low: Ints, high: Ints) -> Ints:
    """low, low + 1, … high - 1 of each range, one after the other."""
    lengths = high - low
    ends = np.cumsum(lengths)
    numbers: Ints = (
        np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths) + np.repeat(low, lengths)
    )
    return numbers


def running_sums(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])
