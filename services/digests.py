"""Gathers what one act does to several classes of a person: their messages are said in one, the digest.

Each message keeps its row in the outbox, with its key, and waits in a digest instead of having a delivery of its own.
The digest is a row too, with a delivery of its own that begins when it is complete; it is written from the messages
that still wait in it then (services/digest_mails.py). Rows are locked in the order of their readers.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.digests import complete_at
from domain.notices.kinds import DigestNoticeKind, notice_id, notice_key
from domain.subjects import SubjectKind
from models.notice import Notice
from models.repositories import booking_imports, notices

DELIVER_WITHIN = timedelta(hours=12)  # after it may be sent


async def gather_in_digests(
    db: AsyncSession, act_id: UUID, messages: Sequence[Notice], now: datetime
) -> None:
    """Let messages about classes, which are to be written next, wait in the digests of their readers.

    A message that is written already stays where it is.
    """
    known = {row.key for row in await notices.by_keys(db, [message.key for message in messages])}
    is_import = await booking_imports.state_of(db, act_id) is not None
    by_reader: dict[UUID, list[Notice]] = defaultdict(list)
    for message in messages:
        if message.key not in known:
            by_reader[message.recipient_id].append(message)
    for reader_id in sorted(by_reader):
        own = by_reader[reader_id]
        digest = await _gathering(db, act_id, own, now, is_import=is_import)
        for message in own:
            message.digest_id, message.deliver_by = digest.id, None
        await notices.deliver_digest(db, digest, now)


async def keep_gathering(db: AsyncSession, import_id: UUID, now: datetime) -> None:
    """Let the digests of an import that goes on wait for its further classes."""
    for digest in await notices.gathering_digests(db, import_id):
        digest.gathers_until = complete_at(digest.created_at, now, is_import=True)


async def _gathering(
    db: AsyncSession, act_id: UUID, own: Sequence[Notice], now: datetime, *, is_import: bool
) -> Notice:
    """The digest that takes these messages to one reader: the one that gathers, or a further one."""
    digest, number = await notices.last_digest(db, act_id, own[0].recipient_id)
    while digest is None or not digest.waits or digest.gathers_until is None:
        # Later than the one before, whatever this clock says: the latest is the one that gathers.
        at = max(now, digest.created_at + timedelta(microseconds=1)) if digest else now
        await notices.prepare(db, [_digest(act_id, own[0], number, at)])
        digest, number = await notices.last_digest(db, act_id, own[0].recipient_id)
    digest.gathers_until = complete_at(digest.created_at, now, is_import=is_import)
    digest.send_after = min([digest.send_after, *(message.send_after for message in own)])
    await db.flush()
    return digest


def _digest(act_id: UUID, message: Notice, number: int, now: datetime) -> Notice:
    """Until it is complete it says what its first message says."""
    kind = DigestNoticeKind.CLASSES_CHANGED
    key = notice_key(act_id, kind, message.recipient_id, str(number))
    return Notice(
        id=notice_id(key),
        organization_id=message.organization_id,
        key=key,
        subject_kind=SubjectKind(message.recipient_kind),
        subject_id=message.recipient_id,
        kind=kind,
        recipient_kind=message.recipient_kind,
        recipient_id=message.recipient_id,
        address=message.address,
        subject=message.subject,
        html=message.html,
        text=message.text,
        calendar=message.calendar,
        act_id=act_id,
        gathers_until=complete_at(now, now),
        send_after=message.send_after,
        deliver_by=message.send_after + DELIVER_WITHIN,
        created_at=now,
    )
