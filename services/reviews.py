"""The queue of drafts that wait for a decision, and what their revisions changed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.record.revisions import Change, diff_statements
from models.repositories import documents
from models.repositories.documents import WaitingDraft


@dataclass(frozen=True)
class Queue:
    drafts: list[WaitingDraft]
    total: int  # of all that wait
    more: bool  # after these


async def queue(
    db: AsyncSession, *, after: UUID | None = None, instructor_id: UUID | None = None, limit: int = 50
) -> Queue:
    """Drafts by due time, from behind the one of the session `after` on."""
    place = await _place(db, after) if after else None
    found = await documents.waiting(db, after=place, instructor_id=instructor_id, limit=limit + 1)
    return Queue(found[:limit], await documents.how_many_wait(db, instructor_id), len(found) > limit)


async def next_after(db: AsyncSession, session_id: UUID, instructor_id: UUID | None = None) -> UUID | None:
    """The session to review after this one; from the end of the queue back to its beginning."""
    place = await _place(db, session_id)
    behind = await documents.waiting(db, after=place, instructor_id=instructor_id, limit=1) if place else []
    found = behind or await documents.waiting(db, instructor_id=instructor_id, limit=2)
    return next((draft.session.id for draft in found if draft.session.id != session_id), None)


async def changed_between(db: AsyncSession, session_id: UUID, earlier: int, later: int) -> tuple[Change, ...]:
    """Raises NotFound for a revision that does not exist."""
    before = await documents.statements(db, session_id, earlier)
    return diff_statements(before, await documents.statements(db, session_id, later))


async def _place(db: AsyncSession, session_id: UUID) -> documents.Place | None:
    draft = await documents.waiting_one(db, session_id)
    return (draft.due_at, draft.session.id) if draft else None
