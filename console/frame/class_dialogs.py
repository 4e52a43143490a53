"""The dialogs of commands to a class, `parts/session_dialogs.html`: their choices and proposals."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from console.frame import labels, times
from models.people import Instructor
from models.session import Session

_EXTENSION = timedelta(minutes=15)


def dialogs(session: Session, instructors: Sequence[Instructor], now: datetime) -> dict[str, Any]:
    """What the dialogs' template needs besides the class."""
    others = [(str(person.id), person.name) for person in instructors if person.id != session.instructor_id]
    return {
        "extended": times.next_minute(max(session.ends_at, now) + _EXTENSION),
        "substitutes": [("", "Best match"), *others],
        "cancellations": list(labels.CANCELLATIONS.items()),
    }
