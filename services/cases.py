"""Exceptions (cases): open, assign, resolve and reopen them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind, route
from domain.errors import TransitionRefused
from domain.people.access import Principal
from domain.subjects import Subject
from models.access import Member
from models.exception_case import ExceptionCase
from models.repositories import cases, entities
from models.repositories.cases import QueuedCase

_HOMEROOM = "homeroom"  # as the author of changes


@dataclass(frozen=True)
class NewCase:
    organization_id: UUID
    subject: Subject
    kind: ExceptionKind
    occasion: str = ""  # tells apart cases of one kind and subject
    detail: Mapping[str, str] = field(default_factory=dict)  # codes, counts, ids
    key: str = ""  # of this report of the cause, so that no report counts twice; empty: there is only one

    @classmethod
    def about_session(
        cls,
        organization_id: UUID,
        session_id: UUID,
        kind: ExceptionKind,
        occasion: str,
        detail: Mapping[str, str],
        key: str = "",
    ) -> Self:
        return cls(organization_id, Subject.session(session_id), kind, occasion, detail, key)


async def open_case(db: AsyncSession, new: NewCase, now: datetime) -> bool:
    """Report a cause, of which subject, kind and occasion tell; returns whether this opened a case.

    While a case of the cause is open, the report is added to it. After that case is resolved, the next report opens a
    new one in the queue of the kind's owner. A report that was made before changes nothing.
    """
    routing = route(new.kind)
    cause = f"homeroom:case:{new.subject.id}:{new.kind}:{new.occasion}"
    row = ExceptionCase(
        id=uuid5(NAMESPACE_URL, f"{cause}:{new.key}" if new.key else cause),
        organization_id=new.organization_id,
        subject_kind=new.subject.kind,
        subject_id=new.subject.id,
        kind=new.kind,
        occasion=new.occasion,
        severity=routing.severity,
        owner=routing.owner,
        due_at=now + routing.due_within,
        detail=dict(new.detail),
        opened_at=now,
        reports=[new.key],
    )
    return await cases.report(db, row)


async def assign(db: AsyncSession, who: Principal, case_id: UUID, member_id: UUID | None) -> QueuedCase:
    """Assign a case to a member of staff; None: to the caller.

    Raises NotFound, UnknownReference, TransitionRefused for a case that is resolved.
    """
    queued = await _open(db, case_id)
    if member_id is not None:
        await entities.in_use(db, Member, member_id)
    queued.case.assignee = f"member:{member_id}" if member_id else who.actor
    return queued


async def resolve(
    db: AsyncSession, who: Principal, case_id: UUID, resolution: str, now: datetime
) -> QueuedCase:
    """Resolve a case. Raises NotFound, TransitionRefused for a case that is resolved already."""
    queued = await _open(db, case_id)
    queued.case.state, queued.case.resolved_at = "resolved", now
    queued.case.resolved_by, queued.case.resolution = who.actor, resolution
    return queued


def resolve_by_itself(case: ExceptionCase, why: str, now: datetime) -> None:
    """Resolve a case whose cause has gone away."""
    case.state, case.resolved_at, case.resolved_by, case.resolution = "resolved", now, _HOMEROOM, why


async def reopen(db: AsyncSession, case_id: UUID) -> QueuedCase:
    """Open a resolved case again. Raises NotFound, TransitionRefused if its cause has a newer case that is open."""
    queued = await cases.get(db, case_id, lock=True)
    if queued.case.state != "open" and await cases.open_one(db, queued.case):
        raise TransitionRefused(
            "the same has happened again since, and has an open exception", next_step="Work on that one."
        )
    queued.case.state, queued.case.resolved_at, queued.case.resolved_by = "open", None, ""
    return queued


async def _open(db: AsyncSession, case_id: UUID) -> QueuedCase:
    queued = await cases.get(db, case_id, lock=True)
    if queued.case.state != "open":
        raise TransitionRefused("this exception is resolved", next_step="Reopen it first.")
    return queued
