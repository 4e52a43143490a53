"""Delivering the messages of the outbox: each is mailed once and marked at once."""

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
from services.sealed_words import SealedWords
from signing.sealing import Unsealable

_LATE = "not-in-time"  # as the code of a failure


class Outbox:
    def __init__(self, database: Database, mailer: SmtpMailer, words: SealedWords) -> None:
        self._database = database
        self._mailer = mailer
        self._words = words

    async def deliver(self, message: Notice) -> None:
        """A message that is refused for good becomes a case. Raises Unavailable, MailboxBusy for what may pass."""
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
        """Where the message is afterwards. Raises NotFound, Unavailable, MailboxBusy."""
        message = await self._read(organization_id, notice_id)
        if message.waits:
            if message.deliver_by and message.deliver_by <= datetime.now(UTC):
                await self._end(message)
            else:
                await self.deliver(message)
        return (await self._read(organization_id, notice_id)).state

    async def give_up(self, organization_id: UUID, notice_id: UUID) -> DeliveryState:
        """What could not be sent in time. Raises NotFound, Unavailable."""
        message = await self._read(organization_id, notice_id)
        if message.waits:
            await self._end(message)
        return (await self._read(organization_id, notice_id)).state

    async def _mail(self, message: Notice) -> None:
        html, text = self._words.open(message.sealed) if message.sealed else (message.html, message.text)
        subject, message_id = message.subject, str(message.id)
        await self._mailer.send(message.address, subject=subject, html=html, text=text, message_id=message_id)

    async def _end(self, message: Notice) -> None:
        """A link that is over, or sealed with a secret that is gone, needs nobody's attention: another is asked for."""
        if not message.is_secret:
            await self._fail(message, message.error or _LATE)
            return
        async with self._database.tenant(message.organization_id) as db:
            await notices.withdraw(db, message.id, datetime.now(UTC))

    async def _fail(self, message: Notice, code: str) -> None:
        now = datetime.now(UTC)
        occasion, detail = _occasion(message, now), _detail(message, code)
        kind = ExceptionKind.NOTICE_UNDELIVERABLE
        case = NewCase(message.organization_id, message.about, kind, occasion, detail)
        async with self._database.tenant(message.organization_id) as db:
            await notices.mark_failed(db, message.id, code, now)
            await open_case(db, case, now)

    async def _read(self, organization_id: UUID, notice_id: UUID) -> Notice:
        async with self._database.tenant(organization_id) as db:
            return await notices.get(db, notice_id)


def _occasion(message: Notice, now: datetime) -> str:
    """One case per message about a class; of somebody who asks for one sign-in link after another, one a day."""
    return str(message.id) if message.session_id else f"{message.kind} {now:%Y-%m-%d}"


def _detail(message: Notice, code: str) -> Mapping[str, str]:
    return {"notice_id": str(message.id), "code": code}
