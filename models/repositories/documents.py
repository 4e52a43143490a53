"""Documentation, its revisions, the review queue, and briefings."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound, StaleRevision, TransitionRefused
from domain.record.audience_rule import AudienceRule
from domain.record.documentation import DocumentationStatus, Statement
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import SessionState
from domain.sessions.timeline import Step
from models.documentation import BriefingRow, Documentation, DocumentationRevision
from models.people import Instructor
from models.repositories import recordings, sessions
from models.session import Session, TimelineRow

_STATEMENTS = TypeAdapter(tuple[Statement, ...])


async def documentation(db: AsyncSession, session_id: UUID, *, lock: bool = False) -> Documentation | None:
    query = sa.select(Documentation).where(col(Documentation.session_id) == session_id)
    if lock:  # read again what this transaction may have read before it had the lock
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(query)).one_or_none()


async def revisions(db: AsyncSession, session_id: UUID) -> list[DocumentationRevision]:
    query = sa.select(DocumentationRevision).where(col(DocumentationRevision.session_id) == session_id)
    return list(await db.scalars(query.order_by(col(DocumentationRevision.revision))))


async def revision(db: AsyncSession, session_id: UUID, number: int) -> DocumentationRevision:
    """Raises NotFound."""
    row = await db.get(DocumentationRevision, (session_id, number))
    if row is None:
        raise NotFound(f"there is no revision {number} of this documentation")
    return row


async def statements(db: AsyncSession, session_id: UUID, number: int) -> tuple[Statement, ...]:
    """Raises NotFound."""
    return await statements_of(db, await revision(db, session_id, number))


async def statements_of(db: AsyncSession, row: DocumentationRevision) -> tuple[Statement, ...]:
    """The statements of a revision; an audience that is not stored is decided by whom the statement is about."""
    found = _STATEMENTS.validate_python(row.statements)
    if all(statement.audience for statement in found):
        return found
    rule = await audience_rule(db, row.session_id)
    return tuple(one if one.audience else replace(one, audience=rule.decide(one)) for one in found)


async def audience_rule(db: AsyncSession, session_id: UUID) -> AudienceRule:
    """The rule by which the audiences of a class's statements are decided and checked."""
    students = sessions.class_students(await sessions.participants(db, session_id))
    return AudienceRule(students, await recordings.speakers(db, session_id))


async def add_revision(
    db: AsyncSession,
    organization_id: UUID,
    session_id: UUID,
    content: tuple[Statement, ...],
    *,
    author: str,
    reason: str,
    based_on: int,
    at: datetime,
) -> int:
    """Add the revision after `based_on` (0: the first).

    Raises StaleRevision if another one was added before, TransitionRefused if the documentation is approved.
    """
    row = await _locked(db, organization_id, session_id)
    if row.status == DocumentationStatus.APPROVED:
        raise TransitionRefused(
            "approved documentation can't be changed", next_step="Message the family instead."
        )
    if row.revision != based_on:
        raise StaleRevision(
            f"the current revision is {row.revision}, yours is based on {based_on}",
            next_step="Read it again and redo your change.",
            current=str(row.revision),
        )
    row.revision += 1
    row.status = DocumentationStatus.DRAFT
    await db.flush()
    db.add(
        DocumentationRevision(
            organization_id=organization_id,
            session_id=session_id,
            revision=row.revision,
            author=author,
            reason=reason,
            statements=_STATEMENTS.dump_python(content, mode="json"),
            created_at=at,
        )
    )
    return row.revision


async def _locked(db: AsyncSession, organization_id: UUID, session_id: UUID) -> Documentation:
    """The documentation, locked; a new one has revision 0."""
    new = Documentation(
        organization_id=organization_id, session_id=session_id, status=DocumentationStatus.DRAFT, revision=0
    )
    await db.execute(insert(Documentation).values(new.model_dump()).on_conflict_do_nothing())
    row = await documentation(db, session_id, lock=True)
    assert row is not None, "it was just inserted, or existed"
    return row


async def set_status(
    db: AsyncSession,
    session_id: UUID,
    revision: int,
    status: DocumentationStatus,
    *,
    by: str | None = None,
    at: datetime | None = None,
) -> None:
    """Write a decision on a revision. Raises NotFound, or StaleRevision if it is not the current one."""
    row = await documentation(db, session_id, lock=True)
    if row is None:
        raise NotFound("this session has no documentation yet")
    if row.revision != revision:
        raise StaleRevision(
            f"the current revision is {row.revision}, not {revision}",
            next_step="Read the current revision first.",
        )
    row.status, row.approved_by, row.approved_at = status, by, at


async def save_briefing(db: AsyncSession, briefing: BriefingRow) -> None:
    """Write the briefing made from a class; written again, the new content replaces the old one."""
    values = briefing.model_dump()
    statement = insert(BriefingRow).values(values)
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["source_session_id"], set_={"content": values["content"]}
        )
    )


