"""What two versions of routing rules differ in. Rules are recognised by their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.cases.routing import Rule


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"  # in its order to rules that stayed
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True)
class RuleChange:
    kind: ChangeKind
    before: Rule | None  # None: added
    after: Rule | None  # None: removed
    place: int | None  # of `after`, from 1

    @property
    def rule(self) -> Rule:
        """As it is after the change; one that was removed as it was."""
        rule = self.after or self.before
        assert rule is not None, "a rule stands on one of the sides"
        return rule

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that differ; empty unless the rule stands on both sides."""
        if self.before is None or self.after is None:
            return frozenset()
        before, after = self.before, self.after
        return frozenset(name for name in Rule.model_fields if getattr(before, name) != getattr(after, name))


def changes(before: Sequence[Rule], after: Sequence[Rule]) -> list[RuleChange]:
    """A change for each rule, in the order of `after`; those that were removed stand last."""
    known: dict[str, Rule] = {}
    for rule in before:
        known.setdefault(rule.name, rule)
    in_order = _kept_in_order([rule.name for rule in before], [rule.name for rule in after])
    found, seen = [], set[str]()
    for place, rule in enumerate(after, start=1):
        old = None if rule.name in seen else known.get(rule.name)
        seen.add(rule.name)
        found.append(RuleChange(_kind(old, rule, rule.name in in_order), old, rule, place))
    removed = [rule for rule in before if rule.name not in seen]
    return found + [RuleChange(ChangeKind.REMOVED, rule, None, None) for rule in removed]


def _kind(before: Rule | None, after: Rule, stayed: bool) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    if before != after:
        return ChangeKind.CHANGED
    return ChangeKind.SAME if stayed else ChangeKind.MOVED


def _kept_in_order(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """The names of a longest sequence that stands in the same order on both sides."""
    places = {name: place for place, name in enumerate(before)}
    common = [name for name in dict.fromkeys(after) if name in places]
    best: list[list[str]] = []  # for each name the longest sequence that ends with it
    for name in common:
        earlier = [chain for chain in best if places[chain[-1]] < places[name]]
        best.append([*_longest(earlier), name])
    return frozenset(_longest(best))


def _longest(chains: Sequence[list[str]]) -> list[str]:
    return max(chains, key=lambda chain: len(chain), default=[])
