"""Taking and resolving exceptions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import TransitionRefused, UnknownReference
from domain.people.access import Principal
from models.access import Member
from models.repositories import cases
from models.repositories.cases import QueuedCase


async def assign(db: AsyncSession, who: Principal, case_id: UUID, member_id: UUID | None) -> QueuedCase:
    """To a member of staff; to who asks where nobody is named. Raises NotFound, UnknownReference, TransitionRefused."""
    queued = await _open(db, case_id)
    if member_id is not None:
        member = await db.get(Member, member_id)
        if member is None or member.retired_at is not None:
            raise UnknownReference(
                f"there is no member {member_id}", next_step="Use the id of a staff member."
            )
    queued.case.assignee = f"member:{member_id}" if member_id else who.actor
    return queued


async def resolve(
    db: AsyncSession, who: Principal, case_id: UUID, resolution: str, now: datetime
) -> QueuedCase:
    """Raises NotFound, TransitionRefused for one that is resolved already."""
    queued = await _open(db, case_id)
    queued.case.state, queued.case.resolved_at = "resolved", now
    queued.case.resolved_by, queued.case.resolution = who.actor, resolution
    return queued


async def reopen(db: AsyncSession, case_id: UUID) -> QueuedCase:
    """What was resolved too early. Raises NotFound."""
    queued = await cases.get(db, case_id, lock=True)
    queued.case.state, queued.case.resolved_at, queued.case.resolved_by = "open", None, ""
    return queued


async def _open(db: AsyncSession, case_id: UUID) -> QueuedCase:
    queued = await cases.get(db, case_id, lock=True)
    if queued.case.state != "open":
        raise TransitionRefused("this exception is resolved", next_step="Reopen it first.")
    return queued
