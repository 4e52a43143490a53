"""Alerts to channels: written to the outbox with what they tell of, sent to where the channel leads.

What leaves for an outside service has times, kinds, severities and a link; names only where the organization chose so.
A channel that takes no alerts is an exception of its own, which closes when the channel works again.
"""

import html
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.channels import ChannelKind
from domain.cases.following import Reason
from domain.cases.kinds import ExceptionKind
from domain.errors import HomeroomError, InvalidInput, TransitionRefused, Unavailable, Undeliverable
from domain.notices.kinds import NoticeKind, StaffNoticeKind, notice_id, notice_key
from domain.subjects import Subject, SubjectKind
from integrations.alert_services import HostedServices
from integrations.mail import Mail, SmtpMailer
from integrations.signed_webhooks import SignedWebhooks
from models.case_routing import AlertChannel
from models.database import Database
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.people import Instructor
from models.repositories import case_routing
from models.repositories.cases import QueuedCase
from models.session import Session
from models.substitution import SubstitutionOffer
from reports.case_alerts import channel_lines
from reports.case_texts import case_texts
from reports.offer_alerts import render_offer_alert
from services.cases import Evidence, NewCase, open_case, resolve_about
from services.channel_targets import ChannelTargets

DELIVER_WITHIN = timedelta(hours=1)
_FAILURES_IN_A_ROW = 3  # of one alert, after which its channel is said not to work


@dataclass(frozen=True)
class Alert:
    """What a channel is told."""

    type: str  # exception.opened, exception.escalated, exception.overdue, substitution.offered, test
    title: str
    text: str
    data: dict[str, object]

    def payload(self, at: datetime) -> str:
        """The body of a webhook."""
        return json.dumps({"type": self.type, "timestamp": at.isoformat(), "data": self.data})


def alert_of_case(
    queued: QueuedCase, reason: Reason, url: str, language: str, *, includes_names: bool
) -> Alert:
    """The alert about a case, of which only its own words and times are told without `includes_names`.

    `language` is the organization's.
    """
    case, kind = queued.case, case_kind(queued.case.kind)
    name = f": {queued.title}" if includes_names and queued.title else ""
    data: dict[str, object] = {
        "exception_id": str(case.id),
        "kind": case.kind,
        "severity": case.severity,
        "queue": case.queue,
        "opened_at": case.opened_at.isoformat(),
        "due_at": case.due_at.isoformat(),
        "class_starts_at": queued.at.starts_at.isoformat() if queued.at else None,
        "url": url,
    }
    lines = channel_lines(
        kind,
        reason,
        language,
        opened_at=case.opened_at,
        due_at=case.due_at,
        class_starts_at=queued.at.starts_at if queued.at else None,
    )
    return Alert(
        f"exception.{reason}",
        f"[{case.severity}] {case_texts(kind, language).title}{name}",
        "\n".join([*lines, url]),
        data | ({"subject": queued.title} if includes_names else {}),
    )


def alert_notice(
    case: ExceptionCase, channel: AlertChannel, alert: Alert, occasion: str, now: datetime
) -> Notice:
    """The outbox row of an alert; the same occasion makes the same row."""
    key = notice_key(case.id, StaffNoticeKind.EXCEPTION, channel.id, occasion)
    return _row(key, StaffNoticeKind.EXCEPTION, channel, alert, now)


def offer_notice(
    offer: SubstitutionOffer,
    channel: AlertChannel,
    session: Session,
    instructor: Instructor,
    url: str,
    now: datetime,
) -> Notice:
    """The outbox row of an offer to teach a class, in the instructor's language; the same offer makes the same row."""
    message = render_offer_alert(
        language=instructor.language,
        time_zone=instructor.time_zone,
        class_title=session.title if channel.includes_names else "",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        answer_by=offer.expires_at,
        now=now,
    )
    alert = Alert(
        "substitution.offered",
        message.title,
        "\n".join([*message.lines, url]),
        {
            "offer_id": str(offer.id),
            "class_starts_at": session.starts_at.isoformat(),
            "class_ends_at": session.ends_at.isoformat(),
            "answer_by": offer.expires_at.isoformat(),
            "url": url,
        },
    )
    key = notice_key(offer.id, NoticeKind.SUBSTITUTE_OFFER, channel.id, "offered")
    row = _row(key, NoticeKind.SUBSTITUTE_OFFER, channel, alert, now)
    row.deliver_by = offer.expires_at
    return row


