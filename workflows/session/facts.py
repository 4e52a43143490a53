"""The state of a ClassSession workflow, as one serialisable dataclass."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain.sessions.states import ROOM_STATES, SessionState
from domain.sessions.timeline import Step
from workflows.contracts.common import SessionRef
from workflows.session.messages import Booking, Cancel, ClassSessionInput, PresenceSignal

_REOPENABLE = frozenset({SessionState.ENDING, SessionState.DOCUMENTING, SessionState.REVIEW})


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
    move_act: UUID | None = None  # the act on many classes that the last move was a part of
    cancellation: Cancel | None = None
    presence: PresenceSignal | None = None  # the newest
    recording: bool = False
    live_since: datetime | None = None
    ended_at: datetime | None = None  # when the room began to close
    end_reason: str | None = None  # scheduled | empty | command
    ended_by: str = ""  # an actor of the change log, where a command ended the class
    reopenings: int = 0
    reopen_pending: bool = False  # reopened, and `run` has not acted on it yet
    approved_revision: int | None = None
    people_changes: int = 0  # how often people were added or removed
    substitutions: int = 0  # requests for another instructor, so far
    instructor_sought_at: datetime | None = None  # the start at which the class looked for its instructor
    reports: int = 0  # of cases, so far: tells apart two of one cause
    documented_late: bool = False  # closed before, without a draft

    @classmethod
    def of_start(cls, start: ClassSessionInput) -> "SessionFacts":
        """The facts that a run begins with."""
        if start.late is None:
            return cls(start.session, start.region)
        return cls(
            start.session,
            start.region,
            SessionState.CLOSED,
            start.late.state_changes,
            start.late.booking,
            live_since=start.late.live_since,
            ended_at=start.late.ended_at,
            reports=start.late.reports,
            documented_late=True,
        )

    @property
    def booking_answered(self) -> bool:
        return self.booking is not None or self.booking_refused

    @property
    def booked(self) -> Booking:
        """The booking, for everything that happens after it."""
        assert self.booking is not None, "nothing else happens before the booking"
        return self.booking

    @property
    def next_state(self) -> SessionState:
        """The state that the commands and timers taken so far lead to. `run` may not have acted on the last yet."""
        if self.booking_refused or (
            self.cancellation and self.state in (SessionState.SCHEDULED, SessionState.OPEN)
        ):
            return SessionState.CANCELLED
        if self.end_reason and self.state in ROOM_STATES:
            return SessionState.LIVE if self.reopen_pending else SessionState.ENDING
        if self.move_pending and self.state == SessionState.OPEN:
            return SessionState.SCHEDULED
        if self.reopen_pending and self.state in _REOPENABLE:
            return SessionState.LIVE
        if self.approved_revision and self.state == SessionState.REVIEW:
            return SessionState.FILING
        return self.state

    @property
    def present(self) -> PresenceSignal | None:
        """Who is in the room; None where the newest signal is about an earlier room of a class that was moved."""
        presence = self.presence
        if presence is None or presence.moves not in (None, self.moves):
            return None
        return presence

    def forget_empty_room(self) -> None:
        """Take the room as occupied until the next signal."""
        if self.presence:
            self.presence = replace(self.presence, empty_since=None)

    @property
    def in_room(self) -> int:
        return self.present.in_room if self.present else 0

    @property
    def first_instructor_at(self) -> datetime | None:
        return self.present.first_instructor_at if self.present else None

    @property
    def empty_since(self) -> datetime | None:
        return self.present.empty_since if self.present else None
