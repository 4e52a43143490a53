"""Activities that make the record of a class: capture, transcription, documentation, filing."""

from dataclasses import dataclass

from temporalio import activity

from workflows.contracts.common import SessionRef, StepInput


@dataclass(frozen=True)
class CaptureInput:
    session: SessionRef
    segment_seconds: int


@dataclass(frozen=True)
class CaptureResult:
    segments: int
    seconds: float  # of audio, all tracks together
    blind_seconds: float  # in which nothing was recorded


@dataclass(frozen=True)
class TranscribeInput:
    session: SessionRef
    languages: tuple[str, ...]


@dataclass(frozen=True)
class TranscribeResult:
    utterances: int
    words: int
    segments: int


@dataclass(frozen=True)
class DraftInput(StepInput):
    reopenings: int = 0  # of the class so far


@dataclass(frozen=True)
class DraftResult:
    statements: int
    dropped: int
    revision: int


@dataclass(frozen=True)
class ApproveInput(StepInput):
    revision: int = 0
    approved_by: str = ""  # id of a person


@dataclass(frozen=True)
class ChangesInput(StepInput):
    """The reason is already in the documentation row: its text must not enter the history."""

    revision: int = 0
    requested_by: str = ""


@dataclass(frozen=True)
class CloseInput(StepInput):
    outcome: str = ""  # held | not_held | cancelled


@dataclass(frozen=True)
class CloseResult:
    complete: float  # 0 to 1
    missing: tuple[str, ...]
    cases: int | None = None  # of the class so far; None from a worker that does not count them


class Capture:
    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        """Record the room with a hidden participant until the room is closed."""
        raise NotImplementedError


class Transcription:
    @activity.defn(name="transcribe_class")
    async def transcribe(self, transcribe: TranscribeInput) -> TranscribeResult:
        """Transcribe segments as they are stored, until the recording has ended and all of it is transcribed."""
        raise NotImplementedError


class DocumentationSteps:
    @activity.defn(name="draft_documentation")
    async def draft(self, draft: DraftInput) -> DraftResult:
        """Draft the documentation, once after each reopening of the class."""
        raise NotImplementedError

    @activity.defn(name="approve_documentation")
    async def approve(self, approval: ApproveInput) -> None:
        """Approve a revision. Fails with stale-revision if it is not the current one."""
        raise NotImplementedError

    @activity.defn(name="request_changes")
    async def request_changes(self, changes: ChangesInput) -> None:
        raise NotImplementedError


class Records:
    @activity.defn(name="file_records")
    async def file(self, step: StepInput) -> None:
        """Compute attendance and engagement from the events, and write a row per participant."""
        raise NotImplementedError

    @activity.defn(name="prepare_next_briefing")
    async def prepare_next_briefing(self, step: StepInput) -> None:
        """Write the briefing for the course's next class from the approved record of this one."""
        raise NotImplementedError

    @activity.defn(name="close_session")
    async def close(self, close: CloseInput) -> CloseResult:
        """Measure completeness and close the session's row."""
        raise NotImplementedError
