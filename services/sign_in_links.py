"""Links by mail: to every place that an address may come in, each good once and for a short time."""

import asyncio
import logging
import secrets
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from domain.errors import HomeroomError, LinkInvalid, MailboxBusy, Unavailable
from domain.people.sign_in import SIGN_IN_LINK_TTL, domain_of
from integrations.mail import SmtpMailer
from models.access import SignInLink
from models.database import Database
from models.repositories import sign_ins
from models.repositories.sign_ins import Place
from reports.contexts import RenderedMessage
from reports.sign_in import Door, render_sign_in
from services.sign_in import Entered, let_in
from signing.hashing import hash_secret
from signing.links import LinkSigner

_PAUSES = (1.0, 4.0, 15.0, 40.0)  # seconds before each further try

logger = logging.getLogger(__name__)


class SignInLinks:
    def __init__(self, database: Database, links: LinkSigner, mailer: SmtpMailer) -> None:
        self._database = database
        self._links = links
        self._mailer = mailer

    async def send(self, address: str, path: str | None, now: datetime) -> None:
        """Runs after the answer was given, so that neither its words nor its time tell whether the address is known."""
        try:
            await self._send(address, path, now)
        except HomeroomError as error:
            logger.error("sign-in mail failed", extra={"reason": error.code})

    async def _send(self, address: str, path: str | None, now: datetime) -> None:
        async with self._database.unscoped() as db:
            places = await sign_ins.places_of(db, address)
            providers = await sign_ins.providers_of_domain(db, domain_of(address))
        elsewhere = {organization_id for _, organization_id in providers}
        open_by_mail = [place for place in places if not _has_provider(place, elsewhere)]
        if not open_by_mail:
            return
        doors = [await self._door(place, path, now) for place in open_by_mail]
        minutes = int(SIGN_IN_LINK_TTL.total_seconds()) // 60
        message = render_sign_in(doors, language=open_by_mail[0].language, minutes=minutes)
        await _deliver(self._mailer, address, message)

    async def _door(self, place: Place, path: str | None, now: datetime) -> Door:
        token = secrets.token_urlsafe(32)
        async with self._database.tenant(place.organization_id) as db:
            await sign_ins.add_link(
                db,
                SignInLink(
                    id=uuid7(),
                    organization_id=place.organization_id,
                    token_hash=hash_secret(token),
                    subject_kind=place.kind,
                    subject_id=place.subject_id,
                    created_at=now,
                    expires_at=now + SIGN_IN_LINK_TTL,
                ),
            )
        return Door(place.organization, place.kind, self._links.sign_in_url(token, path))

    async def use(self, token: str, now: datetime) -> Entered:
        """Raises LinkInvalid, LinkUsed, LinkExpired, SignInRefused."""
        async with self._database.unscoped() as db:
            found = await sign_ins.organization_of_link(db, hash_secret(token))
        if found is None:
            raise LinkInvalid("this sign-in link is unknown", next_step="Request a new link.")
        key, tenant = found
        async with self._database.tenant(tenant) as db:
            link = await sign_ins.use_link(db, key, now)
        return await let_in(self._database, tenant, link.subject_kind, link.subject_id, "mail", now)


async def _deliver(mailer: SmtpMailer, address: str, message: RenderedMessage) -> None:
    """Tried again while somebody may still be waiting for it. Raises HomeroomError."""
    message_id = f"sign-in.{uuid7()}"
    for pause in (*_PAUSES, None):
        try:
            await mailer.send(
                address,
                subject=message.subject,
                html=message.html,
                text=message.text,
                message_id=message_id,
            )
        except (Unavailable, MailboxBusy):
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


def _has_provider(place: Place, organizations: set[UUID]) -> bool:
    """Staff of an organization with a provider come in by it alone; families are not known there."""
    return place.organization_id in organizations and place.kind != "guardian"
