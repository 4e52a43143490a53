"""The rows of a booked class: write, move and cancel them, change its people.

Called by the activities of the class's workflow.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import BookingInPast, Conflict, InvalidInput, TransitionRefused, UnknownReference
from domain.notices.kinds import NoticeKind
from domain.people.display_names import told_apart
from domain.people.roles import Role
from domain.sessions.schedule import check_length
from domain.sessions.states import OVER_STATES
from models.course import Course, Topic
from models.people import Instructor, Student
from models.repositories import (
    booked_times,
    booking_requests,
    entities,
    join_links,
    notices,
    people,
    sessions,
    substitutions,
)
from models.session import Participant, Session, SessionTopic
from services import holds, instructor_rules, late_cancellations
from services.case_closing import close_of_cancelled
from services.substitution_notices import SubstitutionNotices
from services.substitutions import swap_instructor
from workflows.contracts.sessions import (
    AddPeopleInput,
    BookInput,
    CancelInput,
    MoveInput,
    PeopleResult,
    RemovePeopleInput,
)


async def book(db: AsyncSession, booking: BookInput, now: datetime) -> int:
    """Write the session, its participants and the time it holds; returns the number of participants.

    Called again with the same id, it leaves the class as it is, also when the class would start in the past by now: a
    workflow repeats a booking whose answer it has lost. Raises BookingInPast, InvalidInput, Conflict,
    UnknownReference, DoubleBooked, InstructorUnavailable, HoldEnded; none of them leaves a row.
    """
    ref = booking.session
    if await db.get(Session, ref.session_id):
        return len(await sessions.participants(db, ref.session_id))
    _check(booking)
    external_id = await booking_requests.take(db, ref.session_id) or booking.external_id
    if external_id and await sessions.by_external_id(db, external_id):
        raise external_id_taken()
    course = await entities.in_use(db, Course, booking.course_id)
    instructor = await entities.in_use(db, Instructor, booking.instructor_id)
    students = await entities.all_in_use(db, Student, booking.student_ids)
    topics = await _topics(db, booking, course)
    session = _session(booking, course, topics, external_id, now)
    db.add(session)
    try:
        await db.flush()
    except IntegrityError as error:
        if "uq_session_organization_id_external_id" in str(error.orig):  # booked at the same moment
            raise external_id_taken() from error
        raise
    own: dict[str, Any] = {"organization_id": ref.organization_id, "session_id": ref.session_id}
    db.add_all([SessionTopic(**own, topic_id=topic.id) for topic in topics])
    db.add(
        Participant(
            **own, id=uuid7(), role=Role.INSTRUCTOR, instructor_id=instructor.id, name=instructor.name
        )
    )
    names = told_apart([student.name for student in students], taken=[instructor.name])
    db.add_all(
        [
            Participant(**own, id=uuid7(), role=Role.STUDENT, student_id=student.id, name=name)
            for student, name in zip(students, names, strict=True)
        ]
    )
    await db.flush()
    people_ids = [instructor.id, *booking.student_ids]
    if booking.hold:
        await holds.take_over(db, booking.hold, session, course, booking.student_ids)
    await sessions.hold_time(db, session, people_ids, booking.starts_at, booking.ends_at)
    await instructor_rules.check(db, session, booking.starts_at, booking.ends_at, booking.override)
    return len(people_ids)


def external_id_taken() -> Conflict:
    return Conflict("a session with this external_id already exists", next_step="Read it by its external_id.")


async def move(db: AsyncSession, move: MoveInput, notices: SubstitutionNotices, now: datetime) -> None:
    """Change start and end, and who teaches the class where the move says so; then both instructors are told.

    A move also begins a new occurrence of the class; called again for the same move, it does not begin another. A class
    that only gets longer keeps its instructor, whatever their rules say. Raises InvalidInput, DoubleBooked,
    InstructorUnavailable, UnknownReference; then nothing is changed.
    """
    session = await sessions.lock(db, move.session.session_id)
    starts_at, ends_at = move.starts_at or session.starts_at, move.ends_at or session.ends_at
    keeps_time = (starts_at, ends_at) == (session.starts_at, session.ends_at)
    check_length(starts_at, ends_at)
    former_id = session.instructor_id
    is_handed_over = move.instructor_id not in (None, former_id)
    if is_handed_over:
        await sessions.release_time_of(db, session.id, [former_id])
    held = await sessions.held_people(db, session.id)
    if move.instructor_id is not None:  # with the others, in the order of bookings
        await booked_times.lock_people(db, {*held, move.instructor_id})
    await sessions.hold_time(db, session, held, starts_at, ends_at)
    if is_handed_over and move.instructor_id is not None:
        session.starts_at, session.ends_at = starts_at, ends_at
        instructor = await entities.in_use(db, Instructor, move.instructor_id)
        await swap_instructor(db, session, instructor, now)
    values: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at}
    if move.moves is not None and move.moves > session.moves:
        await instructor_rules.check(db, session, starts_at, ends_at, move.override, keeps_time=keeps_time)
        await substitutions.withdraw(db, session.id, now)
        values |= {"moves": move.moves, "occurrence_since": now, "opened_at": None}
    await sessions.change(db, session.id, **values)
    if is_handed_over:
        await notices.taken_over(db, session, f"move {move.moves}", former_id, now)


async def cancel(db: AsyncSession, cancel: CancelInput, now: datetime) -> None:
    """Mark the session as cancelled, with the reason; release the time it held, and resolve its exceptions.

    A family that cancels late is counted.
    """
    # Its cases before the class, in the order in which the watch locks them.
    await close_of_cancelled(db, cancel.session.session_id, now)
    session = await sessions.lock(db, cancel.session.session_id)
    await late_cancellations.count(db, session, cancel.by, now)
    await substitutions.withdraw(db, cancel.session.session_id, now)
    await sessions.release_time(db, cancel.session.session_id)
    await sessions.change(
        db, cancel.session.session_id, outcome="cancelled", cancel_reason=cancel.reason or None
    )


async def add_people(db: AsyncSession, added: AddPeopleInput, now: datetime) -> PeopleResult:
    """Add students and reserve their time; those who are in the class already stay as they are.

    Once the class has a room, they get credentials at once, also whom the instructor had sent out of it. Raises
    UnknownReference, DoubleBooked, InstructorUnavailable for somebody who can't have classes at that time, unless an
    override sets that aside, or whom the instructor must not teach, TransitionRefused; then nobody is added.
    """
    session = await _changeable(db, added.session.session_id)
    everybody = await sessions.participants(db, session.id)
    present = {person.student_id for person in everybody if person.in_class}
    new_ids = [key for key in dict.fromkeys(added.student_ids) if key not in present]
    if not new_ids:
        return PeopleResult()
    students = await entities.all_in_use(db, Student, new_ids)
    await sessions.hold_time_of(db, session, new_ids)
    await instructor_rules.check_students(db, session, new_ids, added.override)
    came_back = {person.student_id: person for person in everybody if not person.in_class}
    names = told_apart([student.name for student in students], taken=[person.name for person in everybody])
    rows = [
        came_back.get(student.id)
        or Participant(
            id=uuid7(),
            organization_id=session.organization_id,
            session_id=session.id,
            role=Role.STUDENT,
            student_id=student.id,
            name=name,
        )
        for student, name in zip(students, names, strict=True)
    ]
    for row in rows:
        row.removed_at = row.sent_out_at = None
        row.credentialed_at = now if added.has_room else None
    db.add_all(rows)
    session.people_changes += 1
    await db.flush()
    await notices.withdraw_waiting(db, session.id, await _guardian_ids(db, new_ids), now, NoticeKind.REMOVED)
    return PeopleResult(tuple(row.id for row in rows), tuple(new_ids))


async def remove_people(db: AsyncSession, removed: RemovePeopleInput, now: datetime) -> PeopleResult:
    """Take students and guests out of the class and release their time; those who are out already stay so.

    Who may have been in the room stays in the record. Raises Conflict, InvalidInput, TransitionRefused; then nobody is
    removed.
    """
    session = await _changeable(db, removed.session.session_id)
    everybody = await sessions.participants(db, session.id)
    wanted = set(removed.participant_ids)
    leaving = [person for person in everybody if person.id in wanted and person.in_class]
    if not leaving:
        return PeopleResult()
    if any(person.role == Role.INSTRUCTOR for person in leaving):
        raise InvalidInput(
            "the instructor can't be removed from a class", next_step="Request a substitute instead."
        )
    gone = [person.student_id for person in leaving if person.student_id]
    staying = {person.student_id for person in everybody if person.student_id and person.in_class} - set(gone)
    if gone and not staying:
        raise Conflict(
            "nobody would be left: a class needs at least one student", next_step="Cancel the class instead."
        )
    result = PeopleResult(tuple(person.id for person in leaving), tuple(gone))
    await sessions.release_time_of(db, session.id, gone)
    for person in leaving:
        if removed.has_room:
            person.removed_at = now
        else:
            await db.delete(person)
    session.people_changes += 1
    await db.flush()
    if removed.has_room:  # added again, they get new links
        await join_links.renew(db, [person.id for person in leaving], put_out=True)
    told = await _guardian_ids(db, gone) - await _guardian_ids(db, list(staying))
    await notices.withdraw_waiting(db, session.id, told, now)
    return result


async def _changeable(db: AsyncSession, session_id: UUID) -> Session:
    """A class whose people may be changed. Raises NotFound, TransitionRefused."""
    session = await sessions.lock(db, session_id)
    if session.outcome == "cancelled" or session.state in OVER_STATES:
        raise TransitionRefused("the class is over or cancelled")
    return session


async def _guardian_ids(db: AsyncSession, student_ids: Sequence[UUID]) -> set[UUID]:
    by_student = await people.guardian_ids(db, student_ids)
    return {guardian for guardians in by_student.values() for guardian in guardians}


def _check(booking: BookInput) -> None:
    if booking.starts_at <= booking.now:
        raise BookingInPast
    check_length(booking.starts_at, booking.ends_at)
    if not booking.student_ids:
        raise InvalidInput("a class needs at least one student", next_step="Add a student.")
    for ids in (booking.student_ids, booking.topic_ids):
        if len(set(ids)) != len(ids):
            raise InvalidInput(
                "the same person or topic is listed twice", next_step="List each of them once."
            )


async def _topics(db: AsyncSession, booking: BookInput, course: Course) -> list[Topic]:
    topics = await entities.all_in_use(db, Topic, booking.topic_ids)
    if any(topic.course_id != course.id for topic in topics):
        raise UnknownReference(
            "a topic doesn't belong to this course", next_step="Use topics of the booked course."
        )
    return topics


def _session(
    booking: BookInput, course: Course, topics: list[Topic], external_id: str | None, now: datetime
) -> Session:
    return Session(
        id=booking.session.session_id,
        organization_id=booking.session.organization_id,
        region=booking.region,
        course_id=course.id,
        instructor_id=booking.instructor_id,
        title=", ".join(topic.title for topic in topics) or course.title,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        time_zone=booking.time_zone,
        policy=booking.policy.model_dump(mode="json"),
        external_id=external_id,
        whole_course=booking.whole_course,
        created_at=now,
    )
