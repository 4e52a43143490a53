"""Sends the notices about a class: writes all outbox rows in one transaction, then delivers each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import MailboxBusy, TransitionRefused
from domain.notices.kinds import (
    UNINVITING,
    WITH_JOIN_LINKS,
    Audience,
    NoticeKind,
    audiences,
    is_about_one_person,
    is_of_each_start,
    notice_id,
    notice_key,
    person_in,
)
from domain.notices.timing import is_outdated
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.database import Database
from models.notice import Notice
from models.repositories import notices, sessions
from models.session import Participant
from reports.calendars import calendar_entry
from reports.contexts import ClassContext
from reports.notices import render_notice
from services.digests import gather_in_digests
from services.notice_content import ClassFacts, context, gather, join_urls
from services.outbox import Outbox
from services.recipients import Recipient, recipients
from signing.links import LinkSigner

# Said of a moment that a later message could not be written about.
_ABOUT_ONE_MOMENT = (
    NoticeKind.SUBSTITUTE_OFFER,
    NoticeKind.REPLACED,
    NoticeKind.DELAYED,
)
REWRITTEN = ("address", "subject", "html", "text", "calendar", "unsubscribe_url")


@dataclass(frozen=True)
class ClassNotice:
    """One kind of notice about one class, to all its recipients."""

    organization_id: UUID
    session_id: UUID
    kind: NoticeKind
    occasion: str = ""
    starts_at: datetime | None = None  # the start that it is about; None: the present one
    student_ids: tuple[UUID, ...] = ()  # whom a change of the class's people is about
    act_id: UUID | None = None  # the act on many classes that it is a part of; None: it is sent by itself


class ClassNotices:
    def __init__(self, database: Database, links: LinkSigner, outbox: Outbox) -> None:
        self._database = database
        self._links = links
        self._outbox = outbox

    async def send(self, notice: ClassNotice) -> list[Notice]:
        """Write and deliver a notice; returns its outbox rows afterwards.

        Raises Unavailable, MailboxBusy; called again, it delivers those that are not sent yet.
        """
        async with self._database.tenant(notice.organization_id) as db:
            prepared = await self._prepare(db, notice)
        await self._deliver_due(prepared)
        async with self._database.tenant(notice.organization_id) as db:
            return await notices.by_keys(db, [message.key for message in prepared])

    async def _prepare(self, db: AsyncSession, notice: ClassNotice) -> list[Notice]:
        """The outbox rows of this notice, those of an earlier attempt included; outdated ones are withdrawn.

        A notice about a start from which the class was moved since is not written.
        """
        now = datetime.now(UTC)
        facts = await gather(db, notice.session_id, notice.kind, notice.student_ids)
        readers = await recipients(
            db, notice.kind, facts.session, facts.instructor, facts.participants, now, facts.changed
        )
        about = notice.starts_at or facts.session.starts_at
        written = await _written(db, notice, readers, about)
        if about == facts.session.starts_at or not is_of_each_start(notice.kind):
            await self._renew_waiting(db, facts, notice, readers, written, now)
            have = {row.recipient_id for row in written}
            new = [
                notice_row(self._links, self._outbox.sender_address, facts, notice, reader, now)
                for reader in readers
                if reader.id not in have and notice.kind not in reader.unsubscribed
            ]
            if notice.act_id:
                await gather_in_digests(db, notice.act_id, new, now)
            await notices.prepare(db, new)
            written = await _written(db, notice, readers, about)
        unwanted = {reader.id for reader in readers if notice.kind in reader.unsubscribed}
        for row in written:
            if row.waits and (row.recipient_id in unwanted or _is_outdated(row, facts, notice.kind)):
                await notices.withdraw(db, row.id, now)
        return written

    async def _renew_waiting(
        self,
        db: AsyncSession,
        facts: ClassFacts,
        notice: ClassNotice,
        readers: Sequence[Recipient],
        written: Sequence[Notice],
        now: datetime,
    ) -> None:
        """Write waiting messages with join links anew: a link or an address may have changed since."""
        if notice.kind not in WITH_JOIN_LINKS:
            return
        by_id = {reader.id: reader for reader in readers}
        for row in written:
            if row.waits and (reader := by_id.get(row.recipient_id)):
                renewed = notice_row(self._links, self._outbox.sender_address, facts, notice, reader, now)
                values = {name: getattr(renewed, name) for name in REWRITTEN}
                if any(getattr(row, name) != value for name, value in values.items()):
                    await notices.rewrite(db, row.id, **values)

    async def _deliver_due(self, prepared: Sequence[Notice]) -> None:
        """Deliver what is due. A busy mailbox does not stop the others; a mail server that is down does."""
        busy: MailboxBusy | None = None
        for message in prepared:
            if not message.waits or not message.is_sent_by_itself:
                continue
            if message.send_after > datetime.now(UTC):
                continue
            try:
                await self._outbox.deliver(message)
            except MailboxBusy as error:
                busy = error
        if busy:
            raise busy


async def written_again(
    db: AsyncSession,
    links: LinkSigner,
    sender_address: str,
    earlier: Notice,
    again_id: UUID,
    now: datetime,
    deliver_by: datetime,
) -> Notice:
    """An earlier message about a class as it reads now, to be delivered by itself.

    Raises TransitionRefused where it is no longer true, or no longer concerns its reader.
    """
    again = await as_it_reads_now(db, links, sender_address, earlier, now)
    again.id, again.key = again_id, f"{earlier.key.partition('#')[0]}#{again_id}"
    again.send_after, again.deliver_by = now, deliver_by
    return again


async def as_it_reads_now(
    db: AsyncSession,
    links: LinkSigner,
    sender_address: str,
    earlier: Notice,
    now: datetime,
    about: datetime | None = None,
) -> Notice:
    """What a message about a class would say now, of the start `about` if that is given.

    Raises TransitionRefused where it is no longer true, or no longer concerns its reader.
    """
    facts, reader = await facts_now(db, earlier, now, about)
    notice = ClassNotice(facts.session.organization_id, facts.session.id, NoticeKind(earlier.kind))
    return notice_row(links, sender_address, facts, notice, reader, now)


async def facts_now(
    db: AsyncSession, earlier: Notice, now: datetime, about: datetime | None = None
) -> tuple[ClassFacts, Recipient]:
    """What a message about a class would be written from now, and its reader. Raises as `as_it_reads_now`."""
    if (
        earlier.session_id is None
        or earlier.kind not in list(NoticeKind)
        or earlier.kind in _ABOUT_ONE_MOMENT
    ):
        raise TransitionRefused("this kind of message can't be sent again")
    kind = NoticeKind(earlier.kind)
    present = [
        person.student_id
        for person in await sessions.participants(db, earlier.session_id)
        if person.student_id and person.in_class
    ]
    about_students = [UUID(key) for key in earlier.student_ids]
    facts = await gather(db, earlier.session_id, kind, about_students or present)
    session = facts.session
    cancelled = session.state == SessionState.CANCELLED
    if is_outdated(
        kind, named_start=about or session.starts_at, starts_at=session.starts_at, state=session.state
    ) or cancelled != (kind == NoticeKind.CANCELLED):
        raise TransitionRefused(
            f"this message is out of date: the class is {session.state}",
            next_step="Tell the person what holds now.",
        )
    readers = await recipients(db, kind, session, facts.instructor, facts.participants, now, facts.changed)
    reader = next((one for one in readers if one.id == earlier.recipient_id), None)
    if reader and is_about_one_person(kind) and (person_id := person_in(earlier.key)):
        own = tuple(person for person in reader.participants if str(person.id) == person_id)
        reader = replace(reader, participants=own) if own else None
    if reader is None:
        raise TransitionRefused("this message no longer concerns its reader")
    return facts, reader


def notice_row(
    links: LinkSigner,
    sender_address: str,
    facts: ClassFacts,
    notice: ClassNotice,
    recipient: Recipient,
    now: datetime,
    content: ClassContext | None = None,
) -> Notice:
    """The outbox row of a notice to one recipient; `content` replaces what it says by default."""
    session = facts.session
    key = _key(notice, recipient, session.starts_at)
    content = content or context(facts, notice.kind, recipient, links, now)
    message = render_notice(notice.kind, content, language=recipient.language, time_zone=recipient.time_zone)
    calendar = calendar_entry(
        notice.kind,
        replace(content, join_urls=join_urls(session, links, _in_class(notice.kind, recipient), now)),
        session_id=session.id,
        changes=session.calendar_changes,
        organizer=facts.organization.contact_email or sender_address,
        reader_address=recipient.address,
        language=recipient.language,
    )
    return Notice(
        id=notice_id(key),
        organization_id=session.organization_id,
        key=key,
        subject_kind=SubjectKind.SESSION,
        subject_id=session.id,
        kind=notice.kind,
        recipient_kind=recipient.kind,
        recipient_id=recipient.id,
        address=recipient.address,
        subject=message.subject,
        html=message.html,
        text=message.text,
        calendar=calendar,
        unsubscribe_url=content.unsubscribe_url,
        student_ids=_students_of(notice.kind, recipient),
        class_starts_at=session.starts_at,
        send_after=recipient.send_at(notice.kind, now, session.starts_at),
        created_at=now,
    )


def _students_of(kind: NoticeKind, recipient: Recipient) -> list[str]:
    """Whom of the recipient's own a change of the class's people is about."""
    if Audience.GUARDIANS_OF_CHANGED not in audiences(kind):
        return []
    return [str(person.student_id) for person in recipient.participants if person.student_id]


def _in_class(kind: NoticeKind, recipient: Recipient) -> tuple[Participant, ...]:
    """For whom the recipient has the class in the calendar after this notice."""
    return recipient.others if kind in UNINVITING else (*recipient.participants, *recipient.others)


async def _written(
    db: AsyncSession, notice: ClassNotice, readers: Sequence[Recipient], about: datetime
) -> list[Notice]:
    """The rows of this notice that exist. Rows for the first start of a class may have keys that do not name it."""
    if not is_of_each_start(notice.kind):
        return await notices.by_keys(db, [_key(notice, reader, about) for reader in readers])
    keys = [_key(notice, reader, at) for reader in readers for at in (about, None)]
    return [row for row in await notices.by_keys(db, keys) if row.class_starts_at == about]


def _key(notice: ClassNotice, recipient: Recipient, about: datetime | None) -> str:
    named = about if is_of_each_start(notice.kind) else None
    return notice_key(notice.session_id, notice.kind, recipient.id, notice.occasion, named)


def _is_outdated(row: Notice, facts: ClassFacts, kind: NoticeKind) -> bool:
    starts_at, state = facts.session.starts_at, facts.session.state
    return is_outdated(kind, named_start=row.class_starts_at or starts_at, starts_at=starts_at, state=state)
