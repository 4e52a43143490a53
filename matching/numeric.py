"""Types of the arrays that the engine computes with."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Pairs of a class and an instructor, by their positions in the problem; both arrays have the shape (pairs,)."""

    classes: Ints
    instructors: Ints

    def __len__(self) -> int:
        return len(self.classes)

    def where(self, chosen: Bools | Ints) -> "Pairs":
        return Pairs(self.classes[chosen], self.instructors[chosen])


def all_pairs(classes: Ints, instructors: int) -> Pairs:
    """Each of these classes with each instructor, class by class."""
    return Pairs(np.repeat(classes, instructors), np.tile(np.arange(instructors), len(classes)))


def group_offsets(groups: Ints, count: int) -> Ints:
    """Where each of `count` groups begins in a sorted array of group numbers; the last entry is its length."""
    return np.searchsorted(groups, np.arange(count + 1))
