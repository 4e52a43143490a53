"""What the class costs with this instructor: their hourly cost times its hours, in the organization's currency."""

from typing import ClassVar

import numpy as np

from matching.encoding import EncodedProblem
from matching.numeric import Floats, Pairs
from matching.rules.rule import Rule


class Cost(Rule):
    key: ClassVar[str] = "cost"
    text: ClassVar[str] = "costs more"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._hourly = np.array([one.hourly_cost for one in encoded.problem.instructors], np.float64)

    def cost(self, pairs: Pairs) -> Floats:
        hours: Floats = self.encoded.hours[pairs.classes]
        return self._hourly[pairs.instructors] * hours
