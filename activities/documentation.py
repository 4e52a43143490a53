"""Drafts the documentation of a class and writes the decisions on it."""

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import ProgressWriter, utc_now
from domain.record.documentation import DocumentationStatus
from models.database import Database
from models.repositories import documents
from services.drafts import Drafts
from services.late_audio import LateAudioRecord, resolve_drafted
from workflows.contracts.common import SessionRef
from workflows.contracts.late_audio import LateAudioResult, LateAudioSteps
from workflows.contracts.record import ApproveInput, ChangesInput, DocumentationSteps, DraftInput, DraftResult


class DocumentationActivities(DocumentationSteps):
    def __init__(self, database: Database, progress: ProgressWriter, drafts: Drafts) -> None:
        self._database = database
        self._progress = progress
        self._drafts = drafts

    @activity.defn(name="draft_documentation")
    async def draft(self, draft: DraftInput) -> DraftResult:
        ref = draft.session
        async with heartbeats(), self._progress.step(draft) as note:
            result = await self._drafts.draft(
                ref.organization_id, ref.session_id, utc_now(), draft.reopenings
            )
            async with self._database.tenant(ref.organization_id) as db:
                await resolve_drafted(db, ref.session_id, utc_now())
            note.text = f"{result.statements} statements"
        return result

    @activity.defn(name="approve_documentation")
    async def approve(self, approval: ApproveInput) -> None:
        async with self._database.tenant(approval.session.organization_id) as db:
            await documents.set_status(
                db,
                approval.session.session_id,
                approval.revision,
                DocumentationStatus.APPROVED,
                by=approval.approved_by,
                at=utc_now(),
            )
        await self._progress.write(approval)

    @activity.defn(name="request_changes")
    async def request_changes(self, changes: ChangesInput) -> None:
        async with self._database.tenant(changes.session.organization_id) as db:
            await documents.set_status(
                db, changes.session.session_id, changes.revision, DocumentationStatus.CHANGES_REQUESTED
            )
        await self._progress.write(changes)


class LateAudioActivities(LateAudioSteps):
    def __init__(self, record: LateAudioRecord) -> None:
        self._record = record

    @activity.defn(name="count_late_audio")
    async def count(self, session: SessionRef) -> LateAudioResult:
        async with heartbeats():
            return await self._record.count(session, utc_now())
