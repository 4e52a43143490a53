"""The most hours of teaching on a day, which is the day of a class's start in the instructor's zone."""

import math
from typing import ClassVar

import numpy as np

from matching.encoding import HOUR
from matching.rules.rule import Budget, Rule


class HoursPerDay(Rule):
    key: ClassVar[str] = "hours_of_day"
    text: ClassVar[str] = "would teach more hours than their most on that day"

    def budget(self) -> Budget:
        most = [
            math.inf if one.most_per_day is None else one.most_per_day.total_seconds() / HOUR
            for one in self.encoded.problem.instructors
        ]
        return Budget(self.encoded.day_in_zone, np.array(most, np.float64))
