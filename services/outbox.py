"""Delivering the messages of the outbox: each is mailed once and marked at once."""

from datetime import UTC, datetime

from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable, Undeliverable
from integrations.mail import SmtpMailer
from models.database import Database
from models.notice import Notice
from models.repositories import notices
from services.cases import NewCase, open_case


class Outbox:
    def __init__(self, database: Database, mailer: SmtpMailer) -> None:
        self._database = database
        self._mailer = mailer

    async def deliver(self, message: Notice) -> None:
        """A message that is refused for good becomes a case. Raises Unavailable, MailboxBusy for what may pass."""
        try:
            await self._mailer.send(
                message.address,
                subject=message.subject,
                html=message.html,
                text=message.text,
                message_id=str(message.id),
            )
        except Undeliverable as error:
            await self._give_up(message, error.code)
            return
        except Unavailable as error:
            async with self._database.tenant(message.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, None)
            raise
        async with self._database.tenant(message.organization_id) as db:
            await notices.mark_sent(db, message.id, datetime.now(UTC))

    async def _give_up(self, message: Notice, code: str) -> None:
        now = datetime.now(UTC)
        detail = {"notice_id": str(message.id), "code": code}
        kind = ExceptionKind.NOTICE_UNDELIVERABLE
        case = NewCase(message.organization_id, message.about, kind, str(message.id), detail)
        async with self._database.tenant(message.organization_id) as db:
            await notices.mark_failed(db, message.id, code, now)
            await open_case(db, case, now)
