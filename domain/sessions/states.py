"""The states of a session and the table of transitions, from which the diagram in docs/operating.md is generated."""

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import TransitionRefused


class SessionState(StrEnum):
    SCHEDULED = "scheduled"  # booked; confirmations, reminders and the briefing go out on their timers
    OPEN = "open"  # room and credentials exist, participants may come in
    LIVE = "live"  # an instructor has joined
    ENDING = "ending"  # the room is being closed, the recording finished
    DOCUMENTING = "documenting"  # transcript completed, draft written
    REVIEW = "review"  # the draft waits for the instructor
    FILING = "filing"  # approved: summaries, records, next briefing
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    OPEN = "open"
    INSTRUCTOR_JOINED = "instructor_joined"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    END = "end"
    ROOM_CLOSED = "room_closed"
    DRAFTED = "drafted"
    NOTHING_TO_REVIEW = "nothing_to_review"
    REOPEN = "reopen"
    REVIEW_ENDED = "review_ended"
    CLOSE = "close"
    DOCUMENT_LATE = "document_late"


_TRIGGER_PHRASES = {
    Trigger.OPEN: "open",
    Trigger.INSTRUCTOR_JOINED: "go live",
    Trigger.RESCHEDULE: "be moved",
    Trigger.CANCEL: "be cancelled",
    Trigger.END: "be ended or extended",
    Trigger.ROOM_CLOSED: "close its room",
    Trigger.DRAFTED: "be drafted",
    Trigger.NOTHING_TO_REVIEW: "go without review",
    Trigger.REOPEN: "be reopened",
    Trigger.REVIEW_ENDED: "be approved or sent back",
    Trigger.CLOSE: "be closed",
    Trigger.DOCUMENT_LATE: "be documented late",
}


@dataclass(frozen=True)
class Transition:
    """A trigger that leads from one state to another."""

    source: SessionState
    trigger: Trigger
    target: SessionState


S, T = SessionState, Trigger

TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.SCHEDULED, T.RESCHEDULE, S.SCHEDULED),
    Transition(S.SCHEDULED, T.OPEN, S.OPEN),
    Transition(S.SCHEDULED, T.CANCEL, S.CANCELLED),
    Transition(S.OPEN, T.RESCHEDULE, S.SCHEDULED),
    Transition(S.OPEN, T.INSTRUCTOR_JOINED, S.LIVE),
    Transition(S.OPEN, T.END, S.ENDING),
    Transition(S.OPEN, T.CANCEL, S.CANCELLED),
    Transition(S.LIVE, T.END, S.ENDING),
    Transition(S.ENDING, T.REOPEN, S.ENDING),  # it goes on once its recording is stored
    Transition(S.ENDING, T.ROOM_CLOSED, S.DOCUMENTING),
    Transition(S.DOCUMENTING, T.DRAFTED, S.REVIEW),
    Transition(S.DOCUMENTING, T.NOTHING_TO_REVIEW, S.FILING),
    Transition(S.DOCUMENTING, T.REOPEN, S.LIVE),
    Transition(S.REVIEW, T.REVIEW_ENDED, S.FILING),
    Transition(S.REVIEW, T.REOPEN, S.LIVE),
    Transition(S.FILING, T.CLOSE, S.CLOSED),
    Transition(S.CLOSED, T.DOCUMENT_LATE, S.DOCUMENTING),  # its first words were transcribed after that
)

FINAL_STATES = frozenset({S.CLOSED, S.CANCELLED})
OVER_STATES = FINAL_STATES | {S.DOCUMENTING, S.REVIEW, S.FILING}  # the class is over
DOCUMENTED_STATES = frozenset({S.REVIEW, S.FILING, S.CLOSED})  # its draft, if there is one, was made
ROOM_STATES = frozenset({S.OPEN, S.LIVE})  # states in which a LiveKit room must exist
TIME_BLOCKING_STATES = frozenset(S) - {
    S.CANCELLED
}  # states whose time range blocks the instructor and the students

_NEXT_STEPS = {
    (S.FILING, T.REOPEN): "Its documentation is decided. Book a new class instead.",
}
"""What to do about a refused command, where it is not one of the other commands that the state allows."""

_TABLE = {(t.source, t.trigger): t.target for t in TRANSITIONS}


def allowed(state: SessionState, trigger: Trigger) -> bool:
    """Whether the table has a transition for the trigger in this state."""
    return (state, trigger) in _TABLE


def advance(state: SessionState, trigger: Trigger) -> SessionState:
    """The state after `trigger`. Raises TransitionRefused if the table has no such transition."""
    try:
        return _TABLE[state, trigger]
    except KeyError:
        raise TransitionRefused(
            f"a session that is {state} cannot {_TRIGGER_PHRASES[trigger]}",
            next_step=_NEXT_STEPS.get((state, trigger)) or _possible(state),
        ) from None


def _possible(state: SessionState) -> str:
    if state in FINAL_STATES:
        return "It is over."
    phrases = sorted({_TRIGGER_PHRASES[t.trigger] for t in TRANSITIONS if t.source == state})
    return f"In this state it can {', '.join(phrases)}."


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {S.SCHEDULED}: book"]
    lines += [f"    {t.source} --> {t.target}: {t.trigger}" for t in TRANSITIONS]
    lines += [f"    {s} --> [*]" for s in SessionState if s in FINAL_STATES]
    return "\n".join(lines) + "\n"
