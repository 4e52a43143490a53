"""Inputs that all steps of a session share: the session's ids, and the progress to write."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.sessions.states import SessionState
from domain.sessions.timeline import TimelineEntry


@dataclass(frozen=True)
class Progress:
    """The session's state and the timeline entries that changed since they were last written.

    When the activity has done its work, it also writes `state_after` and that the entries in `ends` are done. Steps run
    side by side: `changes` counts the changes of state so far, so that a late write does not undo a newer state.
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
    """The activity writes the progress first, so that pages show the step while it is running."""

    session: SessionRef
    progress: Progress = field(default_factory=lambda: Progress(SessionState.SCHEDULED))
