"""From the sound of the class to its filed record."""

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
    blind_seconds: float  # in which the recorder did not hear the room


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
    """The reason in words is already in the documentation row; the workflow only carries that it was asked."""

    revision: int = 0
    requested_by: str = ""


@dataclass(frozen=True)
class CloseInput(StepInput):
    outcome: str = ""  # held | not_held | cancelled


@dataclass(frozen=True)
class CloseResult:
    complete: float  # 0 to 1
    missing: tuple[str, ...]


class Capture:
    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        """Keep the hidden recorder in the room until the room is closed."""
        raise NotImplementedError


class Transcription:
    @activity.defn(name="transcribe_class")
    async def transcribe(self, transcribe: TranscribeInput) -> TranscribeResult:
        """Transcribe segments as they come, until the recording has ended and all of it is transcribed."""
        raise NotImplementedError


class DocumentationSteps:
    @activity.defn(name="draft_documentation")
    async def draft(self, step: StepInput) -> DraftResult:
        raise NotImplementedError

    @activity.defn(name="approve_documentation")
    async def approve(self, approval: ApproveInput) -> None:
        """Fails with stale-revision where the reviewed revision is not the current one."""
        raise NotImplementedError

    @activity.defn(name="request_changes")
    async def request_changes(self, changes: ChangesInput) -> None:
        raise NotImplementedError


class Records:
    @activity.defn(name="file_records")
    async def file(self, step: StepInput) -> None:
        """Fold attendance and engagement from the events into rows per participant."""
        raise NotImplementedError

    @activity.defn(name="prepare_next_briefing")
    async def prepare_next_briefing(self, step: StepInput) -> None:
        """Make the briefing of the course's next class from this one's approved record."""
        raise NotImplementedError

    @activity.defn(name="close_session")
    async def close(self, close: CloseInput) -> CloseResult:
        """Measure completeness and close the session's row."""
        raise NotImplementedError
