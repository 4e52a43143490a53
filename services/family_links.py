"""The link in a guardian's mails: reads whom it belongs to, and signs them in."""

from datetime import datetime

from domain.errors import LinkExpired
from models.database import Database
from models.people import Guardian
from models.repositories import sign_ins
from services.sign_in import SignIn, sign_in_person
from signing.links import LinkSigner, address_fingerprint


class FamilyLinks:
    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    async def guardian_of(self, token: str, now: datetime) -> Guardian:
        """The guardian of a link.

        Raises LinkInvalid, LinkExpired, also if the guardian's address has changed since.
        """
        tenant, guardian_id, fingerprint = self._links.read_family(token, now)
        async with self._database.tenant(tenant) as db:
            guardian = await sign_ins.person(db, "guardian", guardian_id)
        if not isinstance(guardian, Guardian) or address_fingerprint(guardian.email) != fingerprint:
            raise LinkExpired("this link belongs to an address or account that is no longer in use")
        return guardian

    async def sign_in(self, token: str, now: datetime) -> SignIn:
        """Sign the guardian in. Raises LinkInvalid, LinkExpired, SignInRefused."""
        guardian = await self.guardian_of(token, now)
        return await sign_in_person(
            self._database, guardian.organization_id, "guardian", guardian.id, "link", now
        )
