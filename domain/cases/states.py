"""The states of a case, and what may be done to it in each."""

from datetime import timedelta
from enum import StrEnum

from domain.errors import TransitionRefused

LONGEST_SNOOZE = timedelta(days=30)
REOPENS_WITHIN = timedelta(minutes=15)  # a cause that comes back so soon opens its case again, no second one


class CaseState(StrEnum):
    OPEN = "open"  # nobody has said yet that they saw it
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SNOOZED = "snoozed"  # comes back at a time
    RESOLVED = "resolved"
    SELF_RESOLVED = "self_resolved"  # its cause went away before a person resolved it

    @property
    def is_over(self) -> bool:
        return self in _OVER


_OVER = frozenset({CaseState.RESOLVED, CaseState.SELF_RESOLVED})
UNRESOLVED = tuple(state for state in CaseState if state not in _OVER)


class EntryKind(StrEnum):
    """What the history of a case tells."""

    OPENED = "opened"
    REPORTED = "reported"  # its cause, once more
    TOLD = "told"  # people were told of it
    ESCALATED = "escalated"
    REMINDED = "reminded"  # of its due time
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    TRIED = "tried"  # a repair, with its result
    SNOOZED = "snoozed"
    WOKEN = "woken"
    RESOLVED = "resolved"
    SELF_RESOLVED = "self_resolved"
    REOPENED = "reopened"


def check_unresolved(state: CaseState) -> None:
    """Raises TransitionRefused."""
    if state.is_over:
        raise TransitionRefused("this exception is resolved", next_step="Reopen it first.")


def check_acknowledge(state: CaseState) -> None:
    """Raises TransitionRefused. A case that somebody works on is acknowledged already."""
    check_unresolved(state)
    if state == CaseState.IN_PROGRESS:
        raise TransitionRefused("somebody works on this exception already")


def check_reopen(state: CaseState) -> None:
    """Raises TransitionRefused."""
    if not state.is_over:
        raise TransitionRefused("this exception is not resolved")
