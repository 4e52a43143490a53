"""Who is kept out of an open class: people whom the instructor removed, and newcomers while the class is locked.

Both end when the class is moved, since it is then another occurrence of the class.
"""

from datetime import datetime


def in_force(decided_at: datetime | None, occurrence_since: datetime | None) -> bool:
    """Whether a removal or a lock of this time concerns the latest occurrence, which began at `occurrence_since`."""
    if decided_at is None:
        return False
    return occurrence_since is None or decided_at >= occurrence_since
