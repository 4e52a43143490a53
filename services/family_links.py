"""The link in a guardian's mails: whose it is, and signing in with it."""

from datetime import datetime
from uuid import UUID

from domain.errors import LinkExpired
from models.database import Database
from models.people import Guardian
from models.repositories import sign_ins
from services.sign_in import Entered, let_in
from signing.links import LinkSigner, address_fingerprint


class FamilyLinks:
    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    async def guardian_of(self, token: str, now: datetime) -> tuple[UUID, UUID]:
        """Organization and guardian. Raises LinkInvalid, LinkExpired; also for an address that is no longer theirs."""
        tenant, guardian_id, mark = self._links.read_family(token, now)
        async with self._database.tenant(tenant) as db:
            guardian = await sign_ins.person(db, "guardian", guardian_id)
        if not isinstance(guardian, Guardian) or address_fingerprint(guardian.email) != mark:
            raise LinkExpired("this link belongs to an address or account that is no longer in use")
        return tenant, guardian_id

    async def sign_in(self, token: str, now: datetime) -> Entered:
        """Raises LinkInvalid, LinkExpired."""
        tenant, guardian_id = await self.guardian_of(token, now)
        return await let_in(self._database, tenant, "guardian", guardian_id, "link", now)
