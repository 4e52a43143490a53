"""The most hours of teaching in a week from Monday, which is the week of a class's start in the instructor's zone."""

import math
from typing import ClassVar

import numpy as np

from matching.encoding import HOUR
from matching.rules.rule import Budget, Rule


class HoursPerWeek(Rule):
    key: ClassVar[str] = "hours_of_week"
    text: ClassVar[str] = "would teach more hours than their most in that week"

    def budget(self) -> Budget:
        most = [
            math.inf if one.most_per_week is None else one.most_per_week.total_seconds() / HOUR
            for one in self.encoded.problem.instructors
        ]
        return Budget((self.encoded.day_in_zone - 1) // 7, np.array(most, np.float64))
