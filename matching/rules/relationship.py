"""How well the instructor and the students get on. Costs from 0 (well) to 1 (badly); the unknown is in the middle."""

from typing import ClassVar

import numpy as np

from matching.encoding import EncodedProblem
from matching.numeric import Floats, Pairs
from matching.rules.lookups import PairValues, student_means
from matching.rules.rule import Rule

UNKNOWN = 0.5


class RelationshipQuality(Rule):
    key: ClassVar[str] = "relationship"
    text: ClassVar[str] = "gets on less well with the students"
    weight: ClassVar[float] = 20.0

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._quality = PairValues(
            encoded,
            student_means(encoded, lambda one: 0.0 if one.quality is None else one.quality - UNKNOWN),
        )

    def cost(self, pairs: Pairs) -> Floats:
        return np.clip(1.0 - UNKNOWN - self._quality[pairs], 0.0, 1.0)
