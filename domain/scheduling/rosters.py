"""Who is in the classes of a series: the students it began with, and changes from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class RosterChange:
    from_day: date  # of classes that are scheduled for this day or later
    added: tuple[UUID, ...] = ()
    removed: tuple[UUID, ...] = ()


def roster_on(first: Iterable[UUID], changes: Iterable[RosterChange], day: date) -> list[UUID]:
    """The students of the class of a day. Of changes that contradict each other, the one made later counts."""
    found = dict.fromkeys(first)
    for change in changes:
        if change.from_day <= day:
            found |= dict.fromkeys(change.added)
            for key in change.removed:
                found.pop(key, None)
    return list(found)


def net_change(changes: Iterable[RosterChange], day: date) -> tuple[list[UUID], list[UUID]]:
    """Whom these changes, in the order made, add to the class of a day, and whom they remove from it."""
    last: dict[UUID, bool] = {}  # whether they are in the class in the end
    for change in changes:
        if change.from_day <= day:
            last |= dict.fromkeys(change.added, True)
            last |= dict.fromkeys(change.removed, False)
    return [key for key, is_in in last.items() if is_in], [key for key, is_in in last.items() if not is_in]
