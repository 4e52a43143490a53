"""Which rules about an instructor refuse a booking, and what is said of each."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.scheduling.availability import Availability, Hours, WeeklyHours
from domain.scheduling.booking_rules import OVERRIDABLE, broken_rules, can_be_set_aside, sentence
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot

pytestmark = pytest.mark.unit

HOUR = timedelta(hours=1)
START = datetime(2030, 3, 4, 15, tzinfo=UTC)  # a Monday, 16:00 in Berlin
CLASS = ClassToTeach("Physics", "GCSE", START, START + HOUR, students=0)


def times(**rules: Any) -> Availability:
    return Availability("Europe/Berlin", **rules)


MORNINGS = (WeeklyHours(0, Hours(time(8), time(12))),)
EARLIER = ((START - 2 * HOUR, START),)


@pytest.mark.parametrize(
    ("held", "availability", "rule", "said"),
    [
        ("Maths", times(), WhyNot.NOT_QUALIFIED, "Ada isn't qualified to teach Physics, GCSE."),
        (
            "Physics",
            times(leave=((START - HOUR, START + HOUR),)),
            WhyNot.ON_LEAVE,
            "Ada is on leave at that time.",
        ),
        (
            "Physics",
            times(weekly=MORNINGS),
            WhyNot.NOT_AVAILABLE,
            "Ada doesn't teach on Monday from 16:00 to 17:00, Europe/Berlin time.",
        ),
        (
            "Physics",
            times(booked=EARLIER, buffer=timedelta(minutes=15)),
            WhyNot.NO_BUFFER,
            "Ada needs 15 min between two classes.",
        ),
        (
            "Physics",
            times(booked=((START - 20 * HOUR, START - 17 * HOUR),), rest=18 * HOUR),
            WhyNot.REST,
            "Ada needs 18 h of rest between the classes of two days.",
        ),
        (
            "Physics",
            times(booked=EARLIER, most_per_day=2.5 * HOUR),
            WhyNot.HOURS_OF_DAY,
            "Ada would teach more than 2.5 h on that day.",
        ),
        (
            "Physics",
            times(booked=EARLIER, most_per_week=2 * HOUR),
            WhyNot.HOURS_OF_WEEK,
            "Ada would teach more than 2 h in that week.",
        ),
    ],
)
def test_each_rule_refuses_and_says_why(
    held: str, availability: Availability, rule: WhyNot, said: str
) -> None:
    instructor = Candidate(UUID(int=1), qualifications=[(held, "")], availability=availability)
    assert broken_rules(CLASS, instructor) == (rule,)
    assert sentence(rule, "Ada", CLASS, instructor) == said


def test_all_rules_that_bind_are_named_in_order() -> None:
    availability = times(leave=((START, START + HOUR),), weekly=MORNINGS)
    instructor = Candidate(UUID(int=1), availability=availability)
    assert broken_rules(CLASS, instructor) == (
        WhyNot.NOT_QUALIFIED,
        WhyNot.ON_LEAVE,
        WhyNot.NOT_AVAILABLE,
    )


def test_students_are_named_and_nobody_must_teach_a_student_kept_apart() -> None:
    mia, leo = UUID(int=2), UUID(int=3)
    wanted = replace(CLASS, closed_to=(mia, leo))
    instructor = Candidate(
        UUID(int=1), qualifications=[("Physics", "")], availability=times(), kept_apart=(leo,)
    )
    called = {mia: "Mia", leo: "Leo"}
    rules = broken_rules(wanted, instructor)
    assert rules == (WhyNot.STUDENT_WINDOW, WhyNot.DO_NOT_PAIR)
    assert [sentence(rule, "Ada", wanted, instructor, called) for rule in rules] == [
        "That is outside the hours at which Mia and Leo can have classes.",
        "Ada must not teach Leo.",
    ]
    assert sentence(rules[1], "Ada", wanted, instructor) == "Ada must not teach a student of the class."
    assert not can_be_set_aside(rules)
    assert can_be_set_aside(rules[:1])


def test_classes_of_one_day_need_no_rest() -> None:
    near = times(booked=((START - HOUR, START),), rest=11 * HOUR)
    assert not near.lacks_rest(START, START + HOUR)
    midnight = START.replace(hour=23)  # 00:00 of Tuesday in Berlin
    assert near.lacks_rest(midnight, midnight + HOUR)
    assert not near.lacks_rest(START + 11 * HOUR, START + 12 * HOUR)


def test_the_reason_of_a_series_sets_aside_what_holds_week_for_week() -> None:
    standing = [rule for rule in OVERRIDABLE if can_be_set_aside([rule], of_series=True)]
    assert set(OVERRIDABLE) - set(standing) == {WhyNot.CLOSED, WhyNot.ON_LEAVE, WhyNot.BUSY_ELSEWHERE}


def test_a_clash_is_no_rule_that_can_be_set_aside() -> None:
    instructor = Candidate(
        UUID(int=1), qualifications=[("Physics", "")], availability=times(booked=((START, START + HOUR),))
    )
    assert broken_rules(CLASS, instructor) == ()
    assert WhyNot.BUSY not in OVERRIDABLE
