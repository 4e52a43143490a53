"""The instructor's buffer lies between two of their classes."""

from typing import ClassVar

import numpy as np

from matching.rules.rule import NO_SPACING, Rule, Spacing


class Buffer(Rule):
    key: ClassVar[str] = "no_buffer"
    text: ClassVar[str] = "wouldn't have their buffer between two classes"

    def spacing(self) -> Spacing:
        buffers = [one.buffer.total_seconds() for one in self.encoded.problem.instructors]
        least = np.ceil(np.array(buffers, np.float64)).astype(np.int64)
        return Spacing(np.where(least > 0, least, NO_SPACING))
