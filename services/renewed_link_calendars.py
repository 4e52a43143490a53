"""The calendar entries of classes whose join links were renewed: they take the place of those with earlier links."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import NoticeKind
from models.course import Course
from models.organization import Organization
from models.people import Instructor
from models.repositories import names, sessions
from models.session import Participant, Session
from reports.calendars import calendar_entry
from reports.contexts import ClassContext
from services.notice_content import join_urls
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
        courses = await names.of(db, Course, {session.course_id for session in classes})
        instructors = await names.of(db, Instructor, {session.instructor_id for session in classes})
        own = await _own_people(db, [session.id for session in classes], found.person_ids)

        def entry(session: Session) -> str:
            context = ClassContext(
                organization=self.organization.name,
                course=courses[session.course_id],
                title=session.title,
                instructor=instructors[session.instructor_id],
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                reader=found.reader.name,
                written_at=self.now,
                join_urls=join_urls(session, self.links, own[session.id], self.now),
            )
            return calendar_entry(
                NoticeKind.CONFIRMATION,
                context,
                session_id=session.id,
                changes=session.calendar_changes,
                organizer=self.organization.contact_email or self.sender_address,
                reader_address=found.reader.address,
                language=found.reader.language,
            )

        return "".join(entry(session) for session in classes)


async def _own_people(
    db: AsyncSession, session_ids: Sequence[UUID], person_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Participant]]:
    """Those of these students and instructors who are in each class."""
    own: dict[UUID, list[Participant]] = defaultdict(list)
    for person in await sessions.participants_of_all(db, session_ids):
        if person.in_class and {person.student_id, person.instructor_id} & set(person_ids):
            own[person.session_id].append(person)
    return own
