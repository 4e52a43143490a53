"""The instructor holds every certificate that the class asks for until the class ends."""

import math
from typing import ClassVar

from matching.encoding import EncodedProblem, seconds
from matching.numeric import Bools, Pairs
from matching.problem import Instructor
from matching.rules.lookups import NeedTable
from matching.rules.rule import Rule


class Certificates(Rule):
    key: ClassVar[str] = "certificate"
    text: ClassVar[str] = "lacks a certificate, or it expires before the class ends"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        self._valid_until = NeedTable(encoded, lambda one: one.certificates, _valid_until)

    def forbids(self, pairs: Pairs) -> Bools:
        return self._valid_until[pairs] < self.encoded.end[pairs.classes]


def _valid_until(needed: frozenset[str], one: Instructor) -> float:
    """Until when all of them are valid, in seconds since 1970."""
    if not needed <= one.certificates.keys():
        return -math.inf
    expiries = [one.certificates[name] for name in needed]
    return min((seconds(expiry) for expiry in expiries if expiry is not None), default=math.inf)
