"""Planning, ranking and repair in small cases with a known answer."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from benchmarks.matching.schools import Size, school
from domain.errors import InvalidInput
from matching.checker import Violation, violations
from matching.explanation import explain
from matching.planner import plan
from matching.prepared import PreparedProblem
from matching.problem import ClassToStaff, Problem
from matching.progress import Progress
from matching.ranking import Refusal, rank
from matching.repair import Change, repair
from tests.matching.building import a_class, an_instructor, class_id, instructor_id, prepared, span

pytestmark = pytest.mark.unit

MIDDLE = Size(150, 15, 3)


def test_a_class_gives_way_where_that_is_cheaper_together() -> None:
    dear, cheap = (
        an_instructor(0, hourly_cost=60.0),
        an_instructor(1, hourly_cost=20.0, available=(span(8, 10),)),
    )
    made = plan(prepared([a_class(0, 9), a_class(1, 9.5, 11)], [dear, cheap]))
    assert made.assignment == {class_id(0): instructor_id(1), class_id(1): instructor_id(0)}
    assert made.gap == 0


def test_weights_of_a_course_hold_for_its_classes_alone() -> None:
    course = class_id(99)
    classes = [a_class(0, 9, course_id=course), a_class(1, 12)]
    classes = [replace(one, previous_instructor_id=instructor_id(0)) for one in classes]
    instructors = [an_instructor(0, hourly_cost=60.0), an_instructor(1, hourly_cost=10.0)]
    problem = prepared(
        classes, instructors, weights={"continuity": 10.0}, weights_by_course={course: {"continuity": 90.0}}
    )
    assert plan(problem).assignment == {class_id(0): instructor_id(0), class_id(1): instructor_id(1)}


def test_pins_are_kept_and_what_they_break_is_reported() -> None:
    classes = [a_class(n, 9, pinned_instructor_id=instructor_id(0)) for n in range(2)]
    made = plan(prepared([*classes, a_class(2, 9)], [an_instructor(0), an_instructor(1)]))
    assert list(made.assignment.values()) == [instructor_id(0), instructor_id(0), instructor_id(1)]
    assert {one.rule for one in made.pins_broken} == {"busy"}


def test_a_published_plan_changes_only_where_it_has_to() -> None:
    published = [replace(a_class(n, 9 + n), published_instructor_id=instructor_id(0)) for n in range(4)]
    instructors = [
        an_instructor(0, hourly_cost=40.0, available=(span(9, 12),)),
        an_instructor(1, hourly_cost=20.0),
    ]
    made = plan(prepared(published, instructors))
    assert list(made.assignment.values()) == [*[instructor_id(0)] * 3, instructor_id(1)]


def test_progress_comes_with_plans_that_keep_the_rules_and_bounds_that_rise() -> None:
    problem = school(MIDDLE)
    seen: list[Progress] = []
    made = plan(PreparedProblem(problem), on_progress=seen.append)
    assert all(later.objective <= earlier.objective for earlier, later in pairwise(seen))
    assert all(later.bound >= earlier.bound for earlier, later in pairwise(seen))
    assert all(violations(problem, one.assignment) == [] for one in seen)
    assert made.gap <= 1e-3


def test_the_way_of_large_problems_leads_to_a_proven_plan_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = plan(PreparedProblem(school(MIDDLE)))
    for one in ("matching.solver._LARGE", "matching.rounding._MANY", "matching.rounding._AT_ONCE"):
        monkeypatch.setattr(one, 30)
    made = plan(PreparedProblem(school(MIDDLE)))
    assert made.bound <= usual.objective
    assert made.objective <= usual.objective * 1.001
    assert made.gap <= 0.001


def test_a_run_that_is_cancelled_returns_the_best_plan_so_far() -> None:
    seen: list[Progress] = []
    made = plan(PreparedProblem(school(MIDDLE)), on_progress=seen.append, cancelled=lambda: bool(seen))
    assert made.assignment == seen[-1].assignment
    assert made.prices is None


def test_the_checker_finds_what_is_broken() -> None:
    problem = Problem([a_class(0, 9), a_class(1, 9.5)], [an_instructor(0)])
    both = {class_id(0): instructor_id(0), class_id(1): instructor_id(0)}
    found = violations(problem, both)
    assert found == [Violation("busy", instructor_id(0), (class_id(0), class_id(1)))]


def test_candidates_are_ranked_by_their_scores_and_the_busy_named() -> None:
    instructors = [an_instructor(n, hourly_cost=30.0 - 5 * n) for n in range(3)]
    unqualified = an_instructor(3, qualifications=frozenset())
    made = plan(prepared([a_class(0, 9), a_class(1, 9.5)], [*instructors, unqualified]))
    free = next(one for one, who in made.assignment.items() if who == instructor_id(1))
    ranking = rank(made.calendars, free)
    assert [one.instructor_id for one in ranking.candidates] == [instructor_id(1), instructor_id(0)]
    assert all(one.score == sum(one.terms.values()) for one in ranking.candidates)
    other = next(one for one in made.assignment if one != free)
    assert ranking.busy == (instructor_id(2),)
    reason = explain(made.calendars, free, instructor_id(2), made.prices)
    assert reason.refused_by == (Refusal("busy", (other,)),)
    assert ranking.refused["not_qualified"].tolist() == [False, False, False, True]


def test_a_repair_gives_the_classes_to_whoever_is_free() -> None:
    classes = [a_class(0, 9, previous_instructor_id=instructor_id(0)), a_class(1, 9)]
    made = plan(prepared(classes, [an_instructor(n, hourly_cost=10.0 + n) for n in range(3)]))
    mended = repair(made.calendars, instructor_id(0))
    assert mended.changes == (Change(class_id(0), instructor_id(0), instructor_id(2)),)
    assert mended.uncovered == ()


def test_a_repair_moves_another_class_where_nobody_free_can_take_it() -> None:
    # Only the second can teach Physics, but teaches Mathematics then, which the third can take.
    physics = frozenset({("Physics", "")})
    both = frozenset({("Physics", ""), ("Mathematics", "")})
    classes = [a_class(0, 9, subject="Physics"), a_class(1, 9, 10), a_class(2, 14)]
    instructors = [
        an_instructor(0, qualifications=physics),
        an_instructor(1, qualifications=both, hourly_cost=5.0),
        an_instructor(2, hourly_cost=90.0),
    ]
    made = plan(prepared(classes, instructors))
    mended = repair(made.calendars, instructor_id(0), [class_id(0)])
    assert mended.changes == (
        Change(class_id(0), instructor_id(0), instructor_id(1)),
        Change(class_id(1), instructor_id(1), instructor_id(2)),
    )


def test_a_repair_says_what_nobody_can_cover() -> None:
    made = plan(prepared([a_class(0)], [an_instructor(0), an_instructor(1, available=())]))
    mended = repair(made.calendars, instructor_id(0))
    assert mended.uncovered == (class_id(0),)


@pytest.mark.parametrize(
    "classes",
    [
        [a_class(0), a_class(0)],
        [a_class(0, 9, 9)],
        [a_class(0, pinned_instructor_id=instructor_id(7))],
        [replace(a_class(0), starts_at=a_class(0).starts_at.replace(tzinfo=None))],
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(classes: list[ClassToStaff]) -> None:
    with pytest.raises(InvalidInput):
        Problem(classes, [an_instructor(0, buffer=timedelta(minutes=5))])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"weights": {"cost": -1.0}}, "the weight of cost"),
        ({"weights_by_course": {class_id(9): {"cost": float("nan")}}}, "the weight of cost"),
        ({"weights": {"colour": 1.0}}, "there is no rule colour"),
        ({"disabled": frozenset({"colour"})}, "there is no rule colour"),
        ({"unassigned": 0.0}, "penalty"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        prepared([a_class()], [an_instructor()], **settings)
