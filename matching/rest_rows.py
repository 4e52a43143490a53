"""Rest between days as rows of a program, made only where a solution breaks it.

A row holds late classes of one day that all run at one moment, and early classes of a later day that all run at
another: every two of them exclude each other.
"""

import numpy as np

from matching.numeric import Floats, Ints
from matching.prepared import PreparedProblem

_TOLERANCE = 1e-4


class RestRows:
    """Finds broken rests of solutions over the eligible pairs. A row is an array of their positions."""

    def __init__(self, prepared: PreparedProblem) -> None:
        self._prepared = prepared
        self.rows: list[Ints] = []
        self._made: set[tuple[int, int, int]] = set()

    def separate(self, positions: Ints, values: Floats) -> int:
        """Add a row for each rest that these values of pairs break, and return how many were added."""
        prepared = self._prepared
        encoded, pairs = prepared.encoded, prepared.eligible.pairs
        across, gap = prepared.least_gap_across, prepared.least_gap
        used = positions[values > _TOLERANCE]
        value = dict(zip(used.tolist(), values[values > _TOLERANCE].tolist(), strict=True))
        used = used[across[pairs.instructors[used]] > gap[pairs.instructors[used]]]
        order = used[np.lexsort((encoded.start[pairs.classes[used]], pairs.instructors[used]))]
        chosen = pairs.where(order)
        start, end = encoded.start[chosen.classes].tolist(), encoded.end[chosen.classes].tolist()
        day, who = encoded.days(chosen).tolist(), chosen.instructors.tolist()
        before = len(self.rows)
        for late, position in enumerate(order.tolist()):
            reach = end[late] + int(across[who[late]])
            for early in range(late + 1, len(order)):
                if who[early] != who[late] or start[early] >= reach:
                    break
                other = int(order[early])
                if day[early] != day[late] and value[position] + value[other] > 1 + _TOLERANCE:
                    self._add(who[late], position, other)
        return len(self.rows) - before

    def _add(self, instructor: int, late: int, early: int) -> None:
        encoded, pairs = self._prepared.encoded, self._prepared.eligible.pairs
        until = int(encoded.end[pairs.classes[late]])
        since = int(encoded.start[pairs.classes[early]])
        if (instructor, until, since) in self._made:
            return
        self._made.add((instructor, until, since))
        own = self._prepared.eligible.of_instructors[instructor]
        mine = pairs.where(own)
        start, end, day = encoded.start[mine.classes], encoded.end[mine.classes], encoded.days(mine)
        is_late = (
            (day == encoded.day(int(pairs.classes[late]), instructor)) & (start < until) & (end >= until)
        )
        is_early = (
            (day == encoded.day(int(pairs.classes[early]), instructor)) & (start <= since) & (end > since)
        )
        self.rows.append(own[is_late | is_early])
