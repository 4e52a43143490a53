"""What a draft of routing rules changes: added, removed, changed and moved rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.kinds import Owner
from domain.cases.routing import Rule, Step
from domain.cases.rule_changes import ChangeKind, changes

pytestmark = pytest.mark.unit
LADDER = (Step(roles=(Owner.OPS,)),)


def rules(*names: str, queue: str = "") -> list[Rule]:
    return [Rule(name=name, queue=queue, ladder=LADDER) for name in names]


def kinds(before: list[Rule], after: list[Rule]) -> list[tuple[str, str]]:
    return [(change.rule.name, change.kind.value) for change in changes(before, after)]


def test_each_rule_says_how_it_differs() -> None:
    before = rules("a", "b", "c", "d")
    after = [*rules("d", "a"), *rules("b", queue="late"), *rules("e")]

    assert kinds(before, after) == [
        ("d", "moved"),
        ("a", "same"),
        ("b", "changed"),
        ("e", "added"),
        ("c", "removed"),
    ]
    (changed,) = [one for one in changes(before, after) if one.kind == ChangeKind.CHANGED]
    assert (set(changed.fields), changed.place) == ({"queue"}, 3)


def test_of_two_rules_with_one_name_the_second_is_new() -> None:
    assert kinds(rules("a"), rules("a", "a")) == [("a", "same"), ("a", "added")]


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.permutations(list("abcdef")))
def test_every_rule_is_told_of_once_and_few_are_moved(before: list[str], after: list[str]) -> None:
    found = kinds(rules(*before), rules(*after))

    assert [name for name, kind in found if kind != "removed"] == after
    assert {name for name, kind in found if kind == "added"} == set(after) - set(before)
    stayed = [name for name, kind in found if kind == "same"]
    assert stayed == [name for name in before if name in stayed], "what stays keeps its order"
    assert bool(stayed) == bool(before)
