"""What every step of a session takes along."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.sessions.states import SessionState
from domain.sessions.timeline import TimelineEntry


@dataclass(frozen=True)
class Progress:
    """The session's state and the timeline entries that changed since they were last written.

    When the activity has done its work, `state_after` and the end of the entries in `ends` are written with it. Steps
    run side by side: `changes` counts the changes of state so far, and one that is late does not undo a later one.
    """

    state: SessionState
    changes: int = 0
    state_after: SessionState | None = None
    entries: tuple[TimelineEntry, ...] = ()
    ends: tuple[TimelineEntry, ...] = ()


@dataclass(frozen=True)
class SessionRef:
    organization_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class StepInput:
    """A step writes the progress first, so that pages show where the session is before the step has done its work."""

    session: SessionRef
    progress: Progress = field(default_factory=lambda: Progress(SessionState.SCHEDULED))
