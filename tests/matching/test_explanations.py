"""Explanations: terms that sum exactly, rules that bind, sets of rules that would have to give way."""

from datetime import timedelta

import pytest

from benchmarks.matching.forced_resolves import disagreements
from matching.calendars import Calendars
from matching.explanation import explain
from matching.planner import plan
from matching.ranking import Refusal
from matching.relaxations import relaxations
from tests.matching.building import (
    a_class,
    an_instructor,
    class_id,
    instructor_id,
    prepared,
    span,
)

pytestmark = pytest.mark.unit


def test_forced_plans_agree_with_explanations() -> None:
    assert list(disagreements(20)) == []


def test_rules_that_bind_are_named_with_the_classes_in_the_way() -> None:
    problem = prepared(
        [a_class(0, 9), a_class(1, 9.5)],
        [an_instructor(0, available=(span(8, 10),)), an_instructor(1, qualifications=frozenset())],
    )
    calendars = Calendars(problem)
    calendars.assign(0, 0)
    explanation = explain(calendars, class_id(1), instructor_id(0), None)
    assert explanation.refused_by == (Refusal("not_available"), Refusal("busy", (class_id(0),)))
    assert [one.rule for one in explain(calendars, class_id(1), instructor_id(1), None).refused_by] == [
        "not_qualified"
    ]


def test_the_reasons_why_not_sum_up_to_what_the_pair_costs_beyond_the_best() -> None:
    classes = [a_class(n, 9) for n in range(2)]
    problem = prepared(classes, [an_instructor(n, hourly_cost=20.0 + 10 * n) for n in range(3)])
    made = plan(problem)
    for one in range(2):
        for who in range(3):
            explanation = explain(made.calendars, class_id(one), instructor_id(who), made.prices)
            why = explanation.why_not
            assert why is not None
            assert why.beyond == why.cost + why.slot + why.hours + why.load - why.class_price
            assert why.beyond >= -1e-9
    third = explain(made.calendars, class_id(0), instructor_id(2), made.prices).why_not
    assert third is not None
    assert third.beyond > 0, "the third is dearer and not needed"


def test_the_smallest_sets_of_rules_are_named() -> None:
    problem = prepared(
        [a_class(0, 9, language="en", region="eu")],
        [
            an_instructor(0, regions=frozenset({"eu"})),
            an_instructor(1),
            an_instructor(2, languages=frozenset({"en"}), available=()),
        ],
    )
    found = relaxations(plan(problem).calendars, class_id(0))
    assert [(set(one.rules), one.instructor_ids) for one in found] == [
        ({"language"}, (instructor_id(0),)),
        ({"not_available", "region"}, (instructor_id(2),)),
    ]


def test_an_empty_set_says_that_somebody_could_for_more_than_the_penalty() -> None:
    problem = prepared([a_class(0)], [an_instructor(0, hourly_cost=50.0)], unassigned=40.0)
    made = plan(problem)
    assert made.assignment == {class_id(0): None}
    assert [one.rules for one in relaxations(made.calendars, class_id(0))] == [frozenset()]


def test_hours_that_are_used_up_are_named() -> None:
    problem = prepared([a_class(0, 9), a_class(1, 12)], [an_instructor(0, most_per_day=timedelta(hours=1))])
    made = plan(problem)
    left_out = next(one for one, who in made.assignment.items() if who is None)
    assert [set(one.rules) for one in relaxations(made.calendars, left_out)] == [{"hours_of_day"}]
