"""The calendar entries of the classes that a student joins or leaves with a course, for each reader of the message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import CourseNoticeKind, NoticeKind
from domain.sessions.states import SessionState
from models.course import Course
from models.organization import Organization
from models.people import Instructor
from models.repositories import names, people, sessions
from models.session import Participant, Session
from reports.calendars import calendar_entry
from reports.contexts import ClassContext
from services.notice_content import join_urls
from services.recipients import Recipient
from signing.links import LinkSigner

_OF_ONE_CLASS = {
    CourseNoticeKind.ENROLLED: NoticeKind.ADDED,
    CourseNoticeKind.UNENROLLED: NoticeKind.REMOVED,
}


@dataclass(frozen=True)
class ChangedClasses:
    """Classes whose students have changed, as they are afterwards."""

    sessions: Sequence[Session]  # by start
    instructors: Mapping[UUID, str]  # their names
    students: Mapping[UUID, Sequence[Participant]]  # those in each class
    children: Mapping[UUID, set[UUID]]  # of each guardian, among these students


async def changed_classes(db: AsyncSession, session_ids: Sequence[UUID]) -> ChangedClasses:
    found = await sessions.get_sessions(db, session_ids)
    students: dict[UUID, list[Participant]] = defaultdict(list)
    for person in await sessions.participants_of_all(db, session_ids):
        if person.student_id and person.in_class:
            students[person.session_id].append(person)
    everybody = {
        person.student_id for present in students.values() for person in present if person.student_id
    }
    children: dict[UUID, set[UUID]] = defaultdict(set)
    for guardian, student in await people.guardians_of(db, list(everybody)):
        children[guardian.id].add(student.id)
    instructors = await names.of(db, Instructor, {session.instructor_id for session in found})
    return ChangedClasses(found, instructors, students, children)


@dataclass(frozen=True)
class CourseCalendars:
    kind: CourseNoticeKind
    course: Course
    organization: Organization
    classes: ChangedClasses
    links: LinkSigner
    sender_address: str
    now: datetime

    def entries(self, reader: Recipient) -> str:
        """An iCalendar object for each class: an invitation, or a cancellation where nobody of theirs is left in it."""
        return "".join(self._entry(session, reader) for session in self.classes.sessions)

    def _entry(self, session: Session, reader: Recipient) -> str:
        """Empty where another message says more: the class was cancelled, or the student has left it again."""
        present = self._present(session, reader)
        if session.state == SessionState.CANCELLED or (
            self.kind == CourseNoticeKind.ENROLLED and not present
        ):
            return ""
        context = ClassContext(
            organization=self.organization.name,
            course=self.course.title,
            title=session.title,
            instructor=self.classes.instructors[session.instructor_id],
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            reader=reader.name,
            written_at=self.now,
            join_urls=join_urls(session, self.links, present, self.now),
        )
        return calendar_entry(
            _OF_ONE_CLASS[self.kind],
            context,
            session_id=session.id,
            changes=session.calendar_changes,
            organizer=self.organization.contact_email or self.sender_address,
            reader_address=reader.address,
            language=reader.language,
        )

    def _present(self, session: Session, reader: Recipient) -> Sequence[Participant]:
        """Those in the class whom the reader has it in the calendar for."""
        own = self.classes.children.get(reader.id, set()) | {reader.id}
        return [person for person in self.classes.students.get(session.id, ()) if person.student_id in own]
