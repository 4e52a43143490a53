"""Messages: outbox rows first, in one transaction with all their recipients; then sent, each marked at once."""

from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.cases import exception_case
from activities.notice_content import ClassFacts, context, gather
from activities.progress import ProgressWriter, utc_now
from activities.recipients import Recipient, recipients
from domain.cases.kinds import ExceptionKind
from domain.errors import MailboxBusy, Unavailable, Undeliverable
from domain.notices.kinds import notice_key
from domain.notices.timing import is_outdated, send_at
from integrations.mail import SmtpMailer
from models.database import Database
from models.notice import WITHDRAWN, Notice
from models.repositories import cases, notices
from reports.notices import render_notice
from signing.links import LinkSigner
from workflows.contracts.common import SessionRef
from workflows.contracts.notices import NoticeInput, NoticeResult, Notices


class NoticeActivities(Notices):
    def __init__(
        self, database: Database, progress: ProgressWriter, links: LinkSigner, mailer: SmtpMailer
    ) -> None:
        self._database = database
        self._progress = progress
        self._links = links
        self._mailer = mailer

    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        ref = notice.session
        async with self._progress.step(notice) as note:
            async with self._database.tenant(ref.organization_id) as db:
                prepared = await self._prepare(db, notice)
            await self._deliver_due(ref, prepared)
            async with self._database.tenant(ref.organization_id) as db:
                after = await notices.by_keys(db, [message.key for message in prepared])
            result = _result(after)
            note.text = f"{result.sent} sent" + (f", {result.held} wait" if result.held else "")
            note.done = not result.held
        return result

    async def _prepare(self, db: AsyncSession, notice: NoticeInput) -> list[Notice]:
        """The outbox rows of this step; those of an earlier attempt as they are, without what is outdated by now."""
        known = await gather(db, notice.session.session_id, notice.kind)
        readers = await recipients(
            db, notice.kind, known.session, known.instructor, known.everybody, utc_now()
        )
        rows = [self._row(known, notice, reader) for reader in readers]
        await notices.prepare(db, rows)
        prepared = await notices.by_keys(db, [row.key for row in rows])
        for row in prepared:
            if _waits(row) and is_outdated(
                notice.kind,
                named_start=row.class_starts_at,
                starts_at=known.session.starts_at,
                state=known.session.state,
            ):
                await notices.withdraw(db, row.id, utc_now())
        return prepared

    async def _deliver_due(self, ref: SessionRef, prepared: list[Notice]) -> None:
        """Raises Unavailable: the step is tried again, and goes on with those that are not sent.

        One busy mailbox keeps nobody else waiting; a mail server that is down is not asked again for each.
        """
        busy: MailboxBusy | None = None
        for message in prepared:
            activity.heartbeat()
            if not _waits(message) or message.send_after > utc_now():
                continue
            try:
                await self._deliver(ref, message)
            except MailboxBusy as error:
                busy = error
        if busy:
            raise busy

    async def _deliver(self, ref: SessionRef, message: Notice) -> None:
        try:
            await self._mailer.send(
                message.address,
                subject=message.subject,
                html=message.html,
                text=message.text,
                message_id=str(message.id),
            )
        except Undeliverable as error:
            async with self._database.tenant(ref.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, utc_now())
                detail = {"notice_id": str(message.id), "code": error.code}
                kind = ExceptionKind.NOTICE_UNDELIVERABLE
                await cases.open_once(db, exception_case(ref, kind, str(message.id), detail, utc_now()))
            return
        except Unavailable as error:
            async with self._database.tenant(ref.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, None)
            raise
        async with self._database.tenant(ref.organization_id) as db:
            await notices.mark_sent(db, message.id, utc_now())

    def _row(self, known: ClassFacts, notice: NoticeInput, recipient: Recipient) -> Notice:
        session, now = known.session, utc_now()
        key = notice_key(session.id, notice.kind, recipient.id, notice.occasion)
        message = render_notice(
            notice.kind,
            context(known, notice.kind, recipient, self._links, now),
            language=recipient.language,
            time_zone=recipient.time_zone,
        )
        return Notice(
            id=uuid5(NAMESPACE_URL, f"homeroom:notice:{key}"),
            organization_id=session.organization_id,
            key=key,
            session_id=session.id,
            kind=notice.kind,
            recipient_kind=recipient.kind,
            recipient_id=recipient.id,
            address=recipient.address,
            subject=message.subject,
            html=message.html,
            text=message.text,
            class_starts_at=session.starts_at,
            send_after=send_at(
                notice.kind,
                now,
                class_starts_at=session.starts_at,
                zone=recipient.time_zone,
                quiet_from=recipient.quiet_from,
                quiet_until=recipient.quiet_until,
            ),
            created_at=now,
        )


def _waits(message: Notice) -> bool:
    return message.sent_at is None and message.failed_at is None


def _result(after: list[Notice]) -> NoticeResult:
    held = [message.send_after for message in after if _waits(message)]
    return NoticeResult(
        prepared=len(after),
        sent=sum(message.sent_at is not None for message in after),
        undeliverable=sum(m.failed_at is not None and m.error != WITHDRAWN for m in after),
        held=len(held),
        held_until=min(held, default=None),
    )
