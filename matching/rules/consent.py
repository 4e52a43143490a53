"""The instructor has given every consent that the class needs, such as to being recorded."""

from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.rules.lookups import NeedTable
from matching.rules.rule import Rule


class Consent(Rule):
    key: ClassVar[str] = "consent"
    text: ClassVar[str] = "hasn't given a consent that the class needs"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._lacks = NeedTable(encoded, lambda one: one.consents, lambda need, one: not need <= one.consents)

    def forbids(self, pairs: Pairs) -> Bools:
        return self._lacks[pairs] > 0
