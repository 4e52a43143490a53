"""Links by mail: to every place that an address may come in, each good once and for a short time."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import HomeroomError, LinkInvalid
from domain.notices.kinds import AccountNoticeKind, notice_key
from domain.people.sign_in import SIGN_IN_LINK_TTL, domain_of
from domain.subjects import SubjectKind
from models.access import SignInLink
from models.database import Database
from models.notice import Notice
from models.repositories import notices, sign_ins
from models.repositories.sign_ins import Place
from reports.sign_in import Door, render_sign_in
from services.sealed_words import SealedWords
from services.sign_in import Entered, let_in
from signing.hashing import hash_secret
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

logger = logging.getLogger(__name__)

Tokens = Mapping[Place, str]


class SignInLinks:
    def __init__(
        self, database: Database, links: LinkSigner, words: SealedWords, deliveries: DeliveryClient
    ) -> None:
        self._database = database
        self._links = links
        self._words = words
        self._deliveries = deliveries

    async def send(self, address: str, path: str | None, now: datetime) -> None:
        """Runs after the answer was given, so that neither its words nor its time tell whether the address is known."""
        try:
            delivery = await self._write(address, path, now)
        except HomeroomError as error:
            logger.error("sign-in mail failed", extra={"reason": error.code})
            return
        if delivery is None:
            return
        try:
            await self._deliveries.start(delivery)
        except HomeroomError as error:
            # It stands in the outbox, where housekeeping finds it.
            logger.warning("sign-in mail waits", extra={"reason": error.code})

    async def _write(self, address: str, path: str | None, now: datetime) -> DeliveryInput | None:
        """One message with a link for each place, in the outbox of the first one's organization.

        The other organizations' links are there before the message is; their names are in its sealed words alone.
        """
        async with self._database.unscoped() as db:
            places = await sign_ins.places_of(db, address)
            providers = await sign_ins.providers_of_domain(db, domain_of(address))
        elsewhere = {organization_id for _, organization_id in providers}
        open_by_mail = [place for place in places if not _has_provider(place, elsewhere)]
        if not open_by_mail:
            return None
        tokens = {place: secrets.token_urlsafe(32) for place in open_by_mail}
        home = open_by_mail[0].organization_id
        for organization_id in {place.organization_id for place in open_by_mail} - {home}:
            async with self._database.tenant(organization_id) as db:
                await _add_links(db, organization_id, tokens, now)
        notice = self._notice(address, tokens, path, now)
        async with self._database.tenant(home) as db:
            await _add_links(db, home, tokens, now)
            await notices.prepare(db, [notice])
        return DeliveryInput(home, notice.id, now + SIGN_IN_LINK_TTL)

    def _notice(self, address: str, tokens: Tokens, path: str | None, now: datetime) -> Notice:
        first = next(iter(tokens))
        doors = [
            Door(place.organization, place.kind, self._links.sign_in_url(token, path))
            for place, token in tokens.items()
        ]
        minutes = int(SIGN_IN_LINK_TTL.total_seconds()) // 60
        message = render_sign_in(doors, language=first.language, minutes=minutes)
        kind, key = AccountNoticeKind.SIGN_IN, uuid7()
        return Notice(
            id=key,
            organization_id=first.organization_id,
            key=notice_key(first.subject_id, kind, first.subject_id, str(key)),
            subject_kind=SubjectKind(first.kind),
            subject_id=first.subject_id,
            kind=kind,
            recipient_kind=first.kind,
            recipient_id=first.subject_id,
            address=address,
            subject=message.subject,
            html="",
            text="",
            sealed=self._words.seal(message),
            send_after=now,
            deliver_by=now + SIGN_IN_LINK_TTL,
            created_at=now,
        )

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


async def _add_links(db: AsyncSession, organization_id: UUID, tokens: Tokens, now: datetime) -> None:
    """Those of one organization."""
    for link in _links(organization_id, tokens, now):
        await sign_ins.add_link(db, link)


def _links(organization_id: UUID, tokens: Tokens, now: datetime) -> Sequence[SignInLink]:
    return [
        SignInLink(
            id=uuid7(),
            organization_id=organization_id,
            token_hash=hash_secret(token),
            subject_kind=place.kind,
            subject_id=place.subject_id,
            created_at=now,
            expires_at=now + SIGN_IN_LINK_TTL,
        )
        for place, token in tokens.items()
        if place.organization_id == organization_id
    ]


def _has_provider(place: Place, organizations: set[UUID]) -> bool:
    """Staff of an organization with a provider come in by it alone; families are not known there."""
    return place.organization_id in organizations and place.kind != "guardian"
