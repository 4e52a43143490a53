"""Files the record of a class: attendance, the briefing for the next class, and the record's completeness."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.notices.kinds import NoticeKind
from domain.people.roles import Role
from domain.record.capture_coverage import COMPLETE_SHARE, Coverage
from domain.record.documentation import DocumentationStatus, Statement
from domain.sessions.completeness import Completeness, RecordParts, completeness
from domain.sessions.states import SessionState
from models.documentation import BriefingRow
from models.record import AttendanceRow
from models.repositories import documents, notices, recordings, records, sessions
from models.session import Participant, Session
from reports.briefings import build_briefing
from services.attendance import attendance_rows, evidence
from services.recording_coverage import recording_coverage
from workflows.contracts.common import SessionRef


async def file_attendance(db: AsyncSession, ref: SessionRef, now: datetime) -> list[AttendanceRow]:
    """Compute attendance and engagement from the events and store a row per participant."""
    session = await sessions.get_session(db, ref.session_id)
    participants = await sessions.participants(db, ref.session_id)
    recorded = await evidence(db, session)
    # In a thread: a long class has tens of thousands of events, and workflows wait for this process.
    rows = await asyncio.to_thread(attendance_rows, session, participants, recorded, now)
    await records.file_attendance(db, rows)
    return rows


async def prepare_next_briefing(db: AsyncSession, ref: SessionRef, now: datetime) -> None:
    """Store the briefing for the course's next class, built from this one's approved record.

    A class that was not held makes none.
    """
    session = await sessions.get_session(db, ref.session_id)
    if session.live_at is None:
        return
    row = await documents.documentation(db, ref.session_id)
    approved = row is not None and row.status == DocumentationStatus.APPROVED
    statements: tuple[Statement, ...] = ()
    if row and approved:
        statements = await documents.statements(db, ref.session_id, row.revision)
    students = sessions.class_students(await sessions.participants(db, ref.session_id))
    content = build_briefing(
        last_title=session.title,
        last_held_at=session.live_at,
        statements=statements,
        students={student.id: student.name for student in students},
        approved=approved,
    )
    await documents.save_briefing(
        db,
        BriefingRow(
            id=uuid7(),
            organization_id=ref.organization_id,
            course_id=session.course_id,
            source_session_id=session.id,
            content=content,
            created_at=now,
        ),
    )


async def close(db: AsyncSession, ref: SessionRef, outcome: str) -> Completeness:
    """Measure how complete the record is, and store that with the outcome: held, not_held or cancelled.

    From now on a class that ended early cannot be reopened, so its people's time after its end is free.
    """
    session = await sessions.get_session(db, ref.session_id)
    if session.ended_at:
        await sessions.release_time_after(db, session.id, session.ended_at)
    return await _measure(db, session, outcome)


async def count_again(db: AsyncSession, ref: SessionRef, now: datetime) -> None:
    """Count attendance and completeness of a closed class again, from what is stored.

    A class that is not closed yet counts when it is.
    """
    session = await sessions.get_session(db, ref.session_id)
    if session.state != SessionState.CLOSED or not session.outcome:
        return
    await file_attendance(db, ref, now)
    await _measure(db, session, session.outcome)


async def _measure(db: AsyncSession, session: Session, outcome: str) -> Completeness:
    """Store how complete the record is."""
    coverage = await recording_coverage(db, session, session.ended_at) if session.ended_at else None
    measured = completeness(await _parts(db, session, coverage), outcome)
    stored: dict[str, object] = {
        "have": measured.have,
        "missing": measured.missing,
        "share": measured.share,
    }
    if coverage is not None:
        stored["recorded_share"] = round(coverage.share, 3)
        stored["unheard_seconds"] = round(coverage.unheard_seconds, 1)
    await sessions.change(db, session.id, outcome=outcome, completeness=stored)
    return measured


async def _parts(db: AsyncSession, session: Session, coverage: Coverage | None) -> RecordParts:
    sent = {notice.kind for notice in await notices.of_session(db, session.id) if notice.sent_at}
    attendance = await records.attendance(db, session.id)
    participants = await sessions.participants(db, session.id)
    document = await documents.documentation(db, session.id)
    return RecordParts(
        confirmation=NoticeKind.CONFIRMATION in sent,
        briefing=NoticeKind.BRIEFING in sent,
        attendance=_attended(participants, attendance),
        engagement=any(row.engagement for row in attendance),
        recording=bool(await recordings.segments(db, session.id))
        and coverage is not None
        and coverage.share >= COMPLETE_SHARE,
        transcript=bool(await recordings.transcript(db, session.id)),
        documentation=document is not None,
        approval=document is not None and document.status == DocumentationStatus.APPROVED,
        summary=NoticeKind.SUMMARY in sent,
        next_briefing=await documents.briefing_from(db, session.id) is not None,
    )


def _attended(participants: Sequence[Participant], attendance: Sequence[AttendanceRow]) -> bool:
    """Whether any of the students came, or anybody where none is booked."""
    students = {person.id for person in participants if person.role == Role.STUDENT}
    return any(row.came for row in attendance if not students or row.participant_id in students)
