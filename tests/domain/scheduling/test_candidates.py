"""Who may teach a class in place of its instructor, why the others may not, and the order of asking."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours
from domain.scheduling.candidates import (
    Candidate,
    ClassToTeach,
    Ranked,
    RankingRules,
    RuleRanking,
    Term,
    WhyNot,
)
from domain.scheduling.offers import OfferRules, next_change, next_round

pytestmark = pytest.mark.unit

MONDAY = datetime(2030, 3, 4, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
ABSENT = UUID(int=99)
CLASS = ClassToTeach("Mathematics", "Year 6", MONDAY, MONDAY + HOUR, 4, ABSENT)
MATHS = (("mathematics", ""),)


def candidate(number: int = 1, **facts: Any) -> Candidate:
    return Candidate(UUID(int=number), **{"qualifications": MATHS} | facts)


def ranked(*candidates: Candidate) -> list[Ranked]:
    return RuleRanking().rank(CLASS, candidates, RankingRules())


def times(**rules: Any) -> Availability:
    return Availability(**rules)


MORNINGS = (WeeklyHours(0, Hours(time(8), time(12))),)
AFTERNOONS = (WeeklyHours(0, Hours(time(14), time(18))),)
BUSY = ((MONDAY - HOUR, MONDAY + HOUR / 2),)
JUST_BEFORE = ((MONDAY - HOUR, MONDAY),)


@pytest.mark.parametrize(
    ("facts", "why_not"),
    [
        ({}, ()),
        ({"qualifications": (("Mathematics", "Year 6"),)}, ()),
        ({"qualifications": (("Mathematics", "Year 7"), ("Physics", ""))}, (WhyNot.NOT_QUALIFIED,)),
        ({"retired": True}, (WhyNot.RETIRED,)),
        ({"availability": times(weekly=AFTERNOONS)}, ()),
        ({"availability": times(weekly=MORNINGS)}, (WhyNot.NOT_AVAILABLE,)),
        # 15:00 UTC is 10:00 in New York
        ({"availability": times(zone="America/New_York", weekly=MORNINGS)}, ()),
        (
            {"availability": times(weekly=AFTERNOONS, days=(DayHours(date(2030, 3, 4)),))},
            (WhyNot.NOT_AVAILABLE,),
        ),
        (
            {
                "availability": times(
                    weekly=MORNINGS, days=(DayHours(date(2030, 3, 4), (Hours(time(15), time(16)),)),)
                )
            },
            (),
        ),
        ({"availability": times(leave=((MONDAY - HOUR, MONDAY + HOUR / 4),))}, (WhyNot.ON_LEAVE,)),
        ({"availability": times(leave=((MONDAY + HOUR, MONDAY + 2 * HOUR),))}, ()),
        ({"availability": times(booked=BUSY)}, (WhyNot.BUSY,)),
        ({"availability": times(booked=JUST_BEFORE)}, ()),
        ({"availability": times(booked=JUST_BEFORE, buffer=timedelta(minutes=10))}, (WhyNot.NO_BUFFER,)),
        ({"availability": times(booked=JUST_BEFORE, most_per_day=2 * HOUR)}, ()),
        ({"availability": times(booked=JUST_BEFORE, most_per_day=1.5 * HOUR)}, (WhyNot.HOURS_OF_DAY,)),
        (
            {
                "availability": times(
                    booked=((MONDAY + timedelta(days=6), MONDAY + timedelta(days=6, hours=9)),),
                    most_per_week=9 * HOUR,
                )
            },
            (WhyNot.HOURS_OF_WEEK,),
        ),
        (
            {
                "availability": times(
                    booked=((MONDAY + timedelta(days=7), MONDAY + timedelta(days=7, hours=9)),),
                    most_per_week=9 * HOUR,
                )
            },
            (),
        ),
    ],
)
def test_hard_rules_exclude_with_their_names(facts: dict[str, Any], why_not: tuple[WhyNot, ...]) -> None:
    (one,) = ranked(candidate(**facts))
    assert one.why_not == why_not
    assert one.eligible == (not why_not)


def test_who_cannot_teach_the_class_is_no_candidate_for_it() -> None:
    (one,) = ranked(Candidate(ABSENT, qualifications=MATHS))
    assert one.why_not == (WhyNot.IS_REPLACED,)


def test_hours_until_midnight_and_from_midnight_join() -> None:
    night = Availability(
        weekly=(WeeklyHours(0, Hours(time(20), time())), WeeklyHours(1, Hours(time(), time(2))))
    )
    start = datetime(2030, 3, 4, 23, tzinfo=UTC)
    assert night.covers(start, start + 2 * HOUR)
    assert not night.covers(start, start + 4 * HOUR)


def test_the_best_known_comes_first_and_the_excluded_last() -> None:
    order = ranked(
        candidate(1, qualifications=()),
        candidate(2),
        candidate(3, taught_students=4, taught_course=True),
        candidate(4, taught_students=1),
        candidate(5, recent_substitutions=3),
    )
    assert [one.id.int for one in order] == [3, 4, 2, 5, 1]


def test_the_cheaper_of_two_equals_comes_first() -> None:
    order = ranked(candidate(1, hourly_cost=40.0), candidate(2, hourly_cost=30.0), candidate(3))
    assert [one.id.int for one in order] == [2, 3, 1]


@given(
    st.lists(
        st.builds(
            candidate,
            st.integers(1, 50),
            taught_students=st.integers(0, 9),
            taught_course=st.booleans(),
            hourly_cost=st.none() | st.floats(0, 500),
            recent_substitutions=st.integers(0, 9),
            retired=st.booleans(),
        ),
        unique_by=lambda one: one.id,
    )
)
def test_a_score_is_the_sum_of_its_terms_and_everybody_is_ranked_once(candidates: list[Candidate]) -> None:
    order = ranked(*candidates)
    assert sorted(one.id for one in order) == sorted(one.id for one in candidates)
    eligible = [one for one in order if one.eligible]
    assert order[: len(eligible)] == eligible
    for one in eligible:
        assert set(one.terms) == set(Term)
        assert one.score == pytest.approx(sum(one.terms.values()), abs=1e-3)
    assert [one.score for one in eligible] == sorted((one.score for one in eligible), reverse=True)


@pytest.mark.parametrize(
    ("before", "more", "minutes"),
    [(48, 1, 60), (12, 1, 20), (3, 1, 10), (1, 2, 5), (0.2, None, 15), (-0.2, None, 15)],
)
def test_offers_are_shorter_and_more_as_the_start_nears(
    before: float, more: int | None, minutes: int
) -> None:
    now = MONDAY - before * HOUR
    due = next_round(OfferRules(), now, MONDAY, MONDAY + HOUR, open_offers=0)
    assert (due.more, due.until - now) == (more, timedelta(minutes=minutes))


def test_an_offer_ends_with_the_class() -> None:
    end = MONDAY + HOUR
    assert next_round(OfferRules(), end - HOUR / 10, MONDAY, end, open_offers=0).until == end


def test_a_broadcast_asks_everybody_until_shortly_before_the_class() -> None:
    now = MONDAY - 5 * HOUR
    due = next_round(OfferRules(), now, MONDAY, MONDAY + HOUR, open_offers=0, broadcast=True)
    assert (due.more, due.until) == (None, MONDAY - timedelta(minutes=15))


def test_open_offers_count_toward_those_at_once() -> None:
    now = MONDAY - HOUR
    assert next_round(OfferRules(), now, MONDAY, MONDAY + HOUR, open_offers=1).more == 1
    assert next_round(OfferRules(), now, MONDAY, MONDAY + HOUR, open_offers=4).more == 0
    assert next_change(OfferRules(), now, MONDAY) == MONDAY - timedelta(minutes=20)
    assert next_change(OfferRules(), MONDAY, MONDAY) is None
