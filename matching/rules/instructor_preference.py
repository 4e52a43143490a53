"""When instructors like to teach. Costs 1 outside the hours that an instructor prefers."""

from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Floats, Pairs
from matching.rules.lookups import Spans
from matching.rules.rule import Rule


class InstructorPreference(Rule):
    key: ClassVar[str] = "instructor_preference"
    text: ClassVar[str] = "would rather teach at other hours"
    weight: ClassVar[float] = 10.0

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._preferred = Spans(encoded, [one.preferred or None for one in encoded.problem.instructors])

    def cost(self, pairs: Pairs) -> Floats:
        return (~self._preferred.cover(pairs)).astype(float)
