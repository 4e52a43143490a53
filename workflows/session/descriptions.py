"""The current details of a session's workflow, which ops read in the Temporal UI. Times and counts only."""

from datetime import datetime

from domain.sessions.states import SessionState
from workflows.session.facts import SessionFacts


def describe(facts: SessionFacts, *, failed_steps: int) -> str:
    """One line about a booked session. Times are UTC."""
    starts_at, live_since = facts.booked.starts_at, _clock(facts.live_since)
    text = {
        SessionState.SCHEDULED: f"Booked for {starts_at:%Y-%m-%d %H:%M} UTC",
        SessionState.OPEN: (
            f"Room open, class starts {_clock(starts_at)} UTC, {facts.in_room} in the room"
            + ("" if facts.first_instructor_at else ", no instructor yet")
        ),
        SessionState.LIVE: f"Live since {live_since} UTC, {facts.in_room} in the room",
        SessionState.ENDING: "Ending: closing the room, finishing the recording",
        SessionState.DOCUMENTING: "Class over: completing the transcript and drafting the documentation",
        SessionState.REVIEW: "The draft waits for the instructor's approval",
        SessionState.FILING: "Sending the summaries to the guardians and filing the record",
        SessionState.CLOSED: "Closed",
        SessionState.CANCELLED: "Cancelled",
    }[facts.state]
    if facts.state == SessionState.LIVE and facts.empty_since:
        text = f"Live since {live_since} UTC, room empty since {_clock(facts.empty_since)} UTC"
    if facts.state in (SessionState.OPEN, SessionState.LIVE):
        text += ", recording" if facts.recording else ", NOT recording"
    if failed_steps:
        text += f". Failed steps: {failed_steps}, see the exception queue"
    return text


def describe_closed(facts: SessionFacts, outcome: str, complete: float, cases: int) -> str:
    """What became of a class: its outcome, who taught it and how long, and how complete its record is.

    The instructor is named by id: no name enters Temporal.
    """
    parts = [f"Closed: {outcome.replace('_', ' ')}"]
    if facts.live_since and facts.ended_at:
        minutes = (facts.ended_at - facts.live_since).total_seconds() / 60
        parts.append(f"{minutes:.0f} minutes, taught by instructor {facts.booked.instructor_id}")
    parts.append(f"record {complete:.0%} complete")
    parts.append(f"{cases} {'case' if cases == 1 else 'cases'} in the exception queue")
    return ", ".join(parts)


def _clock(at: datetime | None) -> str:
    return at.strftime("%H:%M") if at else "?"
