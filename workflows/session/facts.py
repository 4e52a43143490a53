"""The state of a ClassSession workflow, as one serialisable dataclass."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.sessions.states import SessionState
from domain.sessions.timeline import Step
from workflows.contracts.common import SessionRef
from workflows.session.messages import Booking, Cancel, PresenceSignal


@dataclass
class SessionFacts:
    """Ids, times, states and counts only: the query `facts` returns it.

    The update and signal handlers record here what has happened; `ClassSession.run` acts on it.
    """

    session: SessionRef
    region: str
    state: SessionState = SessionState.SCHEDULED
    state_changes: int = 0  # so far: keeps a late step from overwriting a newer state
    booking: Booking | None = None
    booking_refused: bool = False
    passed_steps: set[tuple[Step, str]] = field(default_factory=set)  # of the plan before the class
    moves: int = 0
    move_pending: bool = False  # moved, and `run` has not acted on it yet
    cancellation: Cancel | None = None
    presence: PresenceSignal | None = None  # the newest
    recording: bool = False
    live_since: datetime | None = None
    end_reason: str | None = None  # scheduled | empty | command
    approved_revision: int | None = None

    @property
    def booking_answered(self) -> bool:
        return self.booking is not None or self.booking_refused

    @property
    def booked(self) -> Booking:
        """The booking, for everything that happens after it."""
        assert self.booking is not None, "nothing else happens before the booking"
        return self.booking

    @property
    def in_room(self) -> int:
        return self.presence.in_room if self.presence else 0

    @property
    def first_instructor_at(self) -> datetime | None:
        return self.presence.first_instructor_at if self.presence else None

    @property
    def empty_since(self) -> datetime | None:
        return self.presence.empty_since if self.presence else None
