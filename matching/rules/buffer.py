"""The instructor's buffer lies between two of their classes."""

from typing import ClassVar

from matching.rules.rule import Rule, Spacing


class Buffer(Rule):
    key: ClassVar[str] = "no_buffer"
    text: ClassVar[str] = "wouldn't have their buffer between two classes"

    def spacing(self) -> Spacing:
        return Spacing.of(one.buffer for one in self.encoded.problem.instructors)
