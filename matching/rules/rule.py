"""The interface of all rules. A kind of rule is one file in this package that says what it forbids or costs."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

import numpy as np

from matching.encoding import HOUR, EncodedProblem
from matching.numeric import Bools, Floats, Ints, Pairs

NO_SPACING = -(10**9)
"""In place of the least time between two classes where a rule asks for none: they may overlap for all it says."""


@dataclass(frozen=True)
class Spacing:
    """The least time between two classes of one instructor, in seconds, of the shape (instructors,)."""

    least: Ints
    across_days_only: bool = False  # holds between classes that start on different days

    @classmethod
    def of(cls, durations: Iterable[timedelta], *, across_days_only: bool = False) -> Self:
        """Of each instructor; one of no length lets classes overlap."""
        seconds = [duration.total_seconds() for duration in durations]
        least = np.ceil(np.array(seconds, np.float64)).astype(np.int64)
        return cls(np.where(least > 0, least, NO_SPACING), across_days_only)


@dataclass(frozen=True)
class Budget:
    """The most hours of an instructor in each period."""

    period_in_zone: Ints  # the period of each class, of the shape (zones, classes)
    most: Floats  # (instructors,); infinite: no limit

    @classmethod
    def of(cls, period_in_zone: Ints, most: Iterable[timedelta | None]) -> Self:
        """`most` is of each instructor; None: no limit."""
        hours = [math.inf if one is None else one.total_seconds() / HOUR for one in most]
        return cls(period_in_zone, np.array(hours, np.float64))


@dataclass(frozen=True)
class Load:
    """A convex cost of what an instructor's classes sum up to, in pieces that begin at 0.

    The first piece of the sum costs its slope per unit up to its width, then the second, and so on; slopes rise and the
    last width is infinite. `at_zero` is the cost of an instructor without classes.
    """

    amount: Floats  # of each class, (classes,)
    widths: Floats  # (instructors, pieces)
    slopes: Floats  # (instructors, pieces)
    at_zero: Floats  # (instructors,)

    def cost(self, sums: Floats) -> Floats:
        """The cost of each instructor for these sums, of the shape (instructors,)."""
        ends = np.cumsum(self.widths, axis=1)
        begins = np.concatenate([np.zeros((len(ends), 1)), ends[:, :-1]], axis=1)
        filled = np.clip(sums[:, None] - begins, 0, self.widths)
        costs: Floats = self.at_zero + (self.slopes * filled).sum(axis=1)
        return costs


class Rule:
    """A kind of rule, made for one problem. Each kind overrides the methods that it needs.

    `key` names the rule in explanations, in settings and in the catalogues of texts; `text` is the English one.
    """

    key: ClassVar[str]
    text: ClassVar[str]
    weight: ClassVar[float] = 1.0  # of a soft rule that the settings don't name

    def __init__(self, encoded: EncodedProblem) -> None:
        self.encoded = encoded

    def forbids(self, pairs: Pairs) -> Bools | None:
        """Which of the pairs must not be."""
        return None

    def cost(self, pairs: Pairs) -> Floats | None:
        """What each pair costs before it is weighed; never negative."""
        return None

    def spacing(self) -> Spacing | None:
        """The time between two classes of an instructor."""
        return None

    def budget(self) -> Budget | None:
        """The hours of an instructor in a period."""
        return None

    def load(self) -> Load | None:
        """What the sum over all classes of an instructor costs, weighed."""
        return None

    def organization_weight(self) -> float:
        return self.encoded.problem.settings.weights.get(self.key, self.weight)
