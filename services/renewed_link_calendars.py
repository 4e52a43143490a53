"""The calendar entries of classes whose join links were renewed: they take the place of those with earlier links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import NoticeKind
from models.organization import Organization
from models.session import Session
from reports.calendars import calendar_entry
from services.class_contexts import classes_of_reader
from services.recipients import ReaderOfLinks
from signing.links import LinkSigner


@dataclass(frozen=True)
class RenewedLinkCalendars:
    organization: Organization
    links: LinkSigner
    sender_address: str
    now: datetime

    async def entries(self, db: AsyncSession, found: ReaderOfLinks, classes: Sequence[Session]) -> str:
        """An iCalendar object for each class, with the links of all whom the reader has in it."""
        own = await classes_of_reader(
            db, self.links, self.organization.name, found, classes, self.now, written_at=lambda _: self.now
        )
        return "".join(
            calendar_entry(
                NoticeKind.CONFIRMATION,
                one.context,
                session_id=one.session.id,
                changes=one.session.calendar_changes,
                organizer=self.organization.contact_email or self.sender_address,
                reader_address=found.reader.address,
                language=found.reader.language,
            )
            for one in own
        )
