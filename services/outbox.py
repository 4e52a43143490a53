"""Delivers the messages of the outbox: sends each once, by mail or to a channel, and records the result.

A server that has taken a message cannot give it back, so that it was taken is recorded with patience: a database that
is away for a moment is no reason to send again. Where the server's own answer is lost, or the process dies, the message
is sent again with the same Message-ID.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable, Undeliverable
from domain.notices.kinds import AccountNoticeKind, DeliveryState
from domain.subjects import SubjectKind
from integrations.mail import Mail, SmtpMailer
from models.database import Database
from models.notice import Notice
from models.repositories import notices
from services.alert_channels import AlertSender, close_failing, report_failing
from services.cases import Evidence, NewCase, open_case
from services.organizations import organization
from services.sealed_content import SealedContent
from signing.sealing import Unsealable

_LATE = "not-in-time"  # the error code of a message that was not sent before its deadline
# Pauses in seconds between attempts to record that a message was taken: long enough for a database that fails over, and
# short beside the attempt of the activity that sends (workflows/options.py).
_RECORD_PAUSES = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 5.0, 5.0, 5.0)


class Outbox:
    def __init__(
        self,
        database: Database,
        mailer: SmtpMailer,
        content: SealedContent,
        alerts: AlertSender | None = None,
    ) -> None:
        """Without `alerts`, messages to channels can't be delivered."""
        self._database = database
        self._mailer = mailer
        self._content = content
        self._alerts = alerts

    async def deliver(self, message: Notice) -> None:
        """Send a message; one that can never be delivered becomes a case.

        Raises Unavailable, MailboxBusy for failures worth a retry.
        """
        try:
            await self._send(message)
        except Unsealable:
            await self._end(message)
        except Undeliverable as error:
            await self._fail(message, error.code)
        except Unavailable as error:
            async with self._database.tenant(message.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, None)
                if _is_alert(message):
                    await report_failing(db, message, error.code, datetime.now(UTC), is_final=False)
            raise
        else:
            await self._record_sent(message, datetime.now(UTC))

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

    @property
    def sender_address(self) -> str:
        """The address that mails come from."""
        return self._mailer.address

    async def _record_sent(self, message: Notice, at: datetime) -> None:
        for pause in _RECORD_PAUSES:
            with suppress(Unavailable):
                await self._mark_sent(message, at)
                return
            await asyncio.sleep(pause)
        await self._mark_sent(message, at)

    async def _mark_sent(self, message: Notice, at: datetime) -> None:
        async with self._database.tenant(message.organization_id) as db:
            await notices.mark_sent(db, message.id, at)
            if _is_alert(message):
                await close_failing(db, message.recipient_id, at)

    async def _send(self, message: Notice) -> None:
        if not _is_alert(message):
            await self._mail(message)
        elif self._alerts is not None:
            await self._alerts.send(message, datetime.now(UTC))
        else:
            raise Undeliverable("channels are not served here")

    async def _mail(self, message: Notice) -> None:
        html, text = self._content.open(message.sealed) if message.sealed else (message.html, message.text)
        mail = Mail(
            message.address,
            subject=message.subject,
            html=html,
            text=text,
            message_id=str(message.id),
            calendar=message.calendar,
            unsubscribe_url=message.unsubscribe_url,
        )
        await self._mailer.send(await self._from_school(mail, message))

    async def _from_school(self, mail: Mail, message: Notice) -> Mail:
        """The mail in the name of its organization; one about accounts of several organizations is in nobody's."""
        if message.kind == AccountNoticeKind.SIGN_IN:
            return mail
        async with self._database.tenant(message.organization_id) as db:
            school = await organization(db)
        return replace(mail, sender_name=school.name, reply_to=school.contact_email or "")

    async def _end(self, message: Notice) -> None:
        async with self._database.tenant(message.organization_id) as db:
            await end_unsent(db, message, datetime.now(UTC))

    async def _fail(self, message: Notice, code: str) -> None:
        async with self._database.tenant(message.organization_id) as db:
            await _mark_failed(db, message, code, datetime.now(UTC))

    async def _read(self, organization_id: UUID, notice_id: UUID) -> Notice:
        async with self._database.tenant(organization_id) as db:
            return await notices.get(db, notice_id)


async def end_unsent(db: AsyncSession, message: Notice, now: datetime) -> None:
    """End a message that cannot be sent any more, and open its case; `message` belongs to no transaction.

    An expired or unreadable sign-in link is withdrawn without a case, because its reader requests another.
    """
    if message.is_secret:
        await notices.withdraw(db, message.id, now)
    else:
        await _mark_failed(db, message, message.error or _LATE, now)


async def _mark_failed(db: AsyncSession, message: Notice, code: str, now: datetime) -> None:
    await notices.mark_failed(db, message.id, code, now)
    if _is_alert(message):
        await report_failing(db, message, code, now, is_final=True)
        return
    occasion, detail = _occasion(message, now), _detail(message, code)
    kind = ExceptionKind.NOTICE_UNDELIVERABLE
    evidence = (Evidence("notice", str(message.id), now),)
    case = NewCase(message.organization_id, message.about, kind, occasion, detail, str(message.id), evidence)
    await open_case(db, case, now)


def _is_alert(message: Notice) -> bool:
    """Whether a message goes to a channel."""
    return message.recipient_kind == SubjectKind.ALERT_CHANNEL


def _occasion(message: Notice, now: datetime) -> str:
    """One case per message about a class; one case a day per person for account messages such as sign-in links."""
    return str(message.id) if message.session_id else f"{message.kind} {now:%Y-%m-%d}"


def _detail(message: Notice, code: str) -> Mapping[str, str]:
    return {"notice_id": str(message.id), "code": code}
