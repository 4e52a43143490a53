"""Unpopular hours are shared in proportion to target hours. Above the own share each costs one, above twice it two.

The figures are per unpopular hour, times the weight. Instructors without a target share equally if nobody has one.
"""

import math
from typing import ClassVar

import numpy as np

from matching.encoding import HOUR
from matching.rules.rule import Load, Rule


class UnpopularHours(Rule):
    key: ClassVar[str] = "unpopular_hours"
    text: ClassVar[str] = "would have more than their share of unpopular hours"
    weight: ClassVar[float] = 4.0

    def load(self) -> Load:
        problem = self.encoded.problem
        unpopular = self.encoded.padded([one.unpopular for one in problem.classes], 0.0)
        amount = self.encoded.hours * np.array(unpopular, np.float64)
        hours = [one.target.total_seconds() / HOUR if one.target else 0.0 for one in problem.instructors]
        targets = np.array(hours, np.float64)
        if not targets.any():
            targets = np.ones_like(targets)
        share = amount.sum() * targets / targets.sum()
        widths = np.stack([share, share, np.full_like(share, math.inf)], axis=1)
        slopes = self.organization_weight() * np.tile((0.0, 1.0, 2.0), (len(share), 1))
        return Load(amount, widths, slopes, np.zeros(len(share)))