async def latest_briefing(db: AsyncSession, course_id: UUID) -> dict[str, Any] | None:
    """The content of the briefing from the course's last class, whenever that class was approved."""
    return next(iter(await latest_briefings(db, course_id, 1)), None)


async def latest_briefings(db: AsyncSession, course_id: UUID, most: int) -> list[dict[str, Any]]:
    """The contents of the briefings from the course's last classes, the latest class first."""
    query = (
        sa.select(col(BriefingRow.content))
        .outerjoin(Session, col(Session.id) == col(BriefingRow.source_session_id))
        .where(col(BriefingRow.course_id) == course_id)
        .order_by(col(Session.starts_at).desc().nulls_last(), col(BriefingRow.created_at).desc())
        .limit(most)
    )
    return list(await db.scalars(query))


async def briefing_from(db: AsyncSession, session_id: UUID) -> BriefingRow | None:
    query = sa.select(BriefingRow).where(col(BriefingRow.source_session_id) == session_id)
    return (await db.scalars(query)).one_or_none()


async def note_changes(db: AsyncSession, session_id: UUID, reason: str) -> None:
    await db.execute(
        sa.update(Documentation)
        .where(col(Documentation.session_id) == session_id)
        .values(changes_wanted=reason)
    )


@dataclass(frozen=True)
class WaitingDraft:
    """A draft that waits for a decision."""

    session: Session
    instructor: str
    status: DocumentationStatus
    revision: int
    statements: int
    since: datetime
    due_at: datetime


QueuePosition = tuple[datetime, UUID]
"""The position of a draft in the queue: its due time and its session."""


async def waiting(
    db: AsyncSession,
    *,
    after: QueuePosition | None = None,
    instructor_id: UUID | None = None,
    limit: int = 50,
) -> list[WaitingDraft]:
    """The queue of drafts by due time, starting after the position `after`."""
    query = _of(instructor_id)
    if after is not None:
        query = query.where(sa.tuple_(_DUE, col(Session.id)) > sa.tuple_(*after))
    rows = await db.execute(query.order_by(_DUE, col(Session.id)).limit(limit))
    return [WaitingDraft(*row) for row in rows]


async def waiting_draft(db: AsyncSession, session_id: UUID) -> WaitingDraft | None:
    row = (await db.execute(_waiting().where(col(Session.id) == session_id))).first()
    return WaitingDraft(*row) if row else None


class WaitingOf(NamedTuple):
    """How many drafts of an instructor's classes wait."""

    instructor_id: UUID
    name: str
    drafts: int


async def waiting_by_instructor(db: AsyncSession) -> list[WaitingOf]:
    """The instructors who have drafts in the queue, by name."""
    query = (
        sa.select(col(Instructor.id), col(Instructor.name), sa.func.count())
        .join(Session, col(Session.instructor_id) == col(Instructor.id))
        .join(Documentation, col(Documentation.session_id) == col(Session.id))
        .where(_IS_WAITING)
        .group_by(col(Instructor.id), col(Instructor.name))
        .order_by(col(Instructor.name), col(Instructor.id))
    )
    return [WaitingOf(*row) for row in await db.execute(query)]


_SINCE = sa.func.coalesce(col(TimelineRow.started_at), col(Session.ended_at), col(Session.ends_at))
_DUE = _SINCE + sa.func.coalesce(
    sa.cast(col(Session.policy)["review_within"].astext, sa.Interval), SessionPolicy().review_within
)


_IS_WAITING = sa.and_(
    col(Session.state) == SessionState.REVIEW, col(Documentation.status) != DocumentationStatus.APPROVED
)


def _of(instructor_id: UUID | None) -> sa.Select[Any]:
    query = _waiting()
    return query.where(col(Session.instructor_id) == instructor_id) if instructor_id else query


def _waiting() -> sa.Select[Any]:
    current = sa.and_(
        col(DocumentationRevision.session_id) == col(Documentation.session_id),
        col(DocumentationRevision.revision) == col(Documentation.revision),
    )
    review = sa.and_(col(TimelineRow.session_id) == col(Session.id), col(TimelineRow.step) == Step.REVIEW)
    return (
        sa.select(
            Session,
            col(Instructor.name),
            col(Documentation.status),
            col(Documentation.revision),
            sa.func.jsonb_array_length(col(DocumentationRevision.statements)),
            _SINCE.label("since"),
            _DUE.label("due_at"),
        )
        .join(Documentation, col(Documentation.session_id) == col(Session.id))
        .join(DocumentationRevision, current)
        .join(Instructor, col(Instructor.id) == col(Session.instructor_id))
        .outerjoin(TimelineRow, review)
        .where(_IS_WAITING)
    )
