"""Sign-in links by mail, one for each account of an address; each works once and for a short time."""

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
from integrations.email_addresses import address_forms, deliverable_address
from models.access import SignInLink
from models.database import Database
from models.notice import Notice
from models.repositories import notices, sign_ins
from models.repositories.sign_ins import Account
from reports.sign_in import SignInOption, render_sign_in
from services.sealed_content import SealedContent
from services.sign_in import SignIn, sign_in_person
from signing.hashing import hash_secret
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

logger = logging.getLogger(__name__)

Tokens = Mapping[Account, str]
# Whose message is written for an unknown address, and dropped: rendering holds up the requests that come meanwhile.
_NOBODY = Account(UUID(int=0), "Homeroom", "member", UUID(int=0), "en")


class SignInLinks:
    def __init__(
        self, database: Database, links: LinkSigner, content: SealedContent, deliveries: DeliveryClient
    ) -> None:
        self._database = database
        self._links = links
        self._content = content
        self._deliveries = deliveries

    async def send(self, address: str, path: str | None, now: datetime) -> None:
        """Send the links of an address, if it has any account.

        Runs after the response, so that neither content nor duration reveals whether the address is known.
        """
        try:
            delivery = await self._write(address, path, now)
        except HomeroomError as error:
            logger.error("sign-in mail failed", extra={"reason": error.code})
            return
        if delivery:
            await self._deliveries.start_or_leave(delivery)

    async def _write(self, address: str, path: str | None, now: datetime) -> DeliveryInput | None:
        """Write one message with a link for each account, into the outbox of the first account's organization.

        The links of the other organizations are written first; only the sealed content names those organizations.
        """
        async with self._database.unscoped() as db:
            accounts = [
                account for form in address_forms(address) for account in await sign_ins.accounts_of(db, form)
            ]
            providers = await sign_ins.providers_of_domain(db, domain_of(deliverable_address(address)))
        elsewhere = {organization_id for _, organization_id in providers}
        with_links = [account for account in accounts if not _has_provider(account, elsewhere)]
        tokens = {account: secrets.token_urlsafe(32) for account in with_links or [_NOBODY]}
        notice = self._notice(address, tokens, path, now)
        if not with_links:
            return None
        home = with_links[0].organization_id
        for organization_id in {account.organization_id for account in with_links} - {home}:
            async with self._database.tenant(organization_id) as db:
                await _add_links(db, organization_id, tokens, now)
        async with self._database.tenant(home) as db:
            await _add_links(db, home, tokens, now)
            await notices.prepare(db, [notice])
        return DeliveryInput(home, notice.id, now + SIGN_IN_LINK_TTL)

    def _notice(self, address: str, tokens: Tokens, path: str | None, now: datetime) -> Notice:
        first = next(iter(tokens))
        options = [
            SignInOption(account.organization, account.kind, self._links.sign_in_url(token, path))
            for account, token in tokens.items()
        ]
        minutes = int(SIGN_IN_LINK_TTL.total_seconds()) // 60
        message = render_sign_in(options, language=first.language, minutes=minutes)
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
            sealed=self._content.seal(message),
            send_after=now,
            deliver_by=now + SIGN_IN_LINK_TTL,
            created_at=now,
        )

    async def use(self, token: str, now: datetime) -> SignIn:
        """Sign in with a link, which works once. Raises LinkInvalid, LinkUsed, LinkExpired, SignInRefused."""
        async with self._database.unscoped() as db:
            link_and_tenant = await sign_ins.organization_of_link(db, hash_secret(token))
        if link_and_tenant is None:
            raise LinkInvalid("this sign-in link is unknown", next_step="Request a new link.")
        key, tenant = link_and_tenant
        async with self._database.tenant(tenant) as db:
            link = await sign_ins.use_link(db, key, now)
        return await sign_in_person(self._database, tenant, link.subject_kind, link.subject_id, "mail", now)


async def _add_links(db: AsyncSession, organization_id: UUID, tokens: Tokens, now: datetime) -> None:
    """Write the links of one organization."""
    for link in _links(organization_id, tokens, now):
        await sign_ins.add_link(db, link)


def _links(organization_id: UUID, tokens: Tokens, now: datetime) -> Sequence[SignInLink]:
    return [
        SignInLink(
            id=uuid7(),
            organization_id=organization_id,
            token_hash=hash_secret(token),
            subject_kind=account.kind,
            subject_id=account.subject_id,
            created_at=now,
            expires_at=now + SIGN_IN_LINK_TTL,
        )
        for account, token in tokens.items()
        if account.organization_id == organization_id
    ]


def _has_provider(account: Account, organizations: set[UUID]) -> bool:
    """Whether this account signs in with its organization's provider; guardians never do."""
    return account.organization_id in organizations and account.kind != "guardian"
