"""A problem as arrays: positions in place of ids, seconds in place of moments, days in each instructor's zone."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from domain.errors import InvalidInput
from matching.numeric import Floats, Ints, Pairs
from matching.problem import Problem

HOUR = 3600
Value = TypeVar("Value")


def seconds(moment: datetime) -> int:
    """Since 1970 in UTC."""
    return round(moment.timestamp())


def _seconds_of_each(moments: Iterable[datetime]) -> Ints:
    """As `seconds`."""
    return np.rint(np.array([moment.timestamp() for moment in moments], np.float64)).astype(np.int64)


class EncodedProblem:
    """Arrays over classes have the shape (classes,), arrays over instructors (instructors,).

    Time that is taken stands behind the classes, as pinned ones that no pair is of. Raises InvalidInput where
    an id repeats.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.own_classes = len(problem.classes)  # without the time that is taken
        spans = problem.spans
        self.class_ids = [one.id for one in spans]
        self.instructor_ids = [one.id for one in problem.instructors]
        self.class_position = {key: at for at, key in enumerate(self.class_ids)}
        if len(self.class_position) < len(self.class_ids):
            raise InvalidInput("a time that is taken is listed twice")
        self.instructor_position = {key: at for at, key in enumerate(self.instructor_ids)}
        self.start = _seconds_of_each(one.starts_at for one in spans)
        self.end = _seconds_of_each(one.ends_at for one in spans)
        self.hours: Floats = (self.end - self.start) / HOUR
        pins = self._instructors([one.pinned_instructor_id for one in problem.classes])
        takers = self._instructors(list(problem.taken))
        self.pinned = np.concatenate([pins, np.repeat(takers, [len(own) for own in problem.taken.values()])])
        nobody = np.full(len(spans) - self.own_classes, -1, np.int64)
        previous = self._instructors([one.previous_instructor_id for one in problem.classes])
        self.previous = np.concatenate([previous, nobody])
        published = self._instructors([one.published_instructor_id for one in problem.classes])
        self.published = np.concatenate([published, nobody])
        self._courses: dict[UUID | None, int] = {}
        courses = [self._courses.setdefault(one.course_id, len(self._courses)) for one in problem.classes]
        self._course_of = np.array(self.padded(courses, -1), np.int64)
        zones = sorted({one.zone for one in problem.instructors})
        self.zone_of: Ints = np.array([zones.index(one.zone) for one in problem.instructors], np.int64)
        self.day_in_zone: Ints = np.array([self._days(zone) for zone in zones], np.int64).reshape(
            len(zones), len(self.class_ids)
        )
        self.penalty: Floats = problem.settings.unassigned * np.array(
            self.padded([one.priority for one in problem.classes], 0.0), np.float64
        )

    def padded(self, values: Sequence[Value], taken: Value) -> list[Value]:
        """One value for each of the classes, and another one for all time that is taken."""
        return [*values, *[taken] * (len(self.class_ids) - len(values))]

    def days(self, pairs: Pairs) -> Ints:
        """The day on which the class starts in the zone of the instructor; Monday of the first year is 1."""
        return self.day_in_zone[self.zone_of[pairs.instructors], pairs.classes]

    def day(self, one_class: int, instructor: int) -> int:
        return int(self.day_in_zone[self.zone_of[instructor], one_class])

    def weights(self, key: str, default: float) -> Floats:
        """The weight of a soft rule for each class."""
        settings = self.problem.settings
        weights: Floats = np.full(len(self.class_ids), settings.weights.get(key, default), np.float64)
        for course_id, own in settings.weights_by_course.items():
            if key in own and course_id in self._courses:
                weights[self._course_of == self._courses[course_id]] = own[key]
        return weights

    def _instructors(self, ids: Sequence[UUID | None]) -> Ints:
        """Positions; -1 for none and for people who are not listed."""
        found = [-1 if key is None else self.instructor_position.get(key, -1) for key in ids]
        return np.array(found, np.int64)

    def _days(self, zone: str) -> Ints:
        starts, of_class = np.unique(self.start, return_inverse=True)
        clock = ZoneInfo(zone)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        days = [(epoch + timedelta(seconds=int(at))).astimezone(clock).date().toordinal() for at in starts]
        return np.array(days, np.int64)[of_class]
