"""Activities for audio that came into the store after its class was documented."""

from dataclasses import dataclass

from temporalio import activity

from workflows.contracts.common import SessionRef


@dataclass(frozen=True)
class LateAudioInput:
    session: SessionRef
    region: str


@dataclass(frozen=True)
class LateTranscript:
    waits: bool  # for the class, which makes its own transcript and draft first


@dataclass(frozen=True)
class LateAudioResult:
    seconds: float  # of late audio, all speakers together
    utterances: int  # in it
    revision: int | None  # of the draft that has them; None: no draft has them


class LateTranscription:
    @activity.defn(name="transcribe_late_audio")
    async def transcribe_late(self, session: SessionRef) -> LateTranscript:
        """Transcribe the segments that were stored after the class's own transcription had ended."""
        raise NotImplementedError


class LateAudioSteps:
    @activity.defn(name="count_late_audio")
    async def count(self, session: SessionRef) -> LateAudioResult:
        """Count the record of the class again, and make its draft again unless a person has worked on it.

        A class that was closed without a draft starts to be documented.
        """
        raise NotImplementedError
