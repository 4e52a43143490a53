"""Classes that are open to volunteers: whom a class is offered to, and what holds of the call at a moment."""

from datetime import datetime
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
    ENDED = "ended"  # the class has started, and nobody took it
    OUTDATED = "outdated"  # the class was moved, cancelled or changed hands meanwhile


def call_state_now(state: CallState, starts_at: datetime, *, stands: bool, now: datetime) -> CallState:
    """What holds of a call. `stands`: its class is as it was when it was opened, which was to start at `starts_at`."""
    if state != CallState.OPEN:
        return state
    if starts_at <= now:
        return CallState.ENDED
    return CallState.OPEN if stands else CallState.OUTDATED
