"""The states of an import of bookings, and what becomes of its rows."""

from enum import StrEnum


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"  # each row is booked or refused


class RowOutcome(StrEnum):
    WAITING = "waiting"
    BOOKED = "booked"
    BOOKED_BEFORE = "booked_before"  # by an earlier import or command; it stays as it is
    REFUSED = "refused"
    DISMISSED = (
        "dismissed"  # it was refused; it is corrected in another row, booked by a later import or set aside
    )
