"""Documentation: drafted, decided on."""

from temporalio import activity

from activities.progress import Progress, utc_now
from domain.documentation import ClassRecord, DocumentationStatus
from domain.roles import identity_of
from drafting.engine import DraftingEngine
from models.course import Course
from models.database import Database
from models.repositories import documents, people, recordings, sessions
from workflows.contracts.common import SessionRef, StepInput
from workflows.contracts.record import ApproveInput, ChangesInput, DocumentationSteps, DraftResult


class DocumentationActivities(DocumentationSteps):
    def __init__(self, database: Database, progress: Progress, engine: DraftingEngine) -> None:
        self._database = database
        self._progress = progress
        self._engine = engine

    @activity.defn(name="draft_documentation")
    async def draft(self, step: StepInput) -> DraftResult:
        ref = step.session
        async with self._progress.step(step) as note:
            drafted = await self._engine.draft(await self._class_record(ref))
            async with self._database.tenant(ref.organization_id) as db:
                existing = await documents.documentation(db, ref.session_id)
                revision = existing.revision if existing else 0
                if existing is None:
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
            note.text = f"{len(drafted.statements)} statements"
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
            course = await people.get(db, Course, session.course_id)
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
