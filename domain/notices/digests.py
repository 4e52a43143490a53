"""When the classes that one act changes for a person are told in one message: after the last, and within a bound."""

from datetime import datetime, timedelta

PAUSE = timedelta(seconds=10)
"""Without a further class, after which the act counts as over: longer than the pause between two of its batches."""
LONGEST = timedelta(minutes=2)
"""From the first class: later ones are told in a further message, so that nobody waits for a long act to end."""

PAUSE_OF_IMPORT = timedelta(minutes=2)
"""Of an import, whose steps say that it goes on. While rows wait, a message whose time is up waits as long again."""
LONGEST_OF_IMPORT = timedelta(hours=1)


def complete_at(first: datetime, latest: datetime, *, is_import: bool = False) -> datetime:
    """When a message with the classes that were added from `first` to `latest` is sent, if no other is added."""
    if is_import:
        return min(latest + PAUSE_OF_IMPORT, first + LONGEST_OF_IMPORT)
    return min(latest + PAUSE, first + LONGEST)