def _row(key: str, kind: str, channel: AlertChannel, alert: Alert, now: datetime) -> Notice:
    is_webhook = channel.kind == ChannelKind.WEBHOOK
    return Notice(
        id=notice_id(key),
        organization_id=channel.organization_id,
        key=key,
        subject_kind=SubjectKind.ALERT_CHANNEL,
        subject_id=channel.id,
        kind=kind,
        recipient_kind=SubjectKind.ALERT_CHANNEL,
        recipient_id=channel.id,
        address=channel.shown,
        subject=alert.title,
        html="",
        text=alert.payload(now) if is_webhook else alert.text,
        send_after=now,
        deliver_by=now + DELIVER_WITHIN,
        created_at=now,
    )


class AlertSender:
    """Sends alerts to channels, and keeps the exception about a channel that does not work."""

    def __init__(
        self,
        database: Database,
        mailer: SmtpMailer,
        targets: ChannelTargets,
        services: HostedServices,
        webhooks: SignedWebhooks,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._targets = targets
        self._services = services
        self._webhooks = webhooks

    async def send(self, message: Notice, now: datetime) -> None:
        """Send the alert of an outbox row. Raises Undeliverable, Unavailable, MailboxBusy, NotFound."""
        async with self._database.tenant(message.organization_id) as db:
            channel = await case_routing.channel(db, message.recipient_id)
        if channel.retired_at is not None:
            raise Undeliverable("the channel is retired")
        await self._send(channel, str(message.id), message.subject, message.text, now)

    async def test(
        self, organization_id: UUID, channel_id: UUID, message_id: UUID, now: datetime
    ) -> HomeroomError | None:
        """Send a test message; returns why it was not taken. Raises NotFound, TransitionRefused, Unavailable."""
        async with self._database.tenant(organization_id) as db:
            channel = await case_routing.channel(db, channel_id)
        if channel.retired_at is not None:
            raise TransitionRefused("this channel is retired", next_step="Restore it first.")
        alert = Alert(
            "test", "Homeroom: test message", "This channel works. Exceptions will be told here.", {}
        )
        body = alert.payload(now) if channel.kind == ChannelKind.WEBHOOK else alert.text
        try:
            await self._send(channel, str(message_id), alert.title, body, now)
        except (Unavailable, Undeliverable) as error:
            return error
        async with self._database.tenant(organization_id) as db:
            await close_failing(db, channel_id, now)
        return None

    async def _send(
        self, channel: AlertChannel, message_id: str, title: str, text: str, now: datetime
    ) -> None:
        target, secret = self._targets.open(channel)
        try:
            if channel.kind == ChannelKind.WEBHOOK:
                await self._webhooks.post(target, secret, message_id, text, now)
            elif channel.kind == ChannelKind.APPRISE:
                await self._services.send(target, title, text)
            else:
                body = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
                await self._mailer.send(Mail(target, title, body, text, message_id))
        except InvalidInput as error:  # what was allowed when it was entered is not any more
            raise Undeliverable(error.detail, next_step=error.next_step) from error


async def report_failing(
    db: AsyncSession, message: Notice, code: str, now: datetime, *, is_final: bool
) -> None:
    """Open the exception about a channel that has refused an alert, or failed several times in a row to take it.

    `is_final`: the alert is not tried again.
    """
    if not is_final and message.attempts + 1 < _FAILURES_IN_A_ROW:
        return
    subject = Subject(SubjectKind.ALERT_CHANNEL, message.recipient_id)
    detail = {"notice_id": str(message.id), "code": code}
    new = NewCase(
        message.organization_id,
        subject,
        ExceptionKind.CHANNEL_FAILING,
        detail=detail,
        key=str(message.id),
        evidence=(Evidence("notice", str(message.id), now),),
    )
    await open_case(db, new, now)


async def close_failing(db: AsyncSession, channel_id: UUID, now: datetime) -> None:
    """Resolve the exception about a channel that has just taken an alert."""
    subject = Subject(SubjectKind.ALERT_CHANNEL, channel_id)
    await resolve_about(db, subject, ExceptionKind.CHANNEL_FAILING, "the channel works again", now)
