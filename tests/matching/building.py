"""Short forms of what tests plan with: classes and instructors by number, times as hours of one Monday in UTC."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from domain.intervals import Interval
from matching.calendars import Calendars
from matching.numeric import Pairs, all_pairs
from matching.prepared import PreparedProblem
from matching.problem import ClassToStaff, Instructor, Problem, Relationship, RuleSettings
from matching.rules.rule import Rule

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


def at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def span(start: float, end: float) -> Interval:
    return Interval(at(start), at(end))


def class_id(number: int) -> UUID:
    return UUID(int=100 + number)


def instructor_id(number: int) -> UUID:
    return UUID(int=200 + number)


def student_id(number: int) -> UUID:
    return UUID(int=300 + number)


def a_class(number: int = 0, start: float = 9, end: float | None = None, **wanted: Any) -> ClassToStaff:
    end = start + 1 if end is None else end
    return ClassToStaff(class_id(number), at(start), at(end), **{"subject": "Mathematics", **wanted})


def an_instructor(number: int = 0, **known: Any) -> Instructor:
    return Instructor(instructor_id(number), **{"qualifications": frozenset({("Mathematics", "")}), **known})


def prepared(
    classes: Sequence[ClassToStaff],
    instructors: Sequence[Instructor],
    known: Sequence[Relationship] = (),
    **settings: Any,
) -> PreparedProblem:
    return PreparedProblem(Problem(classes, instructors, known, RuleSettings(**settings)))


def knows(student: int, instructor: int, **known: Any) -> Relationship:
    return Relationship(student_id(student), instructor_id(instructor), **known)


def forbidden(rule: type[Rule], problem: PreparedProblem) -> list[bool]:
    """Of the first class with each instructor."""
    found = rule(problem.encoded).forbids(_first_class(problem))
    assert found is not None
    return [bool(one) for one in found]


def costs(rule: type[Rule], problem: PreparedProblem) -> list[float]:
    """Of the first class with each instructor, before they are weighed."""
    found = rule(problem.encoded).cost(_first_class(problem))
    assert found is not None
    return [round(float(one), 6) for one in found]


def bindings(problem: PreparedProblem, held: Sequence[int], wanted: int) -> dict[str, tuple[int, ...]]:
    """What keeps the first instructor, who holds these classes, from another one."""
    calendars = Calendars(problem)
    for one in held:
        calendars.assign(one, 0)
    return {binding.rule: binding.classes for binding in calendars.bindings(wanted, 0)}


def _first_class(problem: PreparedProblem) -> Pairs:
    return all_pairs(np.array([0]), problem.instructors)
