"""Short join links: `/j/abc-defg-hij` leads to the join page of one person and class.

A short link is valid for as long as the signed link that it stands for. A renewed link has a new code.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import LinkExpired, LinkInvalid, LinkReplaced
from domain.people.join_codes import read_code
from models.database import Database
from models.repositories import join_codes, sessions
from models.session import Participant
from services.joining import join_url, refuse_replaced, short_link
from services.sign_in_lockout import SignInLockout
from signing.links import LINK_VALID_AFTER_CLASS, LinkSigner


class JoinCodes:
    def __init__(self, database: Database, links: LinkSigner, lockout: SignInLockout) -> None:
        self._database = database
        self._links = links
        self._lockout = lockout

    async def urls(self, db: AsyncSession, people: Iterable[Participant]) -> dict[UUID, str]:
        """The short links of participants, by participant. Their hashes are stored, so that they can be found."""
        urls = {}
        for person in people:
            urls[person.id], code_hash = short_link(self._links, person)
            if person.join_code_hash != code_hash:
                await join_codes.store(db, person.id, code_hash)
        return urls

    async def resolve(self, typed: str, host: str, now: datetime) -> str:
        """The long link of a code that was typed or opened.

        Raises LinkInvalid, LinkExpired, NotFound, and RateLimited after too many wrong codes from one network.
        """
        await self._lockout.check_join_codes(host, now)
        code = read_code(typed)
        holder = None
        if code:
            async with self._database.lookup() as db:
                holder = await join_codes.holder_of(db, self._links.codes.hashes(code))
        if holder is None:
            await self._lockout.count_bad_join_code(host, now)
            raise LinkInvalid("no class has this code", next_step="Check each letter, or ask for a new link.")
        async with self._database.tenant(holder.organization_id) as db:
            joining = await sessions.joining(db, holder.session_id, holder.participant_id)
        if holder.replaced:
            raise LinkReplaced
        refuse_replaced(joining, joining.participant.link_version)
        session = joining.session
        if session.ends_at + LINK_VALID_AFTER_CLASS <= now:
            raise LinkExpired("the class of this code is over")
        return join_url(self._links, session, joining.participant)
