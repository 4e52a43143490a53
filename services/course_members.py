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
from domain.notices.kinds import CourseNoticeKind, notice_id, notice_key
from domain.notices.timing import next_allowed
from domain.people.access import Principal
from domain.people.sign_in import FAMILY_LINK_TTL
from domain.subjects import SubjectKind
from models.course import Course, Enrollment
from models.database import Database
from models.notice import Notice
from models.people import Guardian, Student
from models.repositories import course_classes, entities, notices, people
from models.session import Session
from reports.course_changes import render_course_change
from services.class_commands import ClassCommands
from services.organizations import organization
from signing.links import FamilyLink, LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_AT_ONCE = 4  # classes that are changed at the same time
_DELIVER_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class UnchangedClass:
    session: Session
    refusal: HomeroomError


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
            f"“{one.session.title}” of {one.session.starts_at:%Y-%m-%d %H:%M} UTC stays as it is: {one.refusal.detail}."
            for one in self.unchanged
        ]
        return " ".join(parts)


class CourseMembers:
    def __init__(
        self, database: Database, classes: ClassCommands, links: LinkSigner, deliveries: DeliveryClient
    ) -> None:
        self._database = database
        self._classes = classes
        self._links = links
        self._deliveries = deliveries

    async def joined(self, who: Principal, enrollment: Enrollment, now: datetime) -> ClassChanges:
        """Add a student to the course's coming classes, after the enrollment is written.

        Called again, it adds the student where that failed before, and tells nobody twice.
        """
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
        async with self._database.tenant(who.organization_id) as db:
            places = await course_classes.to_leave(db, enrollment.course_id, enrollment.student_id, now)

        async def remove(session: Session) -> None:
            await self._classes.remove_participant(who, session.id, places[session.id][1], tell=False)

        changes = await self._each([session for session, _ in places.values()], remove)
        if changes.changed:
            await self._tell(who, enrollment, CourseNoticeKind.UNENROLLED, changes.changed, now)
        return changes

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
        """Write one message per guardian, and start those that are due. Housekeeping starts the others."""
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
        school = await organization(db)
        written = [
            self._notice(guardian, student, course, school.name, enrollment, kind, changed, now)
            for guardian, student in await people.guardians_of(db, [enrollment.student_id])
        ]
        await notices.prepare(db, written)
        return written

    def _notice(
        self,
        guardian: Guardian,
        student: Student,
        course: Course,
        school: str,
        enrollment: Enrollment,
        kind: CourseNoticeKind,
        changed: Sequence[Session],
        now: datetime,
    ) -> Notice:
        first = min(session.starts_at for session in changed)
        key = notice_key(enrollment.id, kind, guardian.id, f"{enrollment.version}:{len(changed)}", first)
        last = max(session.ends_at for session in changed)
        family = FamilyLink(guardian.organization_id, guardian.id, guardian.email)
        message = render_course_change(
            kind,
            reader=guardian.name,
            student=student.name,
            course=course.title,
            organization=school,
            starts=sorted(session.starts_at for session in changed),
            family_url=self._links.family_url(family, max(now, last) + FAMILY_LINK_TTL),
            language=guardian.language,
            time_zone=guardian.time_zone,
            now=now,
        )
        send_after = next_allowed(now, guardian.time_zone, guardian.quiet_from, guardian.quiet_until)
        return Notice(
            id=notice_id(key),
            organization_id=guardian.organization_id,
            key=key,
            subject_kind=SubjectKind.STUDENT,
            subject_id=student.id,
            kind=kind,
            recipient_kind=SubjectKind.GUARDIAN,
            recipient_id=guardian.id,
            address=guardian.email,
            subject=message.subject,
            html=message.html,
            text=message.text,
            send_after=send_after,
            deliver_by=send_after + _DELIVER_WITHIN,
            created_at=now,
        )
