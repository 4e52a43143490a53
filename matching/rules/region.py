"""The instructor works in the region in which the class is held and its record is kept."""

from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.rules.lookups import NeedTable
from matching.rules.rule import Rule


class Region(Rule):
    key: ClassVar[str] = "region"
    text: ClassVar[str] = "doesn't work in the region of the class"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._outside = NeedTable(
            encoded, lambda one: one.region, lambda need, one: bool(need) and need not in one.regions
        )

    def forbids(self, pairs: Pairs) -> Bools:
        return self._outside[pairs] > 0
