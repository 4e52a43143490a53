"""Documentation: drafted, decided on."""

from temporalio import activity

from activities.progress import ProgressWriter, utc_now
from domain.errors import StaleRevision
from domain.people.roles import identity_of
from domain.record.documentation import ClassRecord, DocumentationStatus
from drafting.engine import DraftingEngine
from models.course import Course
from models.database import Database
from models.repositories import documents, entities, recordings, sessions
from workflows.contracts.common import SessionRef, StepInput
from workflows.contracts.record import ApproveInput, ChangesInput, DocumentationSteps, DraftResult


class DocumentationActivities(DocumentationSteps):
    def __init__(self, database: Database, progress: ProgressWriter, engine: DraftingEngine) -> None:
        self._database = database
        self._progress = progress
        self._engine = engine

    @activity.defn(name="draft_documentation")
    async def draft(self, step: StepInput) -> DraftResult:
        """A draft that an earlier attempt has written stays as it is: somebody may be reading it."""
        async with self._progress.step(step) as note:
            result = await self._drafted_before(step.session) or await self._draft_once(step.session)
            note.text = f"{result.statements} statements"
        return result

    async def _drafted_before(self, ref: SessionRef) -> DraftResult | None:
        async with self._database.tenant(ref.organization_id) as db:
            existing = await documents.documentation(db, ref.session_id)
            if existing is None:
                return None
            known = await documents.statements(db, ref.session_id, existing.revision)
        return DraftResult(len(known), 0, existing.revision)

    async def _draft_once(self, ref: SessionRef) -> DraftResult:
        try:
            return await self._draft(ref)
        except StaleRevision:
            # An attempt that was given up for late has written its draft after all.
            before = await self._drafted_before(ref)
            if before is None:
                raise
            return before

    async def _draft(self, ref: SessionRef) -> DraftResult:
        drafted = await self._engine.draft(await self._class_record(ref))
        async with self._database.tenant(ref.organization_id) as db:
            revision = await documents.add_revision(
                db,
                ref.organization_id,
                ref.session_id,
                drafted.statements,
                author=f"engine:{drafted.engine}",
                reason="drafted from the transcript",
                based_on=0,
                at=utc_now(),
            )
        return DraftResult(len(drafted.statements), drafted.dropped, revision)

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

    async def _class_record(self, ref: SessionRef) -> ClassRecord:
        async with self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            course = await entities.get(db, Course, session.course_id)
            topics = await sessions.topics(db, ref.session_id)
            everybody = await sessions.participants(db, ref.session_id)
            said = await recordings.transcript(db, ref.session_id)
        return ClassRecord(
            course=course.title,
            topics=tuple(topic.title for topic in topics),
            utterances=tuple(said),
            roles={identity_of(person.id): person.role for person in everybody},
            language=said[0].language if said else "en",
        )
