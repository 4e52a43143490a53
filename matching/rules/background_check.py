"""The instructor's background check is valid until the class ends, where the class asks for one."""

import math
from typing import ClassVar

from matching.encoding import EncodedProblem, seconds
from matching.numeric import Bools, Pairs
from matching.problem import Instructor
from matching.rules.lookups import NeedTable
from matching.rules.rule import Rule


class BackgroundCheck(Rule):
    key: ClassVar[str] = "background_check"
    text: ClassVar[str] = "has no background check that is valid until the class ends"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._valid_until = NeedTable(encoded, lambda one: one.background_check, _valid_until)

    def forbids(self, pairs: Pairs) -> Bools:
        return self._valid_until[pairs] < self.encoded.end[pairs.classes]


def _valid_until(needed: bool, one: Instructor) -> float:
    if not needed:
        return math.inf
    return -math.inf if one.background_check_until is None else seconds(one.background_check_until)
