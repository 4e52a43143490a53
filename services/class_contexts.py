"""What the calendar of a reader says of classes: course, instructor, and the join links of those they have in each."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.course import Course
from models.people import Instructor
from models.repositories import join_links, names
from models.session import Participant, Session
from reports.contexts import ClassContext
from services.notice_content import join_urls
from services.recipients import ReaderOfLinks
from signing.links import LinkSigner


@dataclass(frozen=True)
class ClassOfReader:
    session: Session
    people: Sequence[Participant]  # whom the reader has in the class
    context: ClassContext


async def classes_of_reader(
    db: AsyncSession,
    links: LinkSigner,
    school: str,
    found: ReaderOfLinks,
    classes: Sequence[Session],
    now: datetime,
    *,
    written_at: Callable[[Session], datetime],
) -> list[ClassOfReader]:
    """These classes, in their order. `school` is the organization's name, `written_at` when the entry has changed."""
    courses = await names.of(db, Course, {session.course_id for session in classes})
    instructors = await names.of(db, Instructor, {session.instructor_id for session in classes})
    own: dict[UUID, list[Participant]] = defaultdict(list)
    ids = [session.id for session in classes]
    for person in await join_links.present_of_people(db, ids, found.person_ids):
        own[person.session_id].append(person)
    return [
        ClassOfReader(
            session,
            own[session.id],
            ClassContext(
                organization=school,
                course=courses[session.course_id],
                title=session.title,
                instructor=instructors[session.instructor_id],
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                reader=found.reader.name,
                written_at=written_at(session),
                join_urls=join_urls(session, links, own[session.id], now),
            ),
        )
        for session in classes
    ]
