"""Hours against the instructor's target. Within 10 % of it they cost nothing, outside 10 % one, outside 30 % two.

The figures are per hour of deviation beyond each mark, times the weight. Who has no target costs nothing.
"""

import math
from typing import ClassVar

import numpy as np

from matching.encoding import HOUR
from matching.rules.rule import Load, Rule

_MARKS = (0.7, 0.9, 1.1, 1.3)  # of the target
_SLOPES = (-2.0, -1.0, 0.0, 1.0, 2.0)


class TargetHours(Rule):
    key: ClassVar[str] = "load"
    text: ClassVar[str] = "would be further from their target hours"
    weight: ClassVar[float] = 6.0

    def load(self) -> Load:
        instructors = self.encoded.problem.instructors
        hours = [one.target.total_seconds() / HOUR if one.target else 0.0 for one in instructors]
        targets = np.array(hours, np.float64)[:, None]
        ends = np.concatenate([targets * _MARKS, np.full_like(targets, math.inf)], axis=1)
        slopes = self.organization_weight() * np.where(targets > 0, _SLOPES, 0.0)
        widths = np.diff(ends, axis=1, prepend=0.0)
        below = widths[:, :2] * -slopes[:, :2]
        return Load(self.encoded.hours, widths, slopes, below.sum(axis=1))
