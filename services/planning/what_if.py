"""What rules would do before they are published: plans of last and of next week by both, and where they differ.

The weeks are read first, then planned without the database, which takes seconds.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.scheduling_rules import SchedulingRules
from matching.calendars import Calendars
from matching.planner import plan
from matching.prepared import PreparedProblem
from services.planning.problems import PlanningProblem, problem_of
from services.scheduling_rules import published_rules

WEEK = timedelta(days=7)
_SECONDS = 5.0  # for each of the plans
_PLANNING = threading.Lock()  # one comparison at a time leaves the process able to answer others


class Week(StrEnum):
    LAST = "last"  # the seven days until now, planned as if they had not begun
    NEXT = "next"


@dataclass(frozen=True)
class WeekToCompare:
    week: Week
    before: PlanningProblem  # by the published rules
    after: PlanningProblem


@dataclass(frozen=True)
class Reassigned:
    """A class that would have another instructor."""

    class_id: UUID
    title: str
    starts_at: datetime
    booked: UUID | None  # who has it
    before: UUID | None  # as published; None: nobody
    after: UUID | None  # by the other rules


@dataclass(frozen=True)
class WeekCompared:
    week: Week
    classes: int
    reassigned: Sequence[Reassigned]  # by start
    unassigned_before: int
    unassigned_after: int
    terms: Mapping[
        str, tuple[float, float]
    ]  # by soft rule and `unassigned`, both plans weighed by the other rules
    names: Mapping[UUID, str]  # of the instructors

    @property
    def objective(self) -> tuple[float, float]:
        """The sums of the terms."""
        return sum(one for one, _ in self.terms.values()), sum(other for _, other in self.terms.values())


async def read_weeks(
    db: AsyncSession, rules: SchedulingRules, now: datetime, weeks: Sequence[Week] = tuple(Week)
) -> list[WeekToCompare]:
    """The rows of these weeks, read for the published rules and for `rules`."""
    held, _ = await published_rules(db)
    found = []
    for week in weeks:
        start, end = (now - WEEK, now) if week == Week.LAST else (now, now + WEEK)
        before, after = [
            await problem_of(db, start, end, now, rules=one, as_if_unbegun=week == Week.LAST)
            for one in (held, rules)
        ]
        found.append(WeekToCompare(week, before, after))
    return found


def compare(weeks: Sequence[WeekToCompare], *, seconds: float = _SECONDS) -> list[WeekCompared]:
    """Plan the weeks by both rules, at most `seconds` for each plan. Call it in a thread."""
    with _PLANNING:
        return [_compared(one, seconds) for one in weeks]


def _compared(one: WeekToCompare, seconds: float) -> WeekCompared:
    prepared = PreparedProblem(one.after.problem)
    before = plan(PreparedProblem(one.before.problem), seconds=seconds).assignment
    made = plan(prepared, seconds=seconds)
    planned = [own for own in one.after.problem.classes if own.id in one.after.planned]
    reassigned = [
        Reassigned(
            own.id,
            one.after.titles.get(own.id, ""),
            own.starts_at,
            own.published_instructor_id,
            before[own.id],
            made.assignment[own.id],
        )
        for own in planned
        if before[own.id] != made.assignment[own.id]
    ]
    old_terms, terms = _terms(prepared, before), made.terms
    return WeekCompared(
        one.week,
        len(planned),
        reassigned,
        sum(before[own.id] is None for own in planned),
        sum(made.assignment[own.id] is None for own in planned),
        {key: (old_terms[key], terms[key]) for key in terms},
        one.after.names,
    )


def _terms(prepared: PreparedProblem, assignment: Mapping[UUID, UUID | None]) -> dict[str, float]:
    """What a plan costs under the rules of a problem, whether or not it keeps the hard ones."""
    calendars = Calendars(prepared)
    encoded = prepared.encoded
    for at, key in enumerate(encoded.class_ids):
        who = assignment[key]
        calendars.release(at)
        if who is not None:
            calendars.assign(at, encoded.instructor_position[who])
    return calendars.objective_terms()
