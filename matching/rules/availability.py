"""The class lies within one stretch of the instructor's available time."""

from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.rules.lookups import Spans
from matching.rules.rule import Rule


class Availability(Rule):
    key: ClassVar[str] = "not_available"
    text: ClassVar[str] = "isn't available at that time"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._available = Spans(encoded, [one.available for one in encoded.problem.instructors])

    def forbids(self, pairs: Pairs) -> Bools:
        return ~self._available.cover(pairs)
