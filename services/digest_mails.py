"""Writes digests: one mail with all that an act does to the classes of a person, as these classes are when it is sent.

What became outdated meanwhile is withdrawn, as is a digest of which nothing is left. A digest of one message reads like
that message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import TransitionRefused
from domain.notices.digests import complete_at
from domain.notices.kinds import DigestNoticeKind, NoticeKind
from domain.sessions.booking_imports import ImportState
from models.database import Database
from models.notice import Notice
from models.people import Instructor
from models.repositories import booking_imports, entities, notices
from reports.class_digests import DigestClass, render_class_digest
from services.notice_content import ClassFacts, context, gather
from services.notices import REWRITTEN, ClassNotice, facts_now, notice_row
from services.recipients import Recipient, instructor_reader
from signing.links import LinkSigner


@dataclass(frozen=True)
class _Said:
    """A message of a digest as it reads now."""

    message: Notice
    said: DigestClass
    reader: Recipient


class DigestMails:
    def __init__(self, database: Database, links: LinkSigner, sender_address: str) -> None:
        """`sender_address` is the address that mails come from."""
        self._database = database
        self._links = links
        self._sender_address = sender_address

    async def gathers_until(self, organization_id: UUID, notice_id: UUID, now: datetime) -> datetime | None:
        """When to look whether the digest is complete; None: it is, or the notice is none.

        That of an import which still books waits for it, however long its worker is lost. Raises NotFound, Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            row = await notices.get(db, notice_id)
            until = row.gathers_until if row.waits else None
            if until and row.act_id and await booking_imports.state_of(db, row.act_id) == ImportState.RUNNING:
                until = max(until, complete_at(row.created_at, now, is_import=True))
            return until if until and until > now else None

    async def write(self, organization_id: UUID, notice_id: UUID, now: datetime) -> None:
        """Write a digest that waits, and let no further message into it. Raises NotFound, Unavailable."""
        async with self._database.tenant(organization_id) as db:
            row = await notices.get(db, notice_id)
            if row.kind != DigestNoticeKind.CLASSES_CHANGED:
                return
            digest = await notices.lock(db, notice_id)
            if not digest.waits:
                return
            digest.gathers_until = None
            await db.flush()
            said = await self._said(db, digest.id, now)
            if not said:
                await notices.withdraw(db, digest.id, now)
                return
            await notices.rewrite(db, digest.id, **self._content(said))

    async def _said(self, db: AsyncSession, digest_id: UUID, now: datetime) -> Sequence[_Said]:
        found = []
        for message in await notices.in_digest(db, digest_id):
            if not message.waits:
                continue
            try:
                facts, reader = await _read(db, message, now)
            except TransitionRefused:
                await notices.withdraw(db, message.id, now)
                continue
            kind = NoticeKind(message.kind)
            content = context(facts, kind, reader, self._links, now)
            notice = ClassNotice(message.organization_id, facts.session.id, kind)
            written = notice_row(self._links, self._sender_address, facts, notice, reader, now, content)
            found.append(_Said(written, DigestClass(facts.session.id, kind, content), reader))
        return found

    def _content(self, said: Sequence[_Said]) -> dict[str, str]:
        if len(said) == 1:
            return {name: getattr(said[0].message, name) for name in REWRITTEN}
        reader = said[0].reader
        last = max(said, key=lambda one: one.message.class_starts_at or one.message.created_at)
        message = render_class_digest(
            [one.said for one in said],
            for_instructor=reader.kind == "instructor",
            page_url=self._links.teaching_page("")
            if reader.kind == "instructor"
            else last.said.context.family_url,
            language=reader.language,
            time_zone=reader.time_zone,
        )
        calendars = {one.message.subject_id: one.message.calendar for one in said}
        return {
            "address": reader.address,
            "subject": message.subject,
            "html": message.html,
            "text": message.text,
            "calendar": "".join(calendars.values()),
            "unsubscribe_url": "",
        }


async def _read(db: AsyncSession, message: Notice, now: datetime) -> tuple[ClassFacts, Recipient]:
    """Raises TransitionRefused for a message that is no longer true."""
    if message.kind != NoticeKind.REPLACED:
        return await facts_now(db, message, now, message.class_starts_at)
    assert message.session_id is not None, "it is about a class"
    facts = await gather(db, message.session_id, NoticeKind.REPLACED)
    if facts.session.instructor_id == message.recipient_id:
        raise TransitionRefused("the instructor teaches the class again")
    former = await entities.get(db, Instructor, message.recipient_id)
    return facts, instructor_reader(former, ())


async def digest_again(
    db: AsyncSession, earlier: Notice, again_id: UUID, now: datetime, deliver_by: datetime
) -> Notice:
    """A digest that could not be delivered, to be delivered again. Raises TransitionRefused for one that was sent."""
    again = Notice.model_validate(earlier.model_dump(exclude={"session_id"}))
    again.id, again.key = again_id, f"{earlier.key.partition('#')[0]}#{again_id}"
    again.act_id, again.gathers_until = None, None
    again.created_at, again.send_after, again.deliver_by = now, now, deliver_by
    again.sent_at, again.failed_at, again.attempts, again.error = None, None, 0, ""
    if not await notices.move_to_digest(db, earlier.id, again_id):
        raise TransitionRefused(
            "this message was sent, or is out of date",
            next_step="Send the messages about its classes again, each from the page of its class.",
        )
    return again
