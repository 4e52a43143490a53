"""Students who join or leave a course: the course's coming classes follow, and each family is told once.

Classes that were booked for everybody in the course take who joins it; those with a list of students of their own stay
as they are. Who leaves the course leaves all its coming classes. Classes that are running or over do not change.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError, TransitionRefused
from domain.notices.kinds import CourseNoticeKind, NoticeKind, notice_id, notice_key
from domain.people.access import Principal
from domain.people.sign_in import FAMILY_LINK_TTL
from domain.subjects import SubjectKind
from models.course import Course, Enrollment
from models.database import Database
from models.notice import Notice
from models.people import Student
from models.repositories import course_classes, entities, notices
from models.session import Session
from reports.course_changes import render_course_change
from services.class_commands import ClassCommands
from services.course_calendars import CourseCalendars, changed_classes
from services.organizations import organization
from services.recipients import Recipient, family_of
from signing.links import FamilyLink, LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_AT_ONCE = 4  # classes that are changed at the same time
_DELIVER_WITHIN = timedelta(days=1)
_AS_URGENT_AS = {
    CourseNoticeKind.ENROLLED: NoticeKind.ADDED,
    CourseNoticeKind.UNENROLLED: NoticeKind.REMOVED,
}  # where the first of the classes is near


@dataclass(frozen=True)
class UnchangedClass:
    session: Session
    refusal: HomeroomError

    @property
    def reason(self) -> str:
        """Without a full stop."""
        return self.refusal.detail.rstrip(".")


@dataclass(frozen=True)
class ClassChanges:
    """What joining or leaving a course has changed in its coming classes."""

    changed: Sequence[Session] = ()
    unchanged: Sequence[UnchangedClass] = ()  # that refused, as where the student has another class

    def __bool__(self) -> bool:
        return bool(self.changed or self.unchanged)

    @property
    def text(self) -> str:
        """In a sentence for whoever made the change; empty if no class was to change."""
        count = len(self.changed)
        parts = [f"{count} coming {'class' if count == 1 else 'classes'} changed."] if count else []
        parts += [
            f"“{one.session.title}” of {one.session.starts_at:%Y-%m-%d %H:%M} UTC stays as it is: {one.reason}."
            for one in self.unchanged
        ]
        return " ".join(parts)


class CourseMembers:
    def __init__(
        self,
        database: Database,
        classes: ClassCommands,
        links: LinkSigner,
        deliveries: DeliveryClient,
        sender_address: str,
    ) -> None:
        """`sender_address` is the address that mails come from."""
        self._database = database
        self._classes = classes
        self._links = links
        self._deliveries = deliveries
        self._sender_address = sender_address

    async def joined(self, who: Principal, enrollment: Enrollment, now: datetime) -> ClassChanges:
        """Add a student to the course's coming classes, after the enrollment is written.

        Called again, it adds the student where that failed before, and tells nobody twice.
        """
        changes = await self._join(who, enrollment, now)
        await self._follow(who, enrollment, now, takes_part=True)
        return changes

    async def _join(self, who: Principal, enrollment: Enrollment, now: datetime) -> ClassChanges:
        async with self._database.tenant(who.organization_id) as db:
            coming = await course_classes.to_join(db, enrollment.course_id, enrollment.student_id, now)

        async def add(session: Session) -> None:
            await self._classes.add_students(who, session.id, [enrollment.student_id], tell=False)

        changes = await self._each(coming, add)
        if changes.changed:
            await self._tell(who, enrollment, CourseNoticeKind.ENROLLED, changes.changed, now)
        return changes

    async def imported(
        self, who: Principal, enrollment_ids: Collection[UUID], now: datetime
    ) -> dict[UUID, ClassChanges]:
        """As `joined`, for those of these enrollments whose course has coming classes; by their ids."""
        async with self._database.tenant(who.organization_id) as db:
            enrollments = await course_classes.of_followed_courses(db, enrollment_ids, now)
        return {row.id: await self.joined(who, row, now) for row in enrollments}

    async def left(self, who: Principal, enrollment: Enrollment, now: datetime) -> ClassChanges:
        """Take a student out of the course's coming classes, after the enrollment is retired."""
        changes = await self._leave(who, enrollment, now)
        await self._follow(who, enrollment, now, takes_part=False)
        return changes

    async def _leave(self, who: Principal, enrollment: Enrollment, now: datetime) -> ClassChanges:
        async with self._database.tenant(who.organization_id) as db:
            places = await course_classes.to_leave(db, enrollment.course_id, enrollment.student_id, now)

        async def remove(session: Session) -> None:
            await self._classes.remove_participant(who, session.id, places[session.id][1], tell=False)

        changes = await self._each([session for session, _ in places.values()], remove)
        if changes.changed:
            await self._tell(who, enrollment, CourseNoticeKind.UNENROLLED, changes.changed, now)
        return changes

    async def _follow(
        self, who: Principal, enrollment: Enrollment, now: datetime, *, takes_part: bool
    ) -> None:
        """Make the classes follow an enrollment that was retired or restored while they were changed.

        Whoever changes it then may have read the classes before these changes: the last to look sees all of them.
        """
        while True:
            async with self._database.tenant(who.organization_id) as db:
                row = await entities.get(db, Enrollment, enrollment.id)
            if takes_part == (row.retired_at is None):
                return
            takes_part = not takes_part
            await (self._join if takes_part else self._leave)(who, row, now)

    async def _each(
        self, coming: Sequence[Session], change: Callable[[Session], Awaitable[None]]
    ) -> ClassChanges:
        limit = asyncio.Semaphore(_AT_ONCE)

        async def attempt(session: Session) -> HomeroomError | None:
            async with limit:
                try:
                    await change(session)
                except HomeroomError as error:
                    return error
            return None

        refusals = await asyncio.gather(*(attempt(session) for session in coming))
        pairs = list(zip(coming, refusals, strict=True))
        return ClassChanges(
            [session for session, refusal in pairs if refusal is None],
            [
                UnchangedClass(session, refusal)
                for session, refusal in pairs
                if refusal is not None and not isinstance(refusal, TransitionRefused)  # over in the meantime
            ],
        )

    async def _tell(
        self,
        who: Principal,
        enrollment: Enrollment,
        kind: CourseNoticeKind,
        changed: Sequence[Session],
        now: datetime,
    ) -> None:
        """Write one message per reader, and start those that are due. Housekeeping starts the others."""
        async with self._database.tenant(who.organization_id) as db:
            written = await self._write(db, enrollment, kind, changed, now)
        for notice in written:
            if notice.send_after <= now:
                await self._deliveries.start_or_leave(
                    DeliveryInput(who.organization_id, notice.id, now + _DELIVER_WITHIN)
                )

    async def _write(
        self,
        db: AsyncSession,
        enrollment: Enrollment,
        kind: CourseNoticeKind,
        changed: Sequence[Session],
        now: datetime,
    ) -> list[Notice]:
        course = await entities.get(db, Course, enrollment.course_id)
        student = await entities.get(db, Student, enrollment.student_id)
        school = await organization(db)
        classes = await changed_classes(db, [session.id for session in changed])
        calendars = CourseCalendars(kind, course, school, classes, self._links, self._sender_address, now)
        written = [
            self._notice(reader, student, course, school.name, enrollment, kind, calendars, now)
            for reader in await family_of(db, student.id)
        ]
        await notices.prepare(db, written)
        return written

    def _notice(
        self,
        reader: Recipient,
        student: Student,
        course: Course,
        school: str,
        enrollment: Enrollment,
        kind: CourseNoticeKind,
        calendars: CourseCalendars,
        now: datetime,
    ) -> Notice:
        changed = calendars.classes.sessions
        first = min(session.starts_at for session in changed)
        key = notice_key(enrollment.id, kind, reader.id, f"{enrollment.version}:{len(changed)}", first)
        last = max(session.ends_at for session in changed)
        message = render_course_change(
            kind,
            reader=reader.name,
            student=student.name,
            course=course.title,
            organization=school,
            starts=[session.starts_at for session in changed],
            family_url=self._family_url(enrollment, reader, max(now, last) + FAMILY_LINK_TTL),
            language=reader.language,
            time_zone=reader.time_zone,
            now=now,
        )
        send_after = reader.send_at(_AS_URGENT_AS[kind], now, first)
        return Notice(
            id=notice_id(key),
            organization_id=enrollment.organization_id,
            key=key,
            subject_kind=SubjectKind.STUDENT,
            subject_id=student.id,
            kind=kind,
            recipient_kind=reader.kind,
            recipient_id=reader.id,
            address=reader.address,
            subject=message.subject,
            html=message.html,
            text=message.text,
            calendar=calendars.entries(reader),
            send_after=send_after,
            deliver_by=send_after + _DELIVER_WITHIN,
            created_at=now,
        )

    def _family_url(self, enrollment: Enrollment, reader: Recipient, expires_at: datetime) -> str:
        """The page of a guardian; students have none."""
        if reader.kind != "guardian":
            return ""
        return self._links.family_url(
            FamilyLink(enrollment.organization_id, reader.id, reader.address), expires_at
        )
