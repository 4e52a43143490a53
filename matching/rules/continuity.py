"""The instructor of the class before teaches this one as well, or somebody who knows its students.

Costs 0 for the instructor of the class before, otherwise 1 less two thirds of the share of students they have taught.
"""

from typing import ClassVar

import numpy as np

from matching.encoding import EncodedProblem
from matching.numeric import Floats, Pairs
from matching.rules.lookups import PairValues, student_means
from matching.rules.rule import Rule

KNOWN = 2 / 3


class Continuity(Rule):
    key: ClassVar[str] = "continuity"
    text: ClassVar[str] = "hasn't taught these students before"
    weight: ClassVar[float] = 40.0

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._known = PairValues(encoded, student_means(encoded, lambda one: float(one.classes_taught > 0)))

    def cost(self, pairs: Pairs) -> Floats:
        stays = self.encoded.previous[pairs.classes] == pairs.instructors
        return np.where(stays, 0.0, 1.0 - KNOWN * self._known[pairs])
