"""The queue of drafts that wait for a decision, and the changes between revisions."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.record.revisions import Change, diff_statements
from models.repositories import documents
from models.repositories.documents import WaitingDraft, WaitingOf
from reports.statements import statement_text


@dataclass(frozen=True)
class ReviewQueue:
    drafts: list[WaitingDraft]
    total: int  # number of all waiting drafts
    more: bool  # whether others follow these
    by_instructor: list[WaitingOf]  # of all instructors


async def queue(
    db: AsyncSession, *, after: UUID | None = None, instructor_id: UUID | None = None, limit: int = 50
) -> ReviewQueue:
    """Waiting drafts by due time, after that of the session `after`."""
    position = await _queue_position(db, after) if after else None
    drafts = await documents.waiting(db, after=position, instructor_id=instructor_id, limit=limit + 1)
    by_instructor = await documents.waiting_by_instructor(db)
    total = sum(one.drafts for one in by_instructor if instructor_id in (None, one.instructor_id))
    return ReviewQueue(drafts[:limit], total, len(drafts) > limit, by_instructor)


async def next_after(db: AsyncSession, session_id: UUID, instructor_id: UUID | None = None) -> UUID | None:
    """The session to review after this one; after the last one, the first."""
    position = await _queue_position(db, session_id)
    following: list[WaitingDraft] = []
    if position:
        following = await documents.waiting(db, after=position, instructor_id=instructor_id, limit=1)
    drafts = following or await documents.waiting(db, instructor_id=instructor_id, limit=2)
    return next((draft.session.id for draft in drafts if draft.session.id != session_id), None)


async def changed_between(
    db: AsyncSession, session_id: UUID, earlier: int, later: int, language: str
) -> tuple[Change, ...]:
    """The changes from an earlier revision to a later one, with checks put into words of a language.

    Raises NotFound for a revision that does not exist.
    """
    before, after = [
        [
            replace(statement, text=statement_text(statement, language))
            for statement in await documents.statements(db, session_id, revision)
        ]
        for revision in (earlier, later)
    ]
    return diff_statements(before, after)


async def _queue_position(db: AsyncSession, session_id: UUID) -> documents.QueuePosition | None:
    draft = await documents.waiting_draft(db, session_id)
    return (draft.due_at, draft.session.id) if draft else None
