"""The instructor teaches in the language of the class."""

from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.rules.lookups import NeedTable
from matching.rules.rule import Rule


class Language(Rule):
    key: ClassVar[str] = "language"
    text: ClassVar[str] = "doesn't teach in the language"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._lacks = NeedTable(
            encoded,
            lambda one: one.language.casefold(),
            lambda need, one: bool(need) and need not in {own.casefold() for own in one.languages},
        )

    def forbids(self, pairs: Pairs) -> Bools:
        return self._lacks[pairs] > 0
