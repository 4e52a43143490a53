"""New students get instructors who are good with them. Costs the share of new students times what is lacking."""

from typing import ClassVar

import numpy as np

from matching.encoding import EncodedProblem
from matching.numeric import Floats, Pairs
from matching.rules.rule import Rule


class Experience(Rule):
    key: ClassVar[str] = "experience"
    text: ClassVar[str] = "has less experience with new students"
    weight: ClassVar[float] = 20.0

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        classes, instructors = encoded.problem.classes, encoded.problem.instructors
        self._new = np.array([one.new_students / max(1, len(one.students)) for one in classes], np.float64)
        self._lacking = np.array([1.0 - one.experience for one in instructors], np.float64)

    def cost(self, pairs: Pairs) -> Floats:
        return self._new[pairs.classes] * self._lacking[pairs.instructors]
