"""Audio that was transcribed after its class had been documented: counts the record again, and drafts it again.

What a person has written, sent back or approved stays as it is: the review page then says what came later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.record.transcript import Utterance
from domain.sessions.states import SessionState
from models.database import Database
from models.documentation import DocumentationRevision
from models.repositories import cases, documents, recordings, sessions
from models.repositories.recordings import LateSegment
from services import class_records
from services.cases import resolve_by_itself
from services.drafts import ENGINE, Drafts
from services.recording_cases import resolve_filled_gaps
from services.transcript_check import check_transcript
from workflows.contracts.common import SessionRef
from workflows.contracts.late_audio import LateAudioResult


@dataclass(frozen=True)
class LateSpeech:
    """What came late of a class, and whether its draft has it."""

    seconds: float  # of audio, all speakers together
    utterance_ids: frozenset[UUID]  # of what was said in it
    revision: int | None  # the draft that was made with all of it

    @classmethod
    def of(
        cls,
        late: Sequence[LateSegment],
        utterances: Sequence[Utterance],
        revisions: Sequence[DocumentationRevision],
    ) -> Self | None:
        """None where nothing came late."""
        if not late:
            return None
        last = max(segment.transcribed_at for segment in late)
        drafted = [
            row.revision for row in revisions if row.author.startswith(ENGINE) and row.created_at > last
        ]
        return cls(
            sum(one.segment.duration.total_seconds() for one in late),
            frozenset(said.id for said in utterances if any(one.holds(said) for one in late)),
            drafted[-1] if drafted else None,
        )


async def late_speech(db: AsyncSession, session_id: UUID) -> LateSpeech | None:
    """What came late of a class; None where nothing did."""
    late = await recordings.late_segments(db, session_id)
    if not late:
        return None
    said = await recordings.transcript(db, session_id)
    return LateSpeech.of(late, said, await documents.revisions(db, session_id))


class LateAudioRecord:
    def __init__(self, database: Database, drafts: Drafts) -> None:
        self._database = database
        self._drafts = drafts

    async def count(self, ref: SessionRef, now: datetime) -> LateAudioResult:
        """Count the record of a taught class from what is stored, and draft it again where nobody has worked on it.

        Raises Unavailable where the engine or the database isn't responding.
        """
        async with self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            if session.live_at is None:
                return LateAudioResult(0.0, 0, None)
            await check_transcript(db, ref, now)
            await resolve_filled_gaps(db, ref.session_id, now)
            await class_records.count_again(db, ref, now)
            speech = await late_speech(db, ref.session_id)
        revision = speech.revision if speech else None
        if speech and speech.utterance_ids and revision is None and session.state == SessionState.REVIEW:
            revision = await self._drafts.draft_again(ref.organization_id, ref.session_id, now)
        async with self._database.tenant(ref.organization_id) as db:
            await _resolve(db, ref.session_id, speech, revision, now)
        if speech is None:
            return LateAudioResult(0.0, 0, None)
        return LateAudioResult(round(speech.seconds, 1), len(speech.utterance_ids), revision)


async def _resolve(
    db: AsyncSession, session_id: UUID, speech: LateSpeech | None, revision: int | None, now: datetime
) -> None:
    """Resolve the cases of a transcript that is whole, and of audio that the draft has or that has no words."""
    if await recordings.segments(db, session_id, waiting=True):
        return  # of a class that was reopened
    kinds = [ExceptionKind.RECORD_UNFINISHED, ExceptionKind.RECORDING_LATE]
    found = await cases.open_of_sessions(db, [session_id], kinds)
    for case in found:
        if case.kind == ExceptionKind.RECORD_UNFINISHED and case.occasion == "transcript":
            resolve_by_itself(case, "All audio is transcribed.", now)
        if case.kind == ExceptionKind.RECORDING_LATE and (how := _settled(speech, revision)):
            resolve_by_itself(case, how, now)


def _settled(speech: LateSpeech | None, revision: int | None) -> str:
    """Why nobody has to look at the late audio; empty: somebody has to."""
    if speech is None:
        return "The transcript and the draft were made with it."
    if not speech.utterance_ids:
        return "It is transcribed, and nothing was said in it."
    return f"It is transcribed, and revision {revision} of the draft was made with it." if revision else ""
