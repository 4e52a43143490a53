"""The recipients of a notice, and the participants that each receives it for."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import Audience, NoticeKind, audiences
from domain.notices.timing import send_at
from domain.people.roles import Role
from domain.presence.verdicts import AttendanceStatus
from models.people import Guardian, Instructor, Student
from models.repositories import entities, people
from models.session import Participant, Session
from services.attendance import attendance_rows, evidence, status_of
from services.instructor_absence import has_come, teachers_among


@dataclass(frozen=True)
class Recipient:
    kind: str
    id: UUID
    name: str
    address: str
    language: str
    time_zone: str
    participants: tuple[
        Participant, ...
    ]  # the guardian's children in the class, the student or the instructor
    quiet_from: time | None = None
    quiet_until: time | None = None
    unsubscribed: frozenset[str] = frozenset()  # kinds of notices that are not sent
    others: tuple[Participant, ...] = ()  # of a change of people: the guardian's other children in the class

    def send_at(self, kind: NoticeKind, at: datetime, class_starts_at: datetime) -> datetime:
        """When to send this recipient a notice that is due `at`, by their quiet hours. See `domain.notices.timing`."""
        return send_at(
            kind,
            at,
            class_starts_at=class_starts_at,
            zone=self.time_zone,
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
        )


async def recipients(
    db: AsyncSession,
    kind: NoticeKind,
    session: Session,
    instructor: Instructor,
    participants: Sequence[Participant],
    now: datetime,
    changed: Sequence[Participant] = (),
) -> list[Recipient]:
    """Everybody to whom notices of this kind about the class are sent.

    `changed` are the students whom a notice about a change of the class's people is about.
    """
    wanted = audiences(kind)
    in_class = [person for person in participants if person.in_class]
    to = [instructor_reader(instructor, participants)] if Audience.INSTRUCTOR in wanted else []
    if Audience.MISSING_INSTRUCTOR in wanted and await _is_missing(db, kind, session, participants):
        to.append(instructor_reader(instructor, participants))
    if Audience.GUARDIANS in wanted:
        to += await families(db, in_class)
    if Audience.GUARDIANS_OF_CHANGED in wanted:
        to += await _families_of_changed(db, changed, in_class)
    if Audience.GUARDIANS_OF_ABSENT in wanted:
        came = await _came(db, session, participants, now)
        to += await families(
            db,
            [
                person
                for person in _students(in_class)
                if person.id not in came and not person.is_excused(session.starts_at)
            ],
        )
    if Audience.GUARDIANS_OF_MISSED in wanted:
        to += await families(db, await absent_from(db, session, in_class, now))
    if Audience.GUARDIANS_OF_ATTENDING in wanted:
        came = await _came(db, session, participants, now)
        guardians = await families(db, participants)
        to += [guardian for guardian in guardians if any(child.id in came for child in guardian.participants)]
    return to


async def _families_of_changed(
    db: AsyncSession, changed: Sequence[Participant], in_class: Sequence[Participant]
) -> list[Recipient]:
    ids = {person.id for person in changed}
    others = {
        reader.id: reader.participants
        for reader in await families(db, [person for person in in_class if person.id not in ids])
    }
    return [replace(reader, others=others.get(reader.id, ())) for reader in await families(db, changed)]


def instructor_reader(instructor: Instructor, participants: Sequence[Participant]) -> Recipient:
    """An instructor as a reader, with their own place among these participants."""
    own = tuple(p for p in participants if p.instructor_id == instructor.id)
    return Recipient(
        "instructor",
        instructor.id,
        instructor.name,
        instructor.email,
        instructor.language,
        instructor.time_zone,
        own,
    )


async def _came(
    db: AsyncSession, session: Session, participants: Sequence[Participant], now: datetime
) -> set[UUID]:
    """The participants who have been in the class, for however short a time."""
    recorded = await evidence(db, session)
    rows = await asyncio.to_thread(attendance_rows, session, participants, recorded, now)
    return {row.participant_id for row in rows if row.came}


async def absent_from(
    db: AsyncSession, session: Session, in_class: Sequence[Participant], now: datetime
) -> list[Participant]:
    """The students who count as absent from a class that was held, and are not excused."""
    recorded = await evidence(db, session)
    rows = await asyncio.to_thread(attendance_rows, session, in_class, recorded, now)
    statuses = {row.participant_id: row for row in rows}
    return [
        person
        for person in _students(in_class)
        if (row := statuses.get(person.id)) is not None
        and status_of(row, person) == AttendanceStatus.ABSENT
        and not person.is_excused(session.starts_at)
    ]


async def _is_missing(
    db: AsyncSession, kind: NoticeKind, session: Session, participants: Sequence[Participant]
) -> bool:
    """Whether nobody who teaches the class has come to it, or, for the question before it, checked in."""
    teachers = teachers_among(session, participants)
    if kind == NoticeKind.CHECK_IN and any(one.has_checked_in(session.starts_at) for one in teachers):
        return False
    return not await has_come(db, session, teachers)


def _students(participants: Sequence[Participant]) -> list[Participant]:
    return [person for person in participants if person.role == Role.STUDENT]


async def families(db: AsyncSession, students: Sequence[Participant]) -> list[Recipient]:
    """The guardians of these students, each once, with all their children among them, and students with an address.

    A student who shares a guardian's address gets no mail of their own: the guardian's has the same link.
    """
    by_student = {p.student_id: p for p in students if p.student_id}
    children: dict[UUID, list[Participant]] = defaultdict(list)
    guardians: dict[UUID, Guardian] = {}
    for guardian, student in await people.guardians_of(db, list(by_student)):
        guardians[guardian.id] = guardian
        children[guardian.id].append(by_student[student.id])
    shared = {
        (guardian.email, child.student_id) for key, guardian in guardians.items() for child in children[key]
    }
    own_mails = [
        _student(student, (by_student[student.id],))
        for student in await people.students_with_address(db, list(by_student))
        if (student.email, student.id) not in shared
    ]
    return [_guardian(guardian, tuple(children[guardian.id])) for guardian in guardians.values()] + own_mails


def instructor_alone(instructor: Instructor) -> Recipient:
    """The instructor as a reader, with no class."""
    return instructor_reader(instructor, ())


async def readers_of(db: AsyncSession, participants: Sequence[Participant]) -> list[Recipient]:
    """Everybody who gets the messages about these participants, of several classes, each once. Guests get none."""
    by_student = {person.student_id: person for person in participants if person.student_id}
    by_instructor = {person.instructor_id: person for person in participants if person.instructor_id}
    instructors = [await entities.get(db, Instructor, key) for key in by_instructor]
    return await families(db, list(by_student.values())) + [
        instructor_reader(one, [by_instructor[one.id]]) for one in instructors if one.retired_at is None
    ]


@dataclass(frozen=True)
class ReaderOfLinks:
    """A reader, and the students and instructors whose join links they get."""

    reader: Recipient
    person_ids: Sequence[UUID]


async def reader_of_links(db: AsyncSession, kind: str, reader_id: UUID) -> ReaderOfLinks | None:
    """Who gets join links, as they are now; None for who is retired or has no address."""
    if kind == "guardian":
        guardian = await entities.get(db, Guardian, reader_id)
        children = await people.children_of(db, reader_id)
        return None if guardian.retired_at else ReaderOfLinks(_guardian(guardian, ()), children)
    if kind == "student":
        student = await entities.get(db, Student, reader_id)
        reached = student.email and not student.retired_at
        return ReaderOfLinks(_student(student, ()), [reader_id]) if reached else None
    instructor = await entities.get(db, Instructor, reader_id)
    return None if instructor.retired_at else ReaderOfLinks(instructor_reader(instructor, ()), [reader_id])


async def family_of(db: AsyncSession, student_id: UUID) -> list[Recipient]:
    """The guardians of a student, and the student with an address of their own, with no class."""
    guardians = [guardian for guardian, _ in await people.guardians_of(db, [student_id])]
    shared = {guardian.email for guardian in guardians}
    students = await people.students_with_address(db, [student_id])
    own_mails = [_student(student, ()) for student in students if student.email not in shared]
    return [_guardian(guardian, ()) for guardian in guardians] + own_mails


def _student(student: Student, own: tuple[Participant, ...]) -> Recipient:
    assert student.email is not None, "only students with an address are read"
    return Recipient(
        "student",
        student.id,
        student.name,
        student.email,
        student.language,
        student.time_zone,
        own,
        unsubscribed=frozenset(student.unsubscribed),
    )


def _guardian(guardian: Guardian, children: tuple[Participant, ...]) -> Recipient:
    return Recipient(
        "guardian",
        guardian.id,
        guardian.name,
        guardian.email,
        guardian.language,
        guardian.time_zone,
        children,
        guardian.quiet_from,
        guardian.quiet_until,
        frozenset(guardian.unsubscribed),
    )
