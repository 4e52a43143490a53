"""The class lies within a time at which all its students can. It holds for every instructor alike."""

from typing import ClassVar

import numpy as np

from domain.intervals import merged
from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.problem import ClassToStaff
from matching.rules.rule import Rule


class StudentWindow(Rule):
    key: ClassVar[str] = "student_window"
    text: ClassVar[str] = "can't change that the students aren't free at that time"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._outside = np.array([_is_outside(one) for one in encoded.problem.classes], np.bool_)

    def forbids(self, pairs: Pairs) -> Bools:
        return self._outside[pairs.classes]


def _is_outside(one: ClassToStaff) -> bool:
    if one.student_windows is None:
        return False
    windows = merged(one.student_windows)
    return not any(w.start <= one.starts_at and one.ends_at <= w.end for w in windows)
