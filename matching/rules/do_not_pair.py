"""Nobody teaches a student whom they are kept apart from."""

from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.rules.lookups import PairValues, student_means
from matching.rules.rule import Rule


class DoNotPair(Rule):
    key: ClassVar[str] = "do_not_pair"
    text: ClassVar[str] = "must not teach a student of the class"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._kept_apart = PairValues(encoded, student_means(encoded, lambda one: float(one.do_not_pair)))

    def forbids(self, pairs: Pairs) -> Bools:
        return self._kept_apart[pairs] > 0
