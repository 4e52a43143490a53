"""Nobody teaches two classes at the same time. Ends that touch do not overlap."""

from typing import ClassVar

import numpy as np

from matching.rules.rule import Rule, Spacing


class Overlap(Rule):
    key: ClassVar[str] = "busy"
    text: ClassVar[str] = "teaches another class at that time"

    def spacing(self) -> Spacing:
        return Spacing(np.zeros(len(self.encoded.instructor_ids), np.int64))
