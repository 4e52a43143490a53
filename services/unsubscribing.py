"""Ends and resumes a kind of message to a person, with the link in such a message; no sign-in is needed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import NoticeKind
from models.authorship import authorship
from models.database import Database
from models.people import Guardian, Student
from models.repositories import entities
from services.link_readers import reader_of_mailed_link
from services.organizations import organization
from signing.links import LinkSigner, UnsubscribeLink


@dataclass(frozen=True)
class Subscription:
    """Whether a person gets a kind of message."""

    organization: str
    language: str
    kind: NoticeKind
    subscribed: bool


class Unsubscribing:
    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    async def read(self, token: str, now: datetime) -> Subscription:
        """Raises LinkInvalid, LinkExpired, also if the person's address has changed since."""
        link = self._links.read_unsubscribe(token, now)
        async with self._database.tenant(link.organization_id) as db:
            person = await _person(db, link, lock=False)
            return await _subscription(db, person, link.kind)

    async def set(self, token: str, subscribed: bool, now: datetime) -> Subscription:
        """Unsubscribe, or subscribe again; a repeat changes nothing. Raises LinkInvalid, LinkExpired."""
        link = self._links.read_unsubscribe(token, now)
        authorship.get().actor = f"{link.person_kind}:{link.person_id}"
        async with self._database.tenant(link.organization_id) as db:
            person = await _person(db, link, lock=True)
            if subscribed != (link.kind not in person.unsubscribed):
                kinds = [kind for kind in person.unsubscribed if kind != link.kind]
                entities.touch(person, {"unsubscribed": kinds if subscribed else [*kinds, link.kind]}, now)
                await db.flush()
            return await _subscription(db, person, link.kind)


async def _person(db: AsyncSession, link: UnsubscribeLink, *, lock: bool) -> Guardian | Student:
    return await reader_of_mailed_link(db, link.person_kind, link.person_id, link.fingerprint, lock=lock)


async def _subscription(db: AsyncSession, person: Guardian | Student, kind: NoticeKind) -> Subscription:
    name = (await organization(db)).name
    return Subscription(name, person.language, kind, kind not in person.unsubscribed)
