"""The outbox: messages, written with the change that caused them, and their delivery."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.notices.kinds import WITH_JOIN_LINKS, DeliveryState, NoticeKind
from domain.subjects import Subject, SubjectKind
from models.database import DUE_NOTICES
from models.notice import WITHDRAWN, Notice
from models.people import Guardian, StudentGuardian
from models.repositories import pages
from models.repositories.pages import PageRequest
from models.session import Participant


@dataclass(frozen=True)
class Undelivered:
    """A notice with a delivery of its own that is neither sent nor given up."""

    id: UUID
    organization_id: UUID
    deliver_by: datetime
    after: timedelta = timedelta()  # that its delivery waits: a digest gathers first


async def prepare(db: AsyncSession, notices: Sequence[Notice]) -> None:
    """Write outbox rows; a notice whose key exists already is left as it is."""
    if notices:
        values = [notice.model_dump(exclude={"session_id"}) for notice in notices]
        await db.execute(insert(Notice).values(values).on_conflict_do_nothing())


async def prepare_deliveries(db: AsyncSession, notices: Sequence[Notice]) -> None:
    """As `prepare`, for notices with a delivery of their own: those that are due are delivered after the commit."""
    await prepare(db, notices)
    due = [
        Undelivered(notice.id, notice.organization_id, notice.deliver_by)
        for notice in notices
        if notice.deliver_by and notice.send_after <= notice.created_at
    ]
    db.info.setdefault(DUE_NOTICES, []).extend(due)


async def deliver_digest(db: AsyncSession, digest: Notice, now: datetime) -> None:
    """Deliver a digest after the commit, once it is complete; one that quiet hours hold is left to housekeeping."""
    if digest.deliver_by and digest.gathers_until and digest.send_after <= now:
        after = max(digest.gathers_until - now, timedelta())
        due = Undelivered(digest.id, digest.organization_id, digest.deliver_by, after)
        db.info.setdefault(DUE_NOTICES, []).append(due)


async def last_digest(db: AsyncSession, act_id: UUID, recipient_id: UUID) -> tuple[Notice | None, int]:
    """The latest digest of an act for a person, locked, and how many there are."""
    of_act = sa.and_(col(Notice.act_id) == act_id, col(Notice.recipient_id) == recipient_id)
    count = await db.scalar(sa.select(sa.func.count()).select_from(Notice).where(of_act)) or 0
    query = sa.select(Notice).where(of_act).order_by(col(Notice.created_at).desc(), col(Notice.id)).limit(1)
    found = await db.scalars(query.with_for_update().execution_options(populate_existing=True))
    return found.one_or_none(), count


async def gathering_digests(db: AsyncSession, act_id: UUID) -> list[Notice]:
    """The digests of an act that take further messages, locked in the order of their readers."""
    query = sa.select(Notice).where(
        col(Notice.act_id) == act_id, col(Notice.gathers_until).is_not(None), _waits()
    )
    query = query.order_by(col(Notice.recipient_id)).with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


async def lock(db: AsyncSession, notice_id: UUID) -> Notice:
    """Raises NotFound."""
    row = await db.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no notice {notice_id}")
    return row


async def in_digest(db: AsyncSession, digest_id: UUID) -> list[Notice]:
    """What a digest says, or is to say, by the start of the classes."""
    query = sa.select(Notice).where(col(Notice.digest_id) == digest_id)
    return list(await db.scalars(query.order_by(col(Notice.class_starts_at), col(Notice.id))))


async def move_to_digest(db: AsyncSession, earlier_id: UUID, again_id: UUID) -> int:
    """Let what a failed digest was to say wait in another one; returns how many messages that are."""
    moved = await db.execute(
        sa.update(Notice)
        .where(
            col(Notice.digest_id) == earlier_id,
            col(Notice.failed_at).is_not(None),
            col(Notice.error) != WITHDRAWN,
        )
        .values(digest_id=again_id, failed_at=None, error="")
        .returning(col(Notice.id))
    )
    return len(moved.all())


def _with_gathered(notice_id: UUID) -> sa.ColumnElement[bool]:
    """A message and, if it is a digest, what it says."""
    return (col(Notice.id) == notice_id) | ((col(Notice.digest_id) == notice_id) & _waits())


def _waits() -> sa.ColumnElement[bool]:
    return col(Notice.sent_at).is_(None) & col(Notice.failed_at).is_(None)


async def by_keys(db: AsyncSession, keys: Sequence[str]) -> list[Notice]:
    return list(
        await db.scalars(sa.select(Notice).where(col(Notice.key).in_(list(keys))).order_by(col(Notice.id)))
    )


async def of_session(db: AsyncSession, session_id: UUID) -> list[Notice]:
    query = sa.select(Notice).where(col(Notice.session_id) == session_id)
    return list(await db.scalars(query.order_by(col(Notice.created_at), col(Notice.id))))


async def about_subject(db: AsyncSession, subject: Subject, most: int) -> list[Notice]:
    """The latest messages about a subject, the latest first."""
    query = sa.select(Notice).where(
        col(Notice.subject_kind) == subject.kind, col(Notice.subject_id) == subject.id
    )
    query = query.order_by(col(Notice.created_at).desc(), col(Notice.id)).limit(most)
    return list(await db.scalars(query))


async def last_of_subjects(
    db: AsyncSession, kind: SubjectKind, keys: Collection[UUID], *, failed: bool
) -> dict[UUID, Notice]:
    """By subject, the latest message about it that was sent, or, with `failed`, that has met an error."""
    met = col(Notice.error) != "" if failed else col(Notice.sent_at).is_not(None)
    query = sa.select(Notice).where(col(Notice.subject_kind) == kind, col(Notice.subject_id).in_(keys), met)
    query = query.order_by(col(Notice.subject_id), col(Notice.created_at).desc()).ext(
        distinct_on(col(Notice.subject_id))
    )
    return {row.subject_id: row for row in await db.scalars(query)}


async def about_start(
    db: AsyncSession, session_id: UUID, kinds: Collection[str], starts_at: datetime
) -> list[Notice]:
    """The messages of these kinds about this start of a class, the earliest first."""
    query = sa.select(Notice).where(
        col(Notice.session_id) == session_id,
        col(Notice.kind).in_(kinds),
        col(Notice.class_starts_at) == starts_at,
    )
    return list(await db.scalars(query.order_by(col(Notice.created_at), col(Notice.id))))


async def last_to(db: AsyncSession, recipient_id: UUID, kind: str) -> Notice | None:
    """The latest message of a kind about somebody's own account."""
    query = sa.select(Notice).where(
        col(Notice.subject_id) == recipient_id,
        col(Notice.kind) == kind,
        col(Notice.recipient_id) == recipient_id,
    )
    return (await db.scalars(query.order_by(col(Notice.created_at).desc()).limit(1))).one_or_none()


