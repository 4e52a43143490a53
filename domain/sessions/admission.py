"""Who is kept out of an open class: people who were removed, newcomers while it is locked, and replaced join links.

A removal and a lock end when the class is moved, since it is then another occurrence of the class.
"""

from datetime import datetime


def in_force(decided_at: datetime | None, occurrence_since: datetime | None) -> bool:
    """Whether a removal or a lock of this time concerns the latest occurrence, which began at `occurrence_since`."""
    if decided_at is None:
        return False
    return occurrence_since is None or decided_at >= occurrence_since


def may_stay(link_version: int, before_version: int | None) -> bool:
    """Whether a connection made with this version of a join link may stay in the room.

    `before_version`: connections of earlier versions are kept out; None: all of the person's are.
    """
    return before_version is not None and link_version >= before_version
