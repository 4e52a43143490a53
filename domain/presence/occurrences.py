"""Occurrences of a class: it begins a new one when it is moved, and what happened before is no evidence for that one.

The events and milestones of all occurrences are kept together. Here are the ones of the latest occurrence selected.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.presence.connections import joined_at
from domain.presence.events import SessionEvent


def events_since(events: Iterable[SessionEvent], since: datetime | None) -> list[SessionEvent]:
    """The events of the occurrence that began at `since`; all events if the class was never moved.

    A connection belongs to the occurrence in which it was made: what is reported of it later, such as its end, is no
    evidence for the next one.
    """
    if since is None:
        return list(events)
    connections: dict[str, list[SessionEvent]] = defaultdict(list)
    selected = []
    for event in events:
        if event.participant_sid:
            connections[event.participant_sid].append(event)
        elif event.occurred_at >= since:
            selected.append(event)
    return selected + [event for own in connections.values() if joined_at(own) >= since for event in own]


def milestones_of(signalled: Sequence[str], moves: int) -> list[str]:
    """Of all milestones that were signalled for a class, those of the occurrence after so many moves."""
    prefix = _prefix(moves)
    if not prefix:
        return [milestone for milestone in signalled if "/" not in milestone]
    return [milestone.removeprefix(prefix) for milestone in signalled if milestone.startswith(prefix)]


def as_signalled(milestones: Iterable[str], moves: int) -> list[str]:
    """Milestones as they are kept: marked with the occurrence, except the first."""
    return [_prefix(moves) + milestone for milestone in milestones]


def _prefix(moves: int) -> str:
    return f"{moves}/" if moves else ""
