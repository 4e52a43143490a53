"""When the classes that one act changes for a person are told in one message: after the last, and within a bound."""

from datetime import datetime, timedelta

PAUSE = timedelta(seconds=10)
"""Without a further class, after which the act counts as over: longer than the pause between two of its batches."""
LONGEST = timedelta(minutes=2)
"""From the first class: later ones are told in a further message, so that nobody waits for a long act to end."""


def complete_at(first: datetime, latest: datetime) -> datetime:
    """When a message with the classes that were added from `first` to `latest` is sent, if no other is added."""
    return min(latest + PAUSE, first + LONGEST)
