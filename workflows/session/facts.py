"""Everything that the workflow of a class knows about it, as one dataclass that can be printed."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.sessions.states import SessionState
from domain.sessions.timeline import Step
from workflows.contracts.common import SessionRef
from workflows.session.messages import Booking, Cancel, PresenceSignal


@dataclass
class SessionFacts:
    """Ids, times, states and counts only: the query `facts` returns it.

    The update and signal handlers write down here what has happened; the story in ClassSession acts on it.
    """

    session: SessionRef
    region: str
    state: SessionState = SessionState.SCHEDULED
    state_changes: int = 0  # tells a late step that a newer state has been written
    booking: Booking | None = None
    booking_refused: bool = False
    passed_steps: set[tuple[Step, str]] = field(default_factory=set)  # of the plan before the class
    moves: int = 0
    move_pending: bool = False  # moved, and the story has not acted on it yet
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
        assert self.booking is not None, "the story begins with the booking"
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
