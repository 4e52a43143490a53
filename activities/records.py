"""The filed record: attendance and engagement per participant, the next briefing, completeness."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from uuid_utils.compat import uuid7

from activities.progress import ProgressWriter, utc_now
from domain.notices.kinds import NoticeKind
from domain.record.capture_coverage import HEARD_ENOUGH, heard_share
from domain.record.documentation import DocumentationStatus
from domain.sessions.completeness import RecordParts, completeness
from models.database import Database
from models.documentation import BriefingRow
from models.repositories import documents, events, notices, recordings, records, sessions
from models.session import Session
from reports.briefings import build_briefing
from services.attendance import attendance_rows
from workflows.contracts.common import StepInput
from workflows.contracts.record import CloseInput, CloseResult, Records


class RecordActivities(Records):
    def __init__(self, database: Database, progress: ProgressWriter) -> None:
        self._database = database
        self._progress = progress

    @activity.defn(name="file_records")
    async def file(self, step: StepInput) -> None:
        ref = step.session
        async with self._progress.step(step) as note, self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            participants = await sessions.participants(db, ref.session_id)
            recorded = await events.of_session(db, ref.session_id)
            # In a thread: a long class has tens of thousands of events, and workflows wait for this process.
            rows = await asyncio.to_thread(attendance_rows, session, participants, recorded, utc_now())
            await records.file_attendance(db, rows)
            note.text = f"{sum(row.seconds > 0 for row in rows)} of {len(rows)} attended"

    @activity.defn(name="prepare_next_briefing")
    async def prepare_next_briefing(self, step: StepInput) -> None:
        ref = step.session
        async with self._progress.step(step), self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            row = await documents.documentation(db, ref.session_id)
            approved = row is not None and row.status == DocumentationStatus.APPROVED
            statements = (
                await documents.statements(db, ref.session_id, row.revision) if row and approved else ()
            )
            if session.live_at is None:
                return
            content = build_briefing(
                last_title=session.title,
                last_held_at=session.live_at,
                statements=statements,
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
                    created_at=utc_now(),
                ),
            )

    @activity.defn(name="close_session")
    async def close(self, close: CloseInput) -> CloseResult:
        ref = close.session
        async with self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            measured = completeness(await _parts(db, session), close.outcome)
            await sessions.change(
                db,
                ref.session_id,
                outcome=close.outcome,
                completeness={"have": measured.have, "missing": measured.missing, "share": measured.share},
            )
        await self._progress.write(close)
        return CloseResult(round(measured.share, 3), tuple(measured.missing))


async def _parts(db: AsyncSession, session: Session) -> RecordParts:
    sent = {n.kind for n in await notices.of_session(db, session.id) if n.sent_at}
    attended = await records.attendance(db, session.id)
    document = await documents.documentation(db, session.id)
    return RecordParts(
        confirmation=NoticeKind.CONFIRMATION in sent,
        briefing=NoticeKind.BRIEFING in sent,
        attendance=any(row.seconds > 0 for row in attended),
        engagement=any(row.engagement for row in attended),
        recording=await _recorded(db, session),
        transcript=bool(await recordings.transcript(db, session.id)),
        documentation=document is not None,
        approval=document is not None and document.status == DocumentationStatus.APPROVED,
        summary=NoticeKind.SUMMARY in sent,
        next_briefing=await documents.briefing_from(db, session.id) is not None,
    )


async def _recorded(db: AsyncSession, session: Session) -> bool:
    """Whether there is audio, and the recorder heard enough of the class."""
    if not session.live_at or not session.ended_at or not await recordings.segments(db, session.id):
        return False
    share = heard_share(await events.of_session(db, session.id), session.live_at, session.ended_at)
    return share >= HEARD_ENOUGH
