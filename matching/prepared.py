"""A problem with its rules made ready: which pairs are eligible, what each costs, and what links the classes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.errors import InvalidInput
from matching.encoding import EncodedProblem
from matching.numeric import Bools, Floats, Ints, Pairs, all_pairs, group_offsets
from matching.problem import Problem
from matching.rules import HARD, SOFT
from matching.rules.rule import NO_SPACING, Rule

_BLOCK = 500_000  # pairs that are looked at together, which bounds the memory


@dataclass(frozen=True)
class CostTerm:
    rule: Rule
    weights: Floats  # of each class


@dataclass(frozen=True)
class EligiblePairs:
    """Pairs that no hard rule on pairs excludes, in order of classes, with their weighed cost."""

    pairs: Pairs
    cost: Floats
    offset: Ints  # (classes + 1,): where the pairs of each class begin

    def of_class(self, one: int) -> slice:
        return slice(int(self.offset[one]), int(self.offset[one + 1]))

    def of_classes(self, classes: Ints) -> Ints:
        """The positions of all pairs of these classes."""
        ranges = [np.arange(self.offset[one], self.offset[one + 1]) for one in classes]
        return np.concatenate(ranges) if ranges else np.zeros(0, np.int64)

    @cached_property
    def of_instructors(self) -> list[Ints]:
        """The positions of the pairs of each instructor."""
        order = np.argsort(self.pairs.instructors, kind="stable")
        last = int(self.pairs.instructors.max(initial=-1))
        offset = group_offsets(self.pairs.instructors[order], last + 1)
        return np.split(order, offset[1:-1])

    def position(self, one: int, instructor: int) -> int | None:
        own = self.of_class(one)
        at = own.start + int(np.searchsorted(self.pairs.instructors[own], instructor))
        return at if at < own.stop and self.pairs.instructors[at] == instructor else None


class PreparedProblem:
    """What planning, ranking, repair and explanations share. Made once for a problem; its parts are not changed.

    Raises InvalidInput where the settings name a rule that there is not.
    """

    def __init__(self, problem: Problem) -> None:
        if unknown := problem.settings.named - {rule.key for rule in HARD + SOFT}:
            raise InvalidInput(f"there is no rule {', '.join(sorted(unknown))}")
        self.problem = problem
        self.encoded = EncodedProblem(problem)
        self.hard = [rule(self.encoded) for rule in HARD if rule.key not in problem.settings.disabled]
        self.soft = [rule(self.encoded) for rule in SOFT]
        self.spacings = [(rule, spacing) for rule in self.hard if (spacing := rule.spacing())]
        self.budgets = [(rule, budget) for rule in self.hard if (budget := rule.budget())]
        self.loads = [(rule, load) for rule in self.soft if (load := rule.load())]
        nobody = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
        self.terms = [
            CostTerm(rule, self.encoded.weights(rule.key, rule.weight))
            for rule in self.soft
            if rule.cost(nobody) is not None
        ]
        self.pair_rules = [rule for rule in self.hard if rule.forbids(nobody) is not None]
        self.least_gap = self._least_gap(across_days=False)
        self.least_gap_across = self._least_gap(across_days=True)

    @property
    def classes(self) -> int:
        return len(self.encoded.class_ids)

    @property
    def instructors(self) -> int:
        return len(self.encoded.instructor_ids)

    def refusals(self, pairs: Pairs) -> dict[str, Bools]:
        """For each hard rule on pairs, which of these it forbids."""
        return {rule.key: _forbidden(rule, pairs) for rule in self.pair_rules}

    def term_costs(self, pairs: Pairs) -> dict[str, Floats]:
        """For each soft rule on pairs, the weighed cost of these."""
        return {term.rule.key: _weighed(term, pairs) for term in self.terms}

    def cost(self, pairs: Pairs) -> Floats:
        costs: Floats = np.zeros(len(pairs))
        for term in self.terms:
            costs += _weighed(term, pairs)
        return costs

    def periods(self, kind: int, pairs: Pairs) -> Ints:
        """The period of the budget of this kind in which each class lies for the instructor."""
        _, budget = self.budgets[kind]
        return budget.period_in_zone[self.encoded.zone_of[pairs.instructors], pairs.classes]

    @cached_property
    def eligible(self) -> EligiblePairs:
        blocks = list(self._eligible_blocks())
        pairs = Pairs(
            np.concatenate([block.classes for block in blocks]) if blocks else np.zeros(0, np.int64),
            np.concatenate([block.instructors for block in blocks]) if blocks else np.zeros(0, np.int64),
        )
        return EligiblePairs(pairs, self.cost(pairs), group_offsets(pairs.classes, self.classes))

    def _eligible_blocks(self) -> Iterator[Pairs]:
        size = max(1, _BLOCK // max(1, self.instructors))
        own = self.encoded.own_classes
        for first in range(0, own, size):
            block = all_pairs(np.arange(first, min(own, first + size)), self.instructors)
            for rule in self.pair_rules:
                block = block.where(~_forbidden(rule, block))
            yield block

    def _least_gap(self, *, across_days: bool) -> Ints:
        gaps = [spacing.least for _, spacing in self.spacings if across_days or not spacing.across_days_only]
        widest: Ints = np.max([*gaps, np.full(self.instructors, NO_SPACING, np.int64)], axis=0)
        return widest


def _forbidden(rule: Rule, pairs: Pairs) -> Bools:
    forbidden = rule.forbids(pairs)
    assert forbidden is not None, f"{rule.key} is a rule on pairs"
    return forbidden


def _weighed(term: CostTerm, pairs: Pairs) -> Floats:
    cost = term.rule.cost(pairs)
    assert cost is not None, f"{term.rule.key} is a cost of pairs"
    return term.weights[pairs.classes] * cost
