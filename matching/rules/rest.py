"""The instructor's rest lies between the last class of a day and the first of a later one, in their zone."""

from typing import ClassVar

from matching.rules.rule import Rule, Spacing


class Rest(Rule):
    key: ClassVar[str] = "rest"
    text: ClassVar[str] = "wouldn't have their rest between two days"

    def spacing(self) -> Spacing:
        return Spacing.of((one.rest for one in self.encoded.problem.instructors), across_days_only=True)