async def told_starts(db: AsyncSession, session_id: UUID) -> dict[UUID, datetime]:
    """By recipient, the start of the class that the last message sent to them names."""
    query = (
        sa.select(col(Notice.recipient_id), col(Notice.class_starts_at))
        .ext(distinct_on(col(Notice.recipient_id)))
        .where(
            col(Notice.session_id) == session_id,
            col(Notice.sent_at).is_not(None),
            col(Notice.class_starts_at).is_not(None),
        )
        .order_by(col(Notice.recipient_id), col(Notice.sent_at).desc())
    )
    rows = await db.execute(query)
    return {row.recipient_id: row.class_starts_at for row in rows}


async def get(db: AsyncSession, notice_id: UUID) -> Notice:
    """Raises NotFound."""
    row = await db.get(Notice, notice_id)
    if row is None:
        raise NotFound(f"there is no notice {notice_id}")
    return row


async def page(
    db: AsyncSession, request: PageRequest, state: DeliveryState | None
) -> tuple[list[Notice], bool]:
    return await pages.page(db, Notice, request, _is(state))


def _is(state: DeliveryState | None) -> sa.ColumnElement[bool]:
    sent, failed, error = col(Notice.sent_at), col(Notice.failed_at), col(Notice.error)
    if state == DeliveryState.WAITING:
        return sent.is_(None) & failed.is_(None)
    if state == DeliveryState.SENT:
        return sent.is_not(None)
    if state == DeliveryState.FAILED:
        return failed.is_not(None) & (error != WITHDRAWN)
    if state == DeliveryState.WITHDRAWN:
        return failed.is_not(None) & (error == WITHDRAWN)
    return sa.true()


