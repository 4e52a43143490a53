"""The session's row: booking, moving, cancelling, state."""

from typing import Any

from temporalio import activity
from uuid_utils.compat import uuid7

from activities.progress import ProgressWriter, utc_now
from domain.errors import BookingInPast, Conflict, InvalidInput, UnknownReference
from domain.people.roles import Role
from domain.sessions.schedule import check_length
from models.course import Course, Topic
from models.database import Database
from models.people import Instructor, Student
from models.repositories import entities, sessions
from models.session import Participant, Session, SessionTopic
from workflows.contracts.common import StepInput
from workflows.contracts.sessions import BookInput, BookResult, CancelInput, MoveInput, Sessions


class SessionActivities(Sessions):
    def __init__(self, database: Database, progress: ProgressWriter) -> None:
        self._database = database
        self._progress = progress

    @activity.defn(name="book_session")
    async def book(self, booking: BookInput) -> BookResult:
        _check(booking)
        ref = booking.session
        async with self._database.tenant(ref.organization_id) as db:
            if await db.get(Session, ref.session_id):
                return BookResult(len(await sessions.participants(db, ref.session_id)))
            if booking.external_id and await sessions.by_external_id(db, booking.external_id):
                raise Conflict(
                    "there is a session with this external_id", next_step="Read it by its external_id."
                )
            course = await entities.in_use(db, Course, booking.course_id)
            instructor = await entities.in_use(db, Instructor, booking.instructor_id)
            students = await entities.all_in_use(db, Student, booking.student_ids)
            topics = await entities.all_in_use(db, Topic, booking.topic_ids)
            if any(topic.course_id != course.id for topic in topics):
                raise UnknownReference(
                    "a topic is not of this course", next_step="Name topics of the booked course."
                )
            session = Session(
                id=ref.session_id,
                organization_id=ref.organization_id,
                region=booking.region,
                course_id=course.id,
                instructor_id=instructor.id,
                title=", ".join(topic.title for topic in topics) or course.title,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                time_zone=booking.time_zone,
                policy=booking.policy.model_dump(mode="json"),
                external_id=booking.external_id,
                created_at=utc_now(),
            )
            db.add(session)
            await db.flush()
            own: dict[str, Any] = {"organization_id": ref.organization_id, "session_id": ref.session_id}
            db.add_all([SessionTopic(**own, topic_id=topic.id) for topic in topics])
            teaching = Participant(
                **own, id=uuid7(), role=Role.INSTRUCTOR, instructor_id=instructor.id, name=instructor.name
            )
            learning = [
                Participant(**own, id=uuid7(), role=Role.STUDENT, student_id=student.id, name=student.name)
                for student in students
            ]
            db.add_all([teaching, *learning])
            await db.flush()
            everybody = [instructor.id, *booking.student_ids]
            await sessions.hold_time(db, session, everybody, booking.starts_at, booking.ends_at)
        return BookResult(1 + len(students))

    @activity.defn(name="move_session")
    async def move(self, move: MoveInput) -> None:
        ref = move.session
        async with self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            starts_at, ends_at = move.starts_at or session.starts_at, move.ends_at or session.ends_at
            check_length(starts_at, ends_at)
            held = await sessions.held_people(db, ref.session_id)
            await sessions.hold_time(db, session, held, starts_at, ends_at)
            await sessions.change(db, ref.session_id, starts_at=starts_at, ends_at=ends_at)
        await self._progress.write(move)

    @activity.defn(name="cancel_session")
    async def cancel(self, cancel: CancelInput) -> None:
        async with self._database.tenant(cancel.session.organization_id) as db:
            await sessions.release_time(db, cancel.session.session_id)
            await sessions.change(db, cancel.session.session_id, outcome="cancelled")
        await self._progress.write(cancel)

    @activity.defn(name="record_progress")
    async def record_progress(self, step: StepInput) -> None:
        await self._progress.write(step)


def _check(booking: BookInput) -> None:
    if booking.starts_at <= booking.now:
        raise BookingInPast
    check_length(booking.starts_at, booking.ends_at)
    if not booking.student_ids:
        raise InvalidInput("a class needs a student", next_step="Name at least one student.")
    for ids in (booking.student_ids, booking.topic_ids):
        if len(set(ids)) != len(ids):
            raise InvalidInput("somebody or something is named twice", next_step="Name each of them once.")
