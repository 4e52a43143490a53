"""Who is on duty by a rota: weekly turns in wall time, overrides, members who are retired."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.rota import HandOver, Override, Rota, hand_overs, on_duty
from tests.domain.scheduling.clock_changes import ClockChange, clock_changes

pytestmark = pytest.mark.unit

ANNA, BEN, CLEO = (UUID(int=n) for n in range(1, 4))
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(days=7)


def rota(**values: object) -> Rota:
    defaults = {
        "members": (ANNA, BEN),
        "weekday": 0,
        "at": time(9),
        "zone": BERLIN,
        "starts_on": date(2026, 3, 4),  # a Wednesday
    }
    return Rota(**(defaults | values))  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
overrides = st.builds(
    lambda start, hours, member: Override(start, start + timedelta(hours=hours), member),
    moments,
    st.integers(1, 400),
    st.sampled_from([ANNA, BEN, CLEO]),
)
any_rota = st.builds(
    Rota,
    members=st.lists(st.sampled_from([ANNA, BEN, CLEO]), max_size=3, unique=True).map(tuple),
    weekday=st.integers(0, 6),
    at=st.times(),
    zone=st.sampled_from([BERLIN, ZoneInfo("Africa/Casablanca"), ZoneInfo("Australia/Lord_Howe"), UTC]),
    starts_on=st.dates(date(2025, 12, 1), date(2027, 1, 1)),
    overrides=st.lists(overrides, max_size=3).map(tuple),
    retired=st.frozensets(st.sampled_from([ANNA, BEN, CLEO]), max_size=2),
)


def test_members_take_weekly_turns_in_their_order() -> None:
    found = hand_overs(rota(), at("2026-03-01T00:00Z"), at("2026-03-25T00:00Z"))

    assert found == [
        HandOver(at("2026-03-01T00:00Z"), None),
        HandOver(at("2026-03-04T08:00Z"), ANNA),  # until the first Monday
        HandOver(at("2026-03-09T08:00Z"), BEN),
        HandOver(at("2026-03-16T08:00Z"), ANNA),
        HandOver(at("2026-03-23T08:00Z"), BEN),
    ]


def test_duty_is_handed_over_at_the_same_wall_time_in_summer() -> None:
    assert on_duty(rota(), at("2026-03-30T06:59Z")) != on_duty(rota(), at("2026-03-30T07:00Z"))


def test_an_override_has_duty_and_gives_it_back() -> None:
    stands_in = Override(at("2026-03-10T18:00Z"), at("2026-03-10T20:00Z"), CLEO)

    found = hand_overs(rota(overrides=(stands_in,)), at("2026-03-10T00:00Z"), at("2026-03-11T00:00Z"))

    assert [one.member_id for one in found] == [BEN, CLEO, BEN]
    assert [one.at for one in found[1:]] == [stands_in.from_, stands_in.until]


def test_of_two_overrides_the_later_made_wins() -> None:
    span = at("2026-03-10T18:00Z"), at("2026-03-10T20:00Z")
    both = (Override(*span, CLEO), Override(*span, ANNA))

    assert on_duty(rota(overrides=both), span[0]) == ANNA


def test_the_turn_of_a_retired_member_falls_to_the_next_and_the_others_stay() -> None:
    full = rota(members=(ANNA, BEN, CLEO))
    without = rota(members=(ANNA, BEN, CLEO), retired=frozenset({BEN}))

    weeks = [at("2026-03-05T00:00Z") + n * WEEK for n in range(6)]

    assert [on_duty(full, week) for week in weeks] == [ANNA, BEN, CLEO, ANNA, BEN, CLEO]
    assert [on_duty(without, week) for week in weeks] == [ANNA, CLEO, CLEO, ANNA, CLEO, CLEO]


@pytest.mark.parametrize("members, retired", [((), frozenset()), ((ANNA,), frozenset({ANNA}))])
def test_nobody_is_on_duty_of_an_empty_rota(members: tuple[UUID, ...], retired: frozenset[UUID]) -> None:
    empty = rota(members=members, retired=retired)

    assert empty.is_empty
    assert on_duty(empty, at("2026-06-01T00:00Z")) is None


@given(any_rota, moments, moments)
def test_the_hand_overs_tell_who_is_on_duty_at_every_moment(
    one: Rota, start: datetime, now: datetime
) -> None:
    end = start + 5 * WEEK
    now = start + (now - start) % (5 * WEEK)

    found = hand_overs(one, start, end)

    latest = [step for step in found if step.at <= now][-1]
    assert latest.member_id == on_duty(one, now)
    assert all(a.at < b.at and a.member_id != b.member_id for a, b in pairwise(found))


@given(any_rota, moments)
def test_somebody_is_on_duty_from_the_first_turn_on_unless_all_are_retired(one: Rota, now: datetime) -> None:
    begun = now.date() > one.starts_on + timedelta(days=1)

    if begun:
        assert (on_duty(one, now) is None) == (one.is_empty and not _stands_in(one, now))


def _stands_in(one: Rota, now: datetime) -> bool:
    return any(o.from_ <= now < o.until and o.member_id not in one.retired for o in one.overrides)


@given(clock_changes(), st.integers(-120, 120))
def test_clock_changes_neither_skip_nor_repeat_a_turn(change: ClockChange, minutes: int) -> None:
    """A hand-over near, in or between the two sides of a clock change."""
    zone = ZoneInfo(change.zone)
    wall = (change.at + timedelta(minutes=minutes)).astimezone(zone)
    one = rota(
        members=(ANNA, BEN, CLEO),
        weekday=wall.weekday(),
        at=wall.time().replace(fold=0),
        zone=zone,
        starts_on=wall.date() - timedelta(days=21),
    )

    found = hand_overs(one, change.at - timedelta(days=20), change.at + timedelta(days=20))

    turns = [step.member_id for step in found]
    expected: list[UUID | None] = [ANNA, BEN, CLEO] * 3
    start = expected.index(turns[0])
    assert turns == expected[start : start + len(turns)]
    assert {timedelta(days=6) < b.at - a.at < timedelta(days=8) for a, b in pairwise(found[1:])} == {True}
