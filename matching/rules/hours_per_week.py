"""The instructor's limit of hours a week, from Monday in their zone. A class counts in the week of its start."""

from typing import ClassVar

from matching.rules.rule import Budget, Rule


class HoursPerWeek(Rule):
    key: ClassVar[str] = "hours_of_week"
    text: ClassVar[str] = "would teach more hours than their most in that week"

    def budget(self) -> Budget:
        most = (one.most_per_week for one in self.encoded.problem.instructors)
        return Budget.of((self.encoded.day_in_zone - 1) // 7, most)
