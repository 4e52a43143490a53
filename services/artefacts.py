"""The state of each artefact of a class, counted from what is stored."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.roles import identity_of
from domain.record.artefacts import ArtefactStatus, StoredRecord, artefacts
from domain.record.capture_coverage import Coverage
from domain.record.speech_check import speech_of
from domain.record.transcript import Utterance
from domain.sessions.timeline import Outcome, Step
from models.documentation import Documentation
from models.notice import Notice
from models.record import AttendanceRow
from models.repositories import documents, notices, recordings, records, sessions
from models.session import Session, TimelineRow
from services import attendance
from services.recording_coverage import recording_coverage


async def of_session(db: AsyncSession, session: Session, now: datetime) -> list[ArtefactStatus]:
    documentation = await documents.documentation(db, session.id)
    return await judged(
        db,
        session,
        attended=await attendance.rows(db, session, now),
        coverage=await recording_coverage(db, session, now),
        transcript=await recordings.transcript(db, session.id),
        documentation=documentation,
        statements=len(await documents.statements(db, session.id, documentation.revision))
        if documentation
        else 0,
        sent=await notices.of_session(db, session.id),
        timeline=await sessions.timeline(db, session.id),
    )


async def judged(
    db: AsyncSession,
    session: Session,
    *,
    attended: Iterable[AttendanceRow],
    coverage: Coverage | None,
    transcript: Sequence[Utterance],
    documentation: Documentation | None,
    statements: int,
    sent: Iterable[Notice],
    timeline: Iterable[TimelineRow],
) -> list[ArtefactStatus]:
    """For a caller who has read most of what is stored."""
    segments, untranscribed = await recordings.count_segments(db, session.id)
    talk = {
        identity_of(row.participant_id): float(row.engagement.get("talk_seconds", 0.0)) for row in attended
    }
    return artefacts(
        StoredRecord(
            session.state,
            held=session.live_at is not None and session.outcome != "cancelled",
            tracks=coverage.tracks if coverage else (),
            segments=segments,
            untranscribed=untranscribed,
            speech=speech_of(talk, transcript),
            documentation=documentation.status if documentation else None,
            statements=statements,
            drafting_failed=any(
                row.step == Step.DOCUMENTATION and row.outcome == Outcome.FAILED for row in timeline
            ),
            notices=[notice.state for notice in sent],
            attendance=len(await records.attendance(db, session.id)),
        )
    )
