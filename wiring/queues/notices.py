"""The task queue of messages, so that a mail server that hangs takes no slot from a class."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.deliveries import DeliveryActivities
from activities.notices import NoticeActivities
from activities.progress import ProgressWriter
from integrations.mail import SmtpMailer
from services.class_mails import ClassMails
from services.digest_mails import DigestMails
from services.link_renewal import RenewedLinkMails
from services.notices import ClassNotices
from services.outbox import Outbox
from wiring.alerts import alert_sender
from wiring.queues.parts import Activities, WorkerParts
from wiring.signing import link_signer, sealed_content
from workflows.notice_delivery import NoticeDelivery

MAX_CONCURRENT = 40
WORKFLOWS: tuple[type, ...] = (NoticeDelivery,)


@asynccontextmanager
async def activities(parts: WorkerParts) -> AsyncIterator[Activities]:
    settings, database = parts.settings, parts.database
    mailer = SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    outbox = Outbox(database, mailer, sealed_content(settings), alert_sender(settings, database))
    links = link_signer(settings)
    delivery = DeliveryActivities(
        outbox,
        RenewedLinkMails(database, links, outbox.sender_address),
        ClassMails(database, links, outbox.sender_address),
        digests=DigestMails(database, links, outbox.sender_address),
    )
    notices = ClassNotices(database, links, outbox)
    yield [NoticeActivities(ProgressWriter(database), notices).send, delivery.deliver, delivery.give_up]
