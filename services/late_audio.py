"""Audio that was transcribed after its class had been documented: counts the record again, and drafts it again.

A class that was closed without a draft, because none of its words had come, gets its first one and its review now.
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
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import SessionState
from models.database import Database
from models.documentation import DocumentationRevision
from models.repositories import cases, documents, recordings, sessions
from models.repositories.recordings import LateSegment
from models.session import Session
from services import class_records
from services.cases import resolve_by_itself
from services.drafts import ENGINE, Drafts
from services.recording_cases import resolve_filled_gaps
from services.transcript_check import check_transcript
from workflows.client import SessionClient
from workflows.contracts.common import SessionRef
from workflows.contracts.late_audio import LateAudioResult
from workflows.session.messages import Booking, LateRecord


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
    def __init__(self, database: Database, drafts: Drafts, classes: SessionClient) -> None:
        self._database = database
        self._drafts = drafts
        self._classes = classes

    async def count(self, ref: SessionRef, now: datetime) -> LateAudioResult:
        """Count the record of a taught class from what is stored, and draft it again where nobody has worked on it.

        A class that was closed without a draft starts to be documented. Raises Unavailable where the engine, the
        database or Temporal isn't responding.
        """
        async with self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            if session.live_at is None:
                return LateAudioResult(0.0, 0, None)
            await check_transcript(db, ref, now)
            await resolve_filled_gaps(db, ref.session_id, now)
            await class_records.count_again(db, ref, now)
            speech = await late_speech(db, ref.session_id)
            undocumented = await _undocumented(db, session) if speech and speech.utterance_ids else None
        revision = speech.revision if speech else None
        if speech and speech.utterance_ids and revision is None and session.state == SessionState.REVIEW:
            revision = await self._drafts.draft_again(ref.organization_id, ref.session_id, now)
        async with self._database.tenant(ref.organization_id) as db:
            await _resolve(db, ref.session_id, speech, revision, now)
        if undocumented:
            await self._classes.document_late(ref, undocumented)
        if speech is None:
            return LateAudioResult(0.0, 0, None)
        return LateAudioResult(round(speech.seconds, 1), len(speech.utterance_ids), revision)


async def resolve_drafted(db: AsyncSession, session_id: UUID, now: datetime) -> None:
    """Resolve the cases of what a draft has that was just made."""
    speech = await late_speech(db, session_id)
    await _resolve(db, session_id, speech, speech.revision if speech else None, now)
    for case in await cases.open_of_sessions(db, [session_id], [ExceptionKind.DRAFT_FAILED]):
        resolve_by_itself(case, "The draft is made.", now)


async def _undocumented(db: AsyncSession, session: Session) -> LateRecord | None:
    """Where the record of a class stands that was closed without a draft; None where it has one, or is not closed."""
    if session.state != SessionState.CLOSED or await documents.documentation(db, session.id):
        return None
    assert session.live_at is not None, "only a class that was taught is counted again"
    people = await sessions.participants(db, session.id)
    booking = Booking(
        course_id=session.course_id,
        instructor_id=session.instructor_id,
        student_ids=tuple(student.id for student in sessions.class_students(people)),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        topic_ids=tuple(topic.id for topic in await sessions.topics(db, session.id)),
        time_zone=session.time_zone,
        policy=SessionPolicy.model_validate(session.policy),
        whole_course=session.whole_course,
    )
    return LateRecord(
        booking,
        session.live_at,
        session.ended_at,
        session.state_changes,
        max((row.revision for row in await sessions.timeline(db, session.id)), default=0),
        sum(len(case.reports) for case in await cases.of_session(db, session.id)),
    )


async def _resolve(
    db: AsyncSession, session_id: UUID, speech: LateSpeech | None, revision: int | None, now: datetime
) -> None:
    """Resolve the cases of a transcript that is whole, and of audio that the draft has or that has no words."""
    if await recordings.segments(db, session_id, waiting=True):
        return  # of a class that was reopened
    kinds = [
        ExceptionKind.RECORD_UNFINISHED,
        ExceptionKind.RECORDING_LATE,
        ExceptionKind.TRANSCRIPT_INCOMPLETE,
    ]
    found = await cases.open_of_sessions(db, [session_id], kinds)
    for case in found:
        if case.kind == ExceptionKind.RECORD_UNFINISHED and case.occasion == "transcript":
            resolve_by_itself(case, "All audio is transcribed.", now)
        if case.kind == ExceptionKind.TRANSCRIPT_INCOMPLETE and speech:
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
