"""Routing of cases: the first rule that matches wins, hours are wall time, problems name rule and field."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.routing import (
    Circumstances,
    Known,
    Rule,
    Step,
    Weekday,
    default_ladder,
    matches,
    problems,
    referred,
    route,
)

pytestmark = pytest.mark.unit

MADRID = ZoneInfo("Europe/Madrid")
RANK = list(Severity)
ANNA, BEN, ROTA, CHANNEL, COURSE = (UUID(int=n) for n in range(1, 6))
KNOWN = Known({"local"}, {ANNA, BEN}, {ROTA}, {CHANNEL}, {COURSE})
TO_OPS = Step(roles=(Owner.OPS,))


def rule(name: str = "all", **values: Any) -> Rule:
    return Rule(**({"name": name, "ladder": (TO_OPS,)} | values))


def case(kind: ExceptionKind = ExceptionKind.RECORDING_MISSING, **values: Any) -> Circumstances:
    given: dict[str, Any] = {"region": "local", "at": datetime(2026, 3, 2, 12, tzinfo=UTC)} | values
    return Circumstances(kind, **given)


times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
some_rules = st.builds(
    Rule,
    name=st.text("abc", min_size=1, max_size=3),
    kinds=st.lists(st.sampled_from(list(ExceptionKind)[:4]), max_size=3).map(tuple),
    at_least=st.none() | st.sampled_from(Severity),
    regions=st.lists(st.sampled_from(["local", "north"]), max_size=1).map(tuple),
    courses=st.lists(st.just(COURSE), max_size=1).map(tuple),
    weekdays=st.lists(st.sampled_from(Weekday), max_size=3).map(tuple),
    from_time=times,
    until_time=times,
    ladder=st.just((TO_OPS,)),
)
any_rules = some_rules | some_rules.map(
    lambda one: one.model_copy(update={"from_time": None, "until_time": None})
)
any_cases = st.builds(
    Circumstances,
    kind=st.sampled_from(list(ExceptionKind)[:5]),
    region=st.sampled_from(["local", "north", "south"]),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    course_id=st.none() | st.just(COURSE),
    severity=st.none() | st.sampled_from(Severity),
)
rule_lists = st.lists(any_rules, max_size=6)


@given(rule_lists, any_cases)
def test_the_first_rule_that_matches_decides(rules: list[Rule], one: Circumstances) -> None:
    decided = route(rules, one, MADRID)

    matching = [rule for rule in rules if matches(rule, one, MADRID)]
    assert decided.rule == (matching[0].name if matching else "")
    assert decided.ladder, "somebody is told of every case"


@given(rule_lists, any_cases)
def test_a_rule_that_is_never_reached_never_decides(rules: list[Rule], one: Circumstances) -> None:
    named = [rule.model_copy(update={"name": str(place)}) for place, rule in enumerate(rules, start=1)]

    unreachable = {str(found.rule) for found in problems(named, KNOWN) if found.field == "conditions"}

    assert route(named, one, MADRID).rule not in unreachable


@given(any_rules, any_cases)
def test_hours_past_midnight_belong_to_the_day_on_which_they_began(one: Rule, at: Circumstances) -> None:
    local = at.at.astimezone(MADRID)
    start, end = one.from_time or time(), one.until_time
    wall = local.time().replace(second=0, microsecond=0)
    began: date | None = local.date()
    if end is not None and start < end:
        began = local.date() if start <= wall < end else None
    elif end is not None and wall < start:
        began = local.date() - timedelta(days=1) if wall < end else None
    expected = began is not None and (not one.weekdays or list(Weekday)[began.weekday()] in one.weekdays)

    bare = Rule(name="bare", weekdays=one.weekdays, from_time=one.from_time, until_time=one.until_time)

    assert matches(bare, at, MADRID) == expected


def test_a_rule_sets_queue_severity_and_time_to_acknowledge() -> None:
    rules = [rule("nights", queue="night shift", severity=Severity.LOW, acknowledge_within_minutes=45)]

    decided = route(rules, case(), MADRID)

    assert (decided.queue, decided.severity) == ("night shift", Severity.LOW)
    assert decided.acknowledge_within == timedelta(minutes=45)


def test_without_a_rule_the_kind_decides() -> None:
    kind = case_kind(ExceptionKind.DOCUMENTATION_OVERDUE)

    decided = route([], case(ExceptionKind.DOCUMENTATION_OVERDUE), MADRID)

    assert (decided.queue, decided.severity, decided.rule) == ("instructor", kind.severity, "")
    assert decided.acknowledge_within == kind.acknowledge_within
    assert [step.roles for step in decided.ladder] == [(Owner.OPS,), (Owner.OPS, Owner.ADMIN)]


@given(st.sampled_from(ExceptionKind))
def test_the_default_ladder_is_one_that_could_be_published(kind: ExceptionKind) -> None:
    of_kind = case_kind(kind)

    steps = default_ladder(of_kind.owner, of_kind.acknowledge_within)

    assert problems([rule(ladder=steps)], KNOWN) == []


def test_a_raised_severity_is_acknowledged_sooner() -> None:
    decided = route([rule(severity=Severity.CRITICAL)], case(ExceptionKind.WEBHOOK_GAP), MADRID)

    assert decided.acknowledge_within == timedelta(minutes=2)


def test_the_hour_is_that_of_the_organization_in_summer_and_winter() -> None:
    nights = rule(from_time=time(22), until_time=time(6))

    assert matches(nights, case(at=datetime(2026, 7, 1, 20, tzinfo=UTC)), MADRID)
    assert not matches(nights, case(at=datetime(2026, 1, 1, 20, tzinfo=UTC)), MADRID)


@pytest.mark.parametrize(
    "values, field, message",
    [
        ({"ladder": ()}, "ladder", "needs at least one step"),
        ({"ladder": (Step(),)}, "ladder.0", "tells nobody"),
        ({"ladder": (Step(mail=False, roles=(Owner.OPS,)),)}, "ladder.0", "tells nobody"),
        ({"ladder": (TO_OPS, TO_OPS)}, "ladder.1.after_minutes", "later than the step before"),
        ({"ladder": (Step(members=(ROTA,)),)}, "ladder.0.members", "no member of staff"),
        ({"ladder": (Step(rotas=(ANNA,)),)}, "ladder.0.rotas", "no rota"),
        ({"ladder": (Step(channels=(ANNA,)),)}, "ladder.0.channels", "no channel"),
        ({"regions": ("moon",)}, "regions", "no region moon"),
        ({"courses": (ANNA,)}, "courses", "no course"),
        ({"from_time": time(8)}, "until_time", "both a beginning and an end"),
        ({"from_time": time(8), "until_time": time(8)}, "until_time", "same time"),
        ({"from_time": time(8, 0, 5), "until_time": time(9)}, "from_time", "to the minute"),
    ],
)
def test_what_is_wrong_names_rule_and_field(values: dict[str, Any], field: str, message: str) -> None:
    (found,) = problems([rule("first", kinds=(ExceptionKind.WEBHOOK_GAP,)), rule("second", **values)], KNOWN)

    assert (found.rule, found.name, found.field) == (2, "second", field)
    assert message in found.message


def test_a_rule_after_a_catch_all_is_never_reached() -> None:
    (found,) = problems([rule("all"), rule("late", kinds=(ExceptionKind.WEBHOOK_GAP,))], KNOWN)

    assert str(found) == "rule 2, conditions: is never reached, as rule 1 takes all of its cases"


def test_two_rules_of_one_name_are_refused() -> None:
    (found,) = problems([rule(at_least=Severity.HIGH), rule()], KNOWN)

    assert (found.field, found.message) == ("name", "rule 1 has the same name")


def test_what_ladders_refer_to_is_found() -> None:
    steps = (Step(members=(ANNA,)), Step(after_minutes=5, rotas=(ROTA,), members=(BEN,), channels=(CHANNEL,)))

    found = referred([rule(ladder=steps)])

    assert found == {"members": {ANNA, BEN}, "rotas": {ROTA}, "channels": {CHANNEL}}
