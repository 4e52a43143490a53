"""The instructor is qualified for the subject, at the level of the class or at every level."""

from collections.abc import Collection
from typing import ClassVar

from matching.encoding import EncodedProblem
from matching.numeric import Bools, Pairs
from matching.problem import Instructor
from matching.rules.lookups import NeedTable
from matching.rules.rule import Rule


class Qualification(Rule):
    key: ClassVar[str] = "not_qualified"
    text: ClassVar[str] = "isn't qualified for the subject and level"

    def __init__(self, encoded: EncodedProblem) -> None:
        super().__init__(encoded)
        held = {one.id: _folded(one.qualifications) for one in encoded.problem.instructors}

        def lacks(need: tuple[str, str], one: Instructor) -> bool:
            subject, level = need
            return not {(subject, level), (subject, "")} & held[one.id]

        self._lacks = NeedTable(encoded, lambda one: (one.subject.casefold(), one.level.casefold()), lacks)

    def forbids(self, pairs: Pairs) -> Bools:
        return self._lacks[pairs] > 0


def _folded(qualifications: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(subject.casefold(), level.casefold()) for subject, level in qualifications}
