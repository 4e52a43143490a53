"""Slots: when a class can be booked and who can teach it then; quotes: who can teach at one time, the best first.

The rules are those of a booking: what is not known of an instructor refuses nothing. Time that is held for another
booking is as good as booked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import BookingInPast
from domain.scheduling.booking_rules import sentence
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot
from domain.scheduling.slots import Slot, SlotWindow, bookable_slots, explained_slots
from domain.sessions.schedule import check_length
from models.course import Course
from models.people import Instructor, Student
from models.repositories import booked_times, entities, imported_calendars, people, substitutions
from services.inputs.slots import QuoteIn, SlotQuestion
from services.instructor_rules import BOOKED_AROUND
from services.planning.candidates import CandidateInstructor, candidates_for, text_of
from services.planning.problems import ProposedClass
from services.stored_availability import availability_of


@dataclass(frozen=True)
class FoundSlots:
    slots: list[Slot]
    instructors: Mapping[UUID, Candidate]
    names: Mapping[UUID, str]
    wanted: ClassToTeach  # without a time of its own
    continues_at: datetime | None  # ask again from here for more; None: these are all

    def sentence(self, slot: Slot, instructor_id: UUID, rule: WhyNot) -> str:
        """Why a rule refuses an instructor at a slot."""
        one = ClassToTeach(self.wanted.subject, self.wanted.level, slot.start, slot.end, self.wanted.students)
        times = self.instructors[instructor_id].availability
        return sentence(rule, self.names[instructor_id], one, times)


async def find(
    db: AsyncSession, asked: SlotQuestion, now: datetime, *, besides: UUID | None = None
) -> FoundSlots:
    """When a class can be booked. `besides` is a class that would move, which is in nobody's way.

    Raises UnknownReference.
    """
    first = asked.first_start(now)
    window = SlotWindow(first, asked.last_end(first), asked.length, asked.step)
    course = await entities.in_use(db, Course, asked.course_id) if asked.course_id else None
    subject, level = (course.subject, course.level) if course else (asked.subject or "", asked.level or "")
    student_ids = await _students(db, asked)
    wanted = ClassToTeach(subject, level, window.first, window.first + window.length, len(student_ids))
    everybody = [
        (person, times)
        for person, times in await substitutions.instructors(db)
        if asked.instructor_id in (None, person.id)
    ]
    if asked.instructor_id and not everybody:
        await entities.in_use(db, Instructor, asked.instructor_id)
    ids = [person.id for person, _ in everybody]
    since, until = window.first - BOOKED_AROUND, window.until + BOOKED_AROUND
    booked = await booked_times.overlapping(db, [*ids, *student_ids], since, until, besides)
    busy = await imported_calendars.busy_times(db, ids, window.first, window.until)
    held = await people.qualifications(db, ids)
    candidates = {
        person.id: Candidate(
            person.id,
            qualifications=held.get(person.id) or [(subject, level)],
            availability=availability_of(person, times, booked.get(person.id, []), busy.get(person.id, [])),
        )
        for person, times in everybody
    }
    search = explained_slots if asked.explain else bookable_slots
    students = {key: booked.get(key, []) for key in student_ids}
    found = search(wanted, window, list(candidates.values()), students, asked.most + 1)
    more = found[asked.most].start if len(found) > asked.most else None
    names = {person.id: person.name for person, _ in everybody}
    return FoundSlots(found[: asked.most], candidates, names, wanted, more)


async def _students(db: AsyncSession, asked: SlotQuestion) -> list[UUID]:
    if asked.student_ids:
        await entities.all_in_use(db, Student, asked.student_ids)
        return list(asked.student_ids)
    return list(await people.enrolled_students(db, asked.course_id)) if asked.course_id else []


@dataclass(frozen=True)
class Reason:
    rule: str
    text: str
    class_ids: tuple[UUID, ...] = ()  # in the way


@dataclass(frozen=True)
class Refused:
    id: UUID
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Quote:
    rules_version: int  # of the published scheduling rules; 0: none are published
    candidates: list[CandidateInstructor]  # the best first
    refused: list[Refused]
    busy_students: list[UUID]


async def quote(db: AsyncSession, asked: QuoteIn, now: datetime) -> Quote:
    """Who can teach a class at this time. Raises BookingInPast, InvalidInput, UnknownReference."""
    if asked.starts_at <= now:
        raise BookingInPast
    check_length(asked.starts_at, asked.ends_at)
    student_ids = asked.student_ids
    if student_ids is None:
        await entities.in_use(db, Course, asked.course_id)
        student_ids = list(await people.enrolled_students(db, asked.course_id))
    else:
        await entities.all_in_use(db, Student, student_ids)
    wanted = ProposedClass(uuid7(), asked.course_id, asked.starts_at, asked.ends_at, tuple(student_ids))
    found = await candidates_for(db, wanted, now)
    taken = await booked_times.overlapping(db, student_ids, asked.starts_at, asked.ends_at)
    refused = [
        Refused(
            one.id,
            one.name,
            tuple(Reason(why.rule, text_of(why.rule), why.class_ids) for why in one.refused_by),
        )
        for one in found.refused
    ]
    return Quote(
        found.rules_version,
        list(found.candidates),
        refused,
        [key for key in student_ids if key in taken],
    )
