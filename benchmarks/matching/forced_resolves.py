"""Explanations against the plan that results when the pair is forced: what is said to bind must bind."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import numpy as np

from benchmarks.matching.schools import Size, school
from matching.calendars import NOBODY
from matching.checker import violations
from matching.explanation import Explanation, explain
from matching.planner import Plan, plan
from matching.prepared import PreparedProblem
from matching.problem import Problem
from matching.relaxations import relaxations

SMALL = Size(14, 5, 2)
_PAIRS_EACH = 20  # of one school
_TOLERANCE = 1e-3
_EXACTLY = 1e-8  # gap that is left by rounding


def disagreements(count: int, seed: int = 0) -> Iterator[str]:
    """Explain `count` pairs of small schools, force each, and yield every way in which the two do not agree."""
    dice = np.random.default_rng(seed)
    for number in range(0, count, _PAIRS_EACH):
        problem = school(SMALL, seed + number)
        made = plan(PreparedProblem(problem), aim=_EXACTLY)
        for one in problem.classes:
            if made.assignment[one.id] is None:
                yield from _of_relaxations(problem, made, one.id)
        for _ in range(min(_PAIRS_EACH, count - number)):
            one = problem.classes[int(dice.integers(len(problem.classes)))]
            who = problem.instructors[int(dice.integers(len(problem.instructors)))]
            yield from _of_pair(problem, made, explain(made.calendars, one.id, who.id, made.prices))


def _of_pair(problem: Problem, made: Plan, explanation: Explanation) -> Iterator[str]:
    named = {one.rule for one in explanation.refused_by}
    swapped = {**made.assignment, explanation.class_id: explanation.instructor_id}
    broken = {one.rule for one in violations(problem, swapped) if explanation.class_id in one.class_ids}
    # The checker counts classes that overlap as without buffer and rest too.
    if named != broken and not ("busy" in named and named < broken):
        yield f"{sorted(named)} are named, {sorted(broken)} are broken"
    forced = plan(PreparedProblem(_pinned(problem, explanation)), aim=_EXACTLY)
    if forced.objective < made.objective - _TOLERANCE and not forced.pins_broken:
        yield f"forced, the plan costs {forced.objective}, {made.objective} before"
    for one in explanation.refused_by:
        if one.class_ids and all(
            forced.assignment[key] == explanation.instructor_id for key in one.class_ids
        ):
            yield f"{one.rule} does not bind: all of its classes stay"
    if not named:
        yield from _of_score(made, explanation)
        bound = made.prices.bound if made.prices else 0.0
        if explanation.why_not and forced.objective < bound + explanation.why_not.beyond - _TOLERANCE:
            yield f"forced, the plan costs {forced.objective}, less than the prices say"


def _of_score(made: Plan, explanation: Explanation) -> Iterator[str]:
    """The score is what the class adds to the objective."""
    calendars = made.calendars.copy()
    encoded = calendars.prepared.encoded
    one, who = (
        encoded.class_position[explanation.class_id],
        encoded.instructor_position[explanation.instructor_id],
    )
    if calendars.holder[one] != NOBODY:
        calendars.release(one)
    before = calendars.objective() - float(encoded.penalty[one])
    calendars.assign(one, who)
    if (
        abs(calendars.objective() - before - explanation.score) > _TOLERANCE
        or sum(explanation.terms.values()) != explanation.score
    ):
        yield f"the score is {explanation.score}, the class adds {calendars.objective() - before}"


def _of_relaxations(problem: Problem, made: Plan, class_id: UUID) -> Iterator[str]:
    """Whoever a relaxation names breaks these rules and no others."""
    for one in relaxations(made.calendars, class_id):
        for who in one.instructor_ids:
            found = violations(problem, {**made.assignment, class_id: who})
            broken = {each.rule for each in found if class_id in each.class_ids}
            if broken != one.rules and not ("busy" in one.rules and one.rules < broken):
                yield f"{sorted(one.rules)} would have to give way, {sorted(broken)} are broken"


def _pinned(problem: Problem, explanation: Explanation) -> Problem:
    classes = [
        replace(one, pinned_instructor_id=explanation.instructor_id)
        if one.id == explanation.class_id
        else one
        for one in problem.classes
    ]
    return replace(problem, classes=classes)
