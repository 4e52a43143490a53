"""Plain words for ops in the Temporal UI. Times and counts only."""

from datetime import datetime

from domain.sessions.states import SessionState


def clock(at: datetime | None) -> str:
    return at.strftime("%H:%M") if at else "?"


def describe(
    state: SessionState,
    *,
    starts_at: datetime,
    live_since: datetime | None,
    in_room: int,
    empty_since: datetime | None,
    recording: bool,
    failed_steps: int,
) -> str:
    """One line: where the session is. Times are UTC."""
    text = {
        SessionState.SCHEDULED: f"Booked for {starts_at:%Y-%m-%d %H:%M} UTC",
        SessionState.OPEN: f"Room open, class starts {clock(starts_at)} UTC, {in_room} in the room, no instructor yet",
        SessionState.LIVE: f"Live since {clock(live_since)} UTC, {in_room} in the room",
        SessionState.ENDING: "Ending: closing the room, finishing the recording",
        SessionState.DOCUMENTING: "Class over: completing the transcript and drafting the documentation",
        SessionState.REVIEW: "The draft waits for the instructor's approval",
        SessionState.FILING: "Telling the guardians and filing the record",
        SessionState.CLOSED: "Closed",
        SessionState.CANCELLED: "Cancelled",
    }[state]
    if state == SessionState.LIVE and empty_since:
        text = f"Live since {clock(live_since)} UTC, room empty since {clock(empty_since)} UTC"
    if state in (SessionState.OPEN, SessionState.LIVE):
        text += ", recording" if recording else ", NOT recording"
    if failed_steps:
        text += f". Steps failed: {failed_steps}, see the exception queue"
    return text
