"""Covers the classes of an instructor who drops out, with as few other changes as possible.

First the classes alone are given to whoever is free. Only for those that nobody free can take, classes that are in the
way move to others too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching.calendars import NOBODY, Calendars
from matching.cliques import Timeline
from matching.column_generation import best_of_each, positions_of
from matching.numeric import Floats, Ints
from matching.rounding import allowed_now, solve_rest
from matching.solver import Limits

_CHANGE = 1_000.0  # what a change of another class costs: less than a class without instructor, more than soft rules
_MOST_FREE = 100  # classes that may move
_CHOICES = 12  # of each of them, the cheapest
_GAP = 40.0  # less than a change costs, so that there are as few as possible
_NEAR = 2  # classes that may have to move for one


@dataclass(frozen=True)
class Change:
    class_id: UUID
    before: UUID | None
    after: UUID | None


@dataclass(frozen=True)
class Repair:
    changes: tuple[Change, ...]  # the classes of the instructor first, then those that moved for them
    uncovered: tuple[UUID, ...]
    calendars: Calendars  # the plan after it


def repair(
    calendars: Calendars,
    instructor_id: UUID,
    class_ids: Collection[UUID] | None = None,
    *,
    seconds: float = 5.0,
    seed: int = 0,
) -> Repair:
    """`class_ids` are the instructor's classes that they cannot teach; None: all, and no other either.

    Pinned classes of theirs are covered as well, those of others stay. The plan that is given is not changed.
    """
    encoded = calendars.prepared.encoded
    absent = encoded.instructor_position[instructor_id]
    after = calendars.copy()
    named = None if class_ids is None else {encoded.class_position[key] for key in class_ids}
    own = [one for one in calendars.classes_of(absent) if one < encoded.own_classes]
    lost = [one for one in own if named is None or one in named]
    for one in lost:
        after.release(one)
    _cover(after, lost, [], absent, calendars, seconds, seed)
    uncovered = [one for one in lost if after.holder[one] == NOBODY]
    if uncovered:
        movable, further = _movable(after, uncovered, set(lost), absent), after.copy()
        for one in (*movable, *lost):
            further.release(one)
        if _cover(further, lost, movable, absent, calendars, seconds, seed):
            after = further
    moved = [one for one in range(len(after.holder)) if after.holder[one] != calendars.holder[one]]
    moved.sort(key=lambda one: (one not in lost, encoded.start[one], one))
    changes = [Change(encoded.class_ids[one], _id(calendars, one), _id(after, one)) for one in moved]
    return Repair(tuple(changes), tuple(change.class_id for change in changes if change.after is None), after)


def _cover(
    after: Calendars,
    lost: list[int],
    movable: list[int],
    absent: int,
    before: Calendars,
    seconds: float,
    seed: int,
) -> bool:
    """Give instructors to the classes, of which the movable ones had better keep theirs; False: no time for it."""
    prepared = after.prepared
    eligible = prepared.eligible
    positions = eligible.of_classes(np.array(sorted({*lost, *movable}), np.int64))
    positions = positions[eligible.pairs.instructors[positions] != absent]
    positions = _choices(before, positions, movable)
    positions = allowed_now(after, positions.tolist())
    extra = _cost_of_change(before, positions, movable)
    known = before.copy()
    for one in lost:
        known.release(one)
    limits = Limits(seconds, gap=_GAP, seed=seed, searches=False)
    required = np.array(movable, np.int64)
    return solve_rest(after, positions, known, Timeline(prepared), limits, extra, required) is not None


def _choices(before: Calendars, positions: Ints, movable: list[int]) -> Ints:
    """All pairs of lost classes; of the movable ones the cheapest, and those that they have."""
    eligible = before.prepared.eligible
    can_move = np.isin(eligible.pairs.classes[positions], np.array(movable, np.int64))
    moves = positions[can_move]
    cheapest = best_of_each(eligible.pairs.classes, eligible.cost, moves, _CHOICES)
    return np.unique(np.concatenate([positions[~can_move], cheapest, positions_of(before, moves)]))


def _cost_of_change(before: Calendars, positions: Ints, movable: list[int]) -> Floats:
    pairs = before.prepared.eligible.pairs.where(positions)
    holder = np.array(before.holder, np.int64)
    can_move = np.isin(pairs.classes, np.array(movable, np.int64))
    changes = can_move & (holder[pairs.classes] != pairs.instructors)
    return np.where(changes, _CHANGE, 0.0)


def _movable(after: Calendars, uncovered: list[int], lost: set[int], absent: int) -> list[int]:
    """The classes in the way of those that nobody free can take, the cheapest instructors first."""
    eligible = after.prepared.eligible
    pinned = after.prepared.encoded.pinned
    found: dict[int, None] = {}
    for one in uncovered:
        own = eligible.of_class(one)
        for position in (own.start + np.argsort(eligible.cost[own], kind="stable")).tolist():
            who = int(eligible.pairs.instructors[position])
            others = [other for other in after.in_the_way(one, who) if other not in lost]
            if who == absent or len(others) > _NEAR or any(pinned[other] >= 0 for other in others):
                continue
            if len(found) + len(others) <= _MOST_FREE:
                found.update(dict.fromkeys(others))
    return list(found)


def _id(calendars: Calendars, one: int) -> UUID | None:
    who = calendars.holder[one]
    return None if who == NOBODY else calendars.prepared.encoded.instructor_ids[who]
