"""The dialogs of commands to a class, `parts/session_dialogs.html`: their choices and proposals."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from console.frame import labels, times
from models.repositories.people import InstructorName
from models.session import Session

_EXTENSION = timedelta(minutes=15)
_WORTH_REOPENING = timedelta(minutes=5)  # of the planned time, to which a class is then reopened


def dialogs(session: Session, instructors: Sequence[InstructorName], now: datetime) -> dict[str, Any]:
    """What the dialogs' template needs besides the class."""
    others = [(str(person.id), person.name) for person in instructors if person.id != session.instructor_id]
    return {
        "extended": times.next_minute(max(session.ends_at, now) + _EXTENSION),
        "reopened": times.next_minute(_reopened_until(session, now)),
        "substitutes": [("", "Best match"), *others],
        "audiences": labels.AUDIENCES,
        "cancellations": list(labels.CANCELLATIONS.items()),
    }


def _reopened_until(session: Session, now: datetime) -> datetime:
    """The planned end, of a class that ended early, where it is still far enough."""
    return session.ends_at if session.ends_at - now >= _WORTH_REOPENING else now + _EXTENSION
