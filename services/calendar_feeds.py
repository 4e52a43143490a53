"""Calendar feeds: a secret address of each person, at which their calendar reads their classes.

A feed shows what the person's own mails show: their classes with course, instructor and join links. A cancelled class
stays in it as cancelled for a month after its time. A class that they have no part in any more is gone from it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidInput, LinkInvalid, NotFound
from domain.sessions.states import SessionState
from models.calendar_feed import CalendarFeed
from models.database import Database
from models.repositories import calendar_feeds
from models.session import Session
from reports.calendars import FeedEntry, calendar_feed
from services.class_contexts import classes_of_reader
from services.organizations import organization
from services.recipients import reader_of_links
from signing.hashing import hash_secret
from signing.links import LinkSigner

KEPT = timedelta(days=30)  # how long a class stays in the feed after its end
_MOST = 1_000  # classes of a feed
_MAX_TOKEN = 100  # characters of a token that is looked up


@dataclass(frozen=True)
class MadeFeed:
    row: CalendarFeed
    url: str  # the whole address; only a hash of it is stored


async def make(db: AsyncSession, links: LinkSigner, person_id: UUID, now: datetime) -> MadeFeed:
    """Make the address of a person's feed; an earlier one ends.

    Raises NotFound; InvalidInput for a person who is retired or has no mail address, and so gets no mails.
    """
    kind = await calendar_feeds.lock_person(db, person_id)
    if kind is None:
        raise NotFound(f"there is no instructor, guardian or student {person_id}")
    if await reader_of_links(db, kind, person_id) is None:
        raise InvalidInput(
            "a calendar can be subscribed to by people who are not retired and have an email address",
            next_step="Restore the person, or add an address first.",
        )
    token = secrets.token_urlsafe(32)
    row = await calendar_feeds.feed(db, person_id) or CalendarFeed(
        organization_id=(await organization(db)).id,
        person_id=person_id,
        person_kind=kind,
        token_hash="",
        created_at=now,
    )
    row.token_hash, row.created_at = hash_secret(token), now
    db.add(row)
    await db.flush()
    return MadeFeed(row, links.calendar_url(token))


async def get(db: AsyncSession, person_id: UUID) -> CalendarFeed:
    """Raises NotFound for a person without a feed."""
    row = await calendar_feeds.feed(db, person_id)
    if row is None:
        raise NotFound("this person has no calendar address")
    return row


async def end(db: AsyncSession, person_id: UUID) -> CalendarFeed:
    """End the address of a person's feed, which is returned. Raises NotFound for a person without one."""
    row = await get(db, person_id)
    await calendar_feeds.remove(db, person_id)
    return row


class CalendarFeeds:
    """Reads feeds by their addresses."""

    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    async def read(self, token: str, now: datetime) -> bytes:
        """The feed at an address. Raises LinkInvalid for an address that is wrong, replaced or of a retired person."""
        holder = None
        if len(token) <= _MAX_TOKEN:
            async with self._database.lookup() as reading:
                holder = await calendar_feeds.holder_of(reading, hash_secret(token))
        if holder is None:
            raise LinkInvalid("this calendar address is wrong, or was replaced", next_step=_NEXT_STEP)
        async with self._database.tenant(holder.organization_id) as db:
            found = await reader_of_links(db, holder.person_kind, holder.person_id)
            if found is None:
                raise LinkInvalid("this calendar has ended", next_step=_NEXT_STEP)
            classes = await calendar_feeds.classes_of(db, found.person_ids, now - KEPT, _MOST)
            name = (await organization(db)).name
            own = await classes_of_reader(db, self._links, name, found, classes, now, written_at=_changed_at)
        entries = [
            FeedEntry(
                one.session.id,
                one.context,
                one.session.time_zone,
                one.session.calendar_changes,
                one.session.state == SessionState.CANCELLED,
            )
            for one in own
            if one.people
        ]
        return calendar_feed(name, entries, found.reader.language)


def _changed_at(session: Session) -> datetime:
    """When the class was last changed, as far as is known."""
    return session.occurrence_since or session.created_at


_NEXT_STEP = "Copy the address from your page again, or ask your school for it."
