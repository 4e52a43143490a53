"""Whom families want. Costs from 0 (all want them) to 1 (none does); without a preference it is in the middle."""

from typing import ClassVar

import numpy as np

from matching.encoding import EncodedProblem
from matching.numeric import Floats, Pairs
from matching.rules.lookups import PairValues, student_means
from matching.rules.rule import Rule


class FamilyPreference(Rule):
    key: ClassVar[str] = "family_preference"
    text: ClassVar[str] = "isn't whom the families want"
    weight: ClassVar[float] = 20.0

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._wanted = PairValues(encoded, student_means(encoded, lambda one: one.family_preference))

    def cost(self, pairs: Pairs) -> Floats:
        return np.clip((1.0 - self._wanted[pairs]) / 2, 0.0, 1.0)
