"""Classes that are open to volunteers: whom a class is offered to, and what holds of the call at a moment."""

from datetime import datetime, timedelta
from enum import StrEnum

REASON = "volunteer"
"""Of the substitutions of classes that a volunteer took."""


class Audience(StrEnum):
    """Whom a class is offered to, of those whom the rules let take it."""

    EVERYBODY = "everybody"
    COURSE = "course"  # colleagues who have taught the course


class CallState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"  # the room of the class has opened, and nobody took it
    OUTDATED = "outdated"  # the class was moved, cancelled or changed hands meanwhile


_RUNS_OUT_BEFORE = timedelta(hours=2)


def is_running_out(opened_at: datetime, starts_at: datetime, now: datetime) -> bool:
    """Whether it is time to look for somebody else: two hours before the class, or half of the call's whole time."""
    return now >= starts_at - min(_RUNS_OUT_BEFORE, (starts_at - opened_at) / 2)


def call_state_now(state: CallState, *, stands: bool, has_begun: bool) -> CallState:
    """What holds of a call. `stands`: its class is as it was when it was opened; `has_begun`: its room has opened."""
    if state != CallState.OPEN:
        return state
    if not stands:
        return CallState.OUTDATED
    return CallState.ENDED if has_begun else CallState.OPEN
