"""Tables that rules look pairs up in: needs of classes against instructors, values of single pairs, intervals."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np

from domain.intervals import Interval, merged
from matching.encoding import EncodedProblem, seconds
from matching.numeric import Bools, Floats, Ints, Pairs
from matching.problem import ClassToStaff, Instructor, Relationship

Need = TypeVar("Need", bound=Hashable)


class NeedTable(Generic[Need]):
    """One value for each need that occurs among the classes and each instructor."""

    def __init__(
        self,
        encoded: EncodedProblem,
        need: Callable[[ClassToStaff], Need],
        value: Callable[[Need, Instructor], float],
    ) -> None:
        needs: dict[Need, int] = {}
        rows = [needs.setdefault(need(one), len(needs)) for one in encoded.problem.classes]
        self._row: Ints = np.array(rows, np.int64)
        self._values: Floats = np.array(
            [[value(one, instructor) for instructor in encoded.problem.instructors] for one in needs],
            np.float64,
        ).reshape(len(needs), len(encoded.instructor_ids))

    def __getitem__(self, pairs: Pairs) -> Floats:
        return self._values[self._row[pairs.classes], pairs.instructors]


class PairValues:
    """A value for some pairs, 0 for all others."""

    def __init__(self, encoded: EncodedProblem, values: Mapping[tuple[int, int], float]) -> None:
        self._instructors = len(encoded.instructor_ids)
        keys = np.array([c * self._instructors + i for c, i in values], np.int64)
        order = np.argsort(keys)
        self._keys: Ints = keys[order]
        self._values: Floats = np.array(list(values.values()), np.float64)[order]

    def __getitem__(self, pairs: Pairs) -> Floats:
        if not len(pairs):
            return np.zeros(0)
        keys = pairs.classes * self._instructors + pairs.instructors
        first, last = np.searchsorted(self._keys, (keys.min(), keys.max() + 1))
        near = self._keys[first:last]  # of one class a few
        if not len(near):
            return np.zeros(len(pairs))
        at = np.minimum(np.searchsorted(near, keys), len(near) - 1)
        return np.where(near[at] == keys, self._values[first:last][at], 0.0)


class Spans:
    """Whether an interval of the instructor covers a class without a hole."""

    def __init__(self, encoded: EncodedProblem, intervals: Sequence[Iterable[Interval] | None]) -> None:
        self._encoded = encoded
        self.anything: Bools = np.array([own is None for own in intervals], np.bool_)
        spans = [
            (at, seconds(span.start), seconds(span.end))
            for at, own in enumerate(intervals)
            for span in merged(own or ())
            if span.start < span.end
        ]
        self._owner, self._start, self._end = (
            np.array([span[part] for span in spans], np.int64) for part in range(3)
        )
        moments = np.concatenate([self._start, encoded.start])
        self._origin = int(moments.min()) if len(moments) else 0
        self._step = (int(moments.max()) if len(moments) else 0) - self._origin + 1
        self._keys = self._owner * self._step + self._start - self._origin

    def cover(self, pairs: Pairs) -> Bools:
        if not len(self._keys):
            return np.asarray(self.anything[pairs.instructors])
        start, end = self._encoded.start[pairs.classes], self._encoded.end[pairs.classes]
        keys = pairs.instructors * self._step + start - self._origin
        at = np.maximum(np.searchsorted(self._keys, keys, side="right") - 1, 0)
        inside = (self._owner[at] == pairs.instructors) & (self._start[at] <= start) & (end <= self._end[at])
        return np.asarray(inside | self.anything[pairs.instructors])


def student_means(
    encoded: EncodedProblem, value: Callable[[Relationship], float]
) -> dict[tuple[int, int], float]:
    """The mean of a value over the students of a class, by the positions of class and instructor.

    A student without a relationship to the instructor counts as 0; pairs of which all are 0 are left out.
    """
    of_student: dict[UUID, list[tuple[int, float]]] = {}
    for known in encoded.problem.relationships:
        instructor = encoded.instructor_position.get(known.instructor_id)
        if instructor is not None and (worth := value(known)):
            of_student.setdefault(known.student_id, []).append((instructor, worth))
    means: dict[tuple[int, int], float] = {}
    for at, one in enumerate(encoded.problem.classes):
        for student in one.students:
            for instructor, worth in of_student.get(student, ()):
                pair = at, instructor
                means[pair] = means.get(pair, 0.0) + worth / len(one.students)
    return means
