"""Drafts the documentation of a class from its transcript."""

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import StaleRevision, TransitionRefused
from domain.people.roles import identity_of
from domain.record.documentation import ClassRecord, DocumentationStatus
from drafting.audience import Audiences
from drafting.engine import DraftingEngine
from models.course import Course
from models.database import Database
from models.repositories import documents, entities, recordings, sessions
from models.repositories.sessions import class_students
from workflows.contracts.record import DraftResult

ENGINE = "engine:"  # begins the author of a revision that no person wrote
_AGAIN = "drafted again with audio that came late"


class Drafts:
    def __init__(self, database: Database, engine: DraftingEngine) -> None:
        self._database = database
        self._engine = engine

    async def draft(
        self, organization_id: UUID, session_id: UUID, now: datetime, reopenings: int = 0
    ) -> DraftResult:
        """Write a revision from the whole transcript, after those of before the class was reopened.

        A draft of an earlier attempt stays as it is, since somebody may be reading it. Raises Unavailable where the
        engine or the database isn't responding.
        """
        if earlier := await self._earlier(organization_id, session_id, reopenings):
            return earlier
        try:
            return await self._write(organization_id, session_id, now, _reason(reopenings))
        except StaleRevision:
            # An earlier attempt that timed out has written its draft in the meantime.
            if earlier := await self._earlier(organization_id, session_id, reopenings):
                return earlier
            raise

    async def draft_again(self, organization_id: UUID, session_id: UUID, now: datetime) -> int | None:
        """Write a revision from a transcript that has grown; None where a person has worked on the draft.

        Raises Unavailable where the engine or the database isn't responding.
        """
        async with self._database.tenant(organization_id) as db:
            before = await documents.documentation(db, session_id)
            revisions = await documents.revisions(db, session_id)
        untouched = all(row.author.startswith(ENGINE) for row in revisions)
        if before is None or before.status != DocumentationStatus.DRAFT or not untouched:
            return None
        try:
            return (await self._write(organization_id, session_id, now, _AGAIN, before.revision)).revision
        except (StaleRevision, TransitionRefused):
            return None

    async def _earlier(self, organization_id: UUID, session_id: UUID, reopenings: int) -> DraftResult | None:
        """The draft that is there: the first one is written before any other revision, a later one once."""
        async with self._database.tenant(organization_id) as db:
            revisions = await documents.revisions(db, session_id)
        if reopenings:
            revisions = [row for row in revisions if row.reason == _reason(reopenings)]
        if not revisions:
            return None
        return DraftResult(len(revisions[-1].statements), 0, revisions[-1].revision)

    async def _write(
        self, organization_id: UUID, session_id: UUID, now: datetime, reason: str, based_on: int | None = None
    ) -> DraftResult:
        """`based_on`: the only revision that may be there before; by default the one that is there."""
        async with self._database.tenant(organization_id) as db:
            record = await class_record(db, session_id)
            before = await documents.documentation(db, session_id)
        if based_on is None:
            based_on = before.revision if before else 0
        drafted = await self._engine.draft(record)
        statements = await asyncio.to_thread(Audiences(record).decide, drafted.statements)
        async with self._database.tenant(organization_id) as db:
            revision = await documents.add_revision(
                db,
                organization_id,
                session_id,
                statements,
                author=f"{ENGINE}{drafted.engine}",
                reason=reason,
                based_on=based_on,
                at=now,
            )
        return DraftResult(len(statements), drafted.dropped, revision)


def _reason(reopenings: int) -> str:
    again = {0: "", 1: " after the class was reopened"}
    return f"drafted from the transcript{again.get(reopenings, f' after reopening {reopenings}')}"


async def class_record(db: AsyncSession, session_id: UUID) -> ClassRecord:
    """What a documentation is drafted from, and its audiences are decided by."""
    session = await sessions.get_session(db, session_id)
    course = await entities.get(db, Course, session.course_id)
    topics = await sessions.topics(db, session_id)
    participants = await sessions.participants(db, session_id)
    utterances = await recordings.transcript(db, session_id)
    return ClassRecord(
        course=course.title,
        topics=tuple(topic.title for topic in topics),
        utterances=tuple(utterances),
        roles={identity_of(person.id): person.role for person in participants},
        language=utterances[0].language if utterances else "en",
        students=class_students(participants),
    )
