"""A published plan changes as little as possible. Costs 1 for everybody but the instructor who was announced."""

from typing import ClassVar

import numpy as np

from matching.numeric import Floats, Pairs
from matching.rules.rule import Rule


class MinimalChange(Rule):
    key: ClassVar[str] = "minimal_change"
    text: ClassVar[str] = "isn't the instructor who was announced"
    weight: ClassVar[float] = 60.0

    def cost(self, pairs: Pairs) -> Floats:
        announced = self.encoded.published[pairs.classes]
        return np.where((announced >= 0) & (announced != pairs.instructors), 1.0, 0.0)
