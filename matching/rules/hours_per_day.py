"""The instructor's limit of hours a day, in their zone. A class counts on the day of its start."""

from typing import ClassVar

from matching.rules.rule import Budget, Rule


class HoursPerDay(Rule):
    key: ClassVar[str] = "hours_of_day"
    text: ClassVar[str] = "would teach more hours than their most on that day"

    def budget(self) -> Budget:
        most = (one.most_per_day for one in self.encoded.problem.instructors)
        return Budget.of(self.encoded.day_in_zone, most)