async def mark_sent(db: AsyncSession, notice_id: UUID, at: datetime) -> None:
    await db.execute(
        sa.update(Notice)
        .where(_with_gathered(notice_id))
        .values(sent_at=at, attempts=col(Notice.attempts) + 1, error="", sealed="")
    )


async def mark_failed(db: AsyncSession, notice_id: UUID, code: str, at: datetime | None) -> None:
    """Count a failed attempt. With `at` it was the last one."""
    final = {"failed_at": at, "sealed": ""} if at else {}
    await db.execute(
        sa.update(Notice)
        .where(_with_gathered(notice_id))
        .values(attempts=col(Notice.attempts) + 1, error=code, **final)
    )


async def withdraw(db: AsyncSession, notice_id: UUID, at: datetime) -> None:
    """Mark a notice that will not be sent because its content is no longer true."""
    await db.execute(
        sa.update(Notice).where(_with_gathered(notice_id)).values(failed_at=at, error=WITHDRAWN, sealed="")
    )


async def rewrite(db: AsyncSession, notice_id: UUID, **values: str) -> None:
    """Change what a notice that waits says, and to which address it goes."""
    await db.execute(sa.update(Notice).where(col(Notice.id) == notice_id, _waits()).values(**values))


async def withdraw_repeats(
    db: AsyncSession, session_ids: Collection[UUID], recipient_ids: Collection[UUID], at: datetime
) -> None:
    """Withdraw messages with join links that were sent again to these people and wait to be delivered.

    Those of the classes' own notices are written anew when they are delivered.
    """
    await db.execute(
        sa.update(Notice)
        .where(
            col(Notice.session_id).in_(session_ids),
            col(Notice.recipient_id).in_(recipient_ids),
            col(Notice.kind).in_(WITH_JOIN_LINKS),
            col(Notice.deliver_by).is_not(None),
            _waits(),
        )
        .values(failed_at=at, error=WITHDRAWN)
    )


async def withdraw_from_former(
    db: AsyncSession, session_ids: Collection[UUID], guardian_ids: Collection[UUID], at: datetime
) -> None:
    """Withdraw what waits to be told to guardians who have no child in the class any more, or are retired."""
    has_child = (
        sa.select(sa.literal(1))
        .select_from(StudentGuardian)
        .join(Guardian, col(Guardian.id) == col(StudentGuardian.guardian_id))
        .join(Participant, col(Participant.student_id) == col(StudentGuardian.student_id))
        .where(
            col(StudentGuardian.guardian_id) == col(Notice.recipient_id),
            col(Guardian.retired_at).is_(None),
            col(Participant.session_id) == col(Notice.session_id),
            col(Participant.removed_at).is_(None),
        )
        .correlate(Notice)
    )
    await db.execute(
        sa.update(Notice)
        .where(
            col(Notice.session_id).in_(session_ids),
            col(Notice.recipient_id).in_(guardian_ids),
            _waits(),
            ~has_child.exists(),
        )
        .values(failed_at=at, error=WITHDRAWN, sealed="")
        .execution_options(synchronize_session=False)
    )


async def withdraw_waiting(
    db: AsyncSession,
    session_id: UUID,
    recipient_ids: Collection[UUID],
    at: datetime,
    kind: NoticeKind | None = None,
) -> None:
    """Withdraw what waits to be told to these people about a class; None: messages of all kinds."""
    await db.execute(
        sa.update(Notice)
        .where(
            col(Notice.session_id) == session_id,
            col(Notice.recipient_id).in_(recipient_ids),
            _waits(),
            col(Notice.kind) == kind if kind else sa.true(),
        )
        .values(failed_at=at, error=WITHDRAWN, sealed="")
    )


async def undelivered(db: AsyncSession, most: int) -> list[Undelivered]:
    """The most urgent ones of all tenants, read with a function of the schema that may cross tenants."""
    rows = await db.execute(sa.text("select * from undelivered_notices(:most)"), {"most": most})
    return [Undelivered(row.id, row.organization_id, row.deliver_by) for row in rows]
