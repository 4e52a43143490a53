"""The instructor's rest lies between the last class of a day and the first of a later one, in their zone."""

from typing import ClassVar

import numpy as np

from matching.rules.rule import NO_SPACING, Rule, Spacing


class Rest(Rule):
    key: ClassVar[str] = "rest"
    text: ClassVar[str] = "wouldn't have their rest between two days"

    def spacing(self) -> Spacing:
        rests = [one.rest.total_seconds() for one in self.encoded.problem.instructors]
        least = np.ceil(np.array(rests, np.float64)).astype(np.int64)
        return Spacing(np.where(least > 0, least, NO_SPACING), across_days_only=True)
