"""Random schools: plans keep the hard rules, are as good as their bound says, and respect pins and seeds."""

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given, settings

from matching.calendars import NOBODY, Calendars
from matching.checker import pins_broken, violations
from matching.planner import Plan, plan
from matching.prepared import PreparedProblem
from matching.problem import Problem, TakenTime
from matching.progress import assignment_of
from matching.ranking import rank, refusals
from matching.repair import repair
from tests.matching.building import a_class, an_instructor, class_id, instructor_id, prepared
from tests.matching.schools import schools

pytestmark = pytest.mark.unit


def best_by_trying(problem: Problem) -> float:
    """The least objective of all plans that the engine's calendars allow."""
    prepared = PreparedProblem(problem)
    choices = [
        [NOBODY, *prepared.eligible.pairs.instructors[prepared.eligible.of_class(one)].tolist()]
        for one in range(prepared.classes)
    ]
    empty = Calendars(prepared)
    best = empty.objective()
    for choice in product(*choices):
        calendars = empty.copy()
        for one, who in enumerate(choice):
            if who != NOBODY and calendars.holder[one] == NOBODY and calendars.allows(one, who):
                calendars.assign(one, who)
        best = min(best, calendars.objective())
    return best


def checked(problem: Problem, made: Plan) -> None:
    _, broken = pins_broken(problem, violations(problem, made.assignment))
    assert broken == []
    assert made.bound <= made.objective + 1e-6
    assert sum(made.terms.values()) == pytest.approx(made.objective)
    for one in problem.classes:
        assert one.pinned_instructor_id in (None, made.assignment[one.id])


@given(schools())
@settings(max_examples=25)
def test_plans_break_no_rule_and_keep_pins(problem: Problem) -> None:
    made = plan(PreparedProblem(problem))
    checked(problem, made)
    assert made.gap == pytest.approx(0, abs=1e-6), "a small problem is solved exactly"


def test_a_pin_that_breaks_a_rule_keeps_its_instructor_from_others() -> None:
    """Nothing better than one class without instructor is possible, and the plan knows."""
    region = a_class(0, region="eu", pinned_instructor_id=instructor_id(0))
    made = plan(prepared([region, a_class(1)], [an_instructor(0)]))
    assert made.gap == pytest.approx(0, abs=1e-6)
    assert made.assignment[class_id(1)] is None


@given(schools())
@settings(max_examples=5)
def test_the_same_seed_makes_the_same_plan(problem: Problem) -> None:
    plans = [plan(PreparedProblem(problem), seed=7) for _ in range(2)]
    assert plans[0].assignment == plans[1].assignment


@given(schools(pins=False))
@settings(max_examples=8)
def test_a_small_plan_is_the_best_of_all(problem: Problem) -> None:
    small = Problem(problem.classes[:4], problem.instructors[:3], problem.relationships)
    assert plan(PreparedProblem(small)).objective == pytest.approx(best_by_trying(small), rel=1e-6)


@given(schools())
@settings(max_examples=15)
def test_repairs_break_no_rule_and_touch_no_other_pin(problem: Problem) -> None:
    made = plan(PreparedProblem(problem))
    absent = problem.instructors[0].id
    mended = repair(made.calendars, absent)
    after = assignment_of(mended.calendars)
    assert absent not in after.values()
    lost = {one for one, who in made.assignment.items() if who == absent}
    assert lost <= {change.class_id for change in mended.changes}
    unpinned = [replace(one, pinned_instructor_id=None) if one.id in lost else one for one in problem.classes]
    without_pins = replace(problem, classes=unpinned)
    assert pins_broken(without_pins, violations(without_pins, after))[1] == []
    assert all(change.after is not None or change.class_id in lost for change in mended.changes)
    pinned = {one.id for one in problem.classes if one.pinned_instructor_id is not None}
    assert not pinned & {change.class_id for change in mended.changes} - lost


@given(schools())
@settings(max_examples=15)
def test_candidates_can_take_the_class_and_others_cannot(problem: Problem) -> None:
    made = plan(PreparedProblem(problem))
    calendars = made.calendars
    for one in problem.classes:
        before = set(violations(problem, {**made.assignment, one.id: None}))
        ranked = [candidate.instructor_id for candidate in rank(calendars, one.id).candidates]
        for who in problem.instructors:
            broken = set(violations(problem, {**made.assignment, one.id: who.id})) - before
            own = [found for found in broken if one.id in found.class_ids]
            assert (who.id in ranked) == (not own), own


@given(schools(pins=False))
@settings(max_examples=15)
def test_time_that_is_taken_counts_as_pinned_classes_do(problem: Problem) -> None:
    has = plan(PreparedProblem(problem)).assignment
    wanted, *others = problem.classes
    pins = [replace(one, unpopular=0.0, pinned_instructor_id=has[one.id]) for one in others if has[one.id]]
    taken: dict[UUID, list[TakenTime]] = {}
    for one in pins:
        assert one.pinned_instructor_id
        taken.setdefault(one.pinned_instructor_id, []).append(TakenTime(one.id, one.starts_at, one.ends_at))
    alone = replace(problem, classes=[wanted], taken=taken)
    pinned, beside = (
        Calendars(PreparedProblem(one)) for one in (replace(problem, classes=[wanted, *pins]), alone)
    )
    assert rank(beside, wanted.id).candidates == rank(pinned, wanted.id).candidates
    for who in range(len(problem.instructors)):
        assert refusals(beside, beside.bindings(0, who)) == refusals(pinned, pinned.bindings(0, who))
    checked(alone, plan(PreparedProblem(alone)))
