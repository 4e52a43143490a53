"""Delivers the messages of the outbox: sends each by mail once, and records the result."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable, Undeliverable
from domain.notices.kinds import DeliveryState
from integrations.mail import SmtpMailer
from models.database import Database
from models.notice import Notice
from models.repositories import notices
from services.cases import NewCase, open_case
from services.sealed_content import SealedContent
from signing.sealing import Unsealable

_LATE = "not-in-time"  # the error code of a message that was not sent before its deadline


class Outbox:
    def __init__(self, database: Database, mailer: SmtpMailer, content: SealedContent) -> None:
        self._database = database
        self._mailer = mailer
        self._content = content

    async def deliver(self, message: Notice) -> None:
        """Send a message; one that can never be delivered becomes a case.

        Raises Unavailable, MailboxBusy for failures worth a retry.
        """
        try:
            await self._mail(message)
        except Unsealable:
            await self._end(message)
        except Undeliverable as error:
            await self._fail(message, error.code)
        except Unavailable as error:
            async with self._database.tenant(message.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, None)
            raise
        else:
            async with self._database.tenant(message.organization_id) as db:
                await notices.mark_sent(db, message.id, datetime.now(UTC))

    async def deliver_one(self, organization_id: UUID, notice_id: UUID) -> DeliveryState:
        """Deliver a message if it waits; returns its state afterwards.

        Raises NotFound, Unavailable, MailboxBusy.
        """
        message = await self._read(organization_id, notice_id)
        if message.waits:
            if message.deliver_by and message.deliver_by <= datetime.now(UTC):
                await self._end(message)
            else:
                await self.deliver(message)
        return (await self._read(organization_id, notice_id)).state

    async def give_up(self, organization_id: UUID, notice_id: UUID) -> DeliveryState:
        """Give up on a message that was not sent in time; returns its state. Raises NotFound, Unavailable."""
        message = await self._read(organization_id, notice_id)
        if message.waits:
            await self._end(message)
        return (await self._read(organization_id, notice_id)).state

    async def _mail(self, message: Notice) -> None:
        html, text = self._content.open(message.sealed) if message.sealed else (message.html, message.text)
        subject, message_id = message.subject, str(message.id)
        await self._mailer.send(message.address, subject=subject, html=html, text=text, message_id=message_id)

    async def _end(self, message: Notice) -> None:
        """End a message that cannot be sent any more.

        An expired or unreadable sign-in link is withdrawn without a case, because its reader requests another.
        """
        if not message.is_secret:
            await self._fail(message, message.error or _LATE)
            return
        async with self._database.tenant(message.organization_id) as db:
            await notices.withdraw(db, message.id, datetime.now(UTC))

    async def _fail(self, message: Notice, code: str) -> None:
        now = datetime.now(UTC)
        occasion, detail = _occasion(message, now), _detail(message, code)
        kind = ExceptionKind.NOTICE_UNDELIVERABLE
        case = NewCase(message.organization_id, message.about, kind, occasion, detail, key=str(message.id))
        async with self._database.tenant(message.organization_id) as db:
            await notices.mark_failed(db, message.id, code, now)
            await open_case(db, case, now)

    async def _read(self, organization_id: UUID, notice_id: UUID) -> Notice:
        async with self._database.tenant(organization_id) as db:
            return await notices.get(db, notice_id)


def _occasion(message: Notice, now: datetime) -> str:
    """One case per message about a class; one case a day per person for account messages such as sign-in links."""
    return str(message.id) if message.session_id else f"{message.kind} {now:%Y-%m-%d}"


def _detail(message: Notice, code: str) -> Mapping[str, str]:
    return {"notice_id": str(message.id), "code": code}
