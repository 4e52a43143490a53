"""Slots: when a class can be booked and who can teach it then; quotes: who can teach at one time, the best first.

The rules are those of a booking (`services/instructor_standing.py`). Time that is held for another booking is as good
as booked, and so is time outside the hours at which a student can have classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import BookingInPast, InvalidInput
from domain.scheduling.availability import WeeklyHours
from domain.scheduling.booking_rules import sentence
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot
from domain.scheduling.slots import Slot, SlotWindow, bookable_slots, explained_slots
from domain.sessions.schedule import check_length
from models.course import Course
from models.people import Instructor, Student
from models.repositories import booked_times, entities, imported_calendars, people, substitutions
from services import student_hours
from services.closed_times import closed_times, with_closed_days
from services.inputs.slots import QuoteIn, SlotQuestion
from services.instructor_rules import BOOKED_AROUND
from services.instructor_standing import class_asked, standing
from services.organizations import organization, self_service_policy_of
from services.planning.candidates import ClassCandidates, candidates_for, refused_to_all
from services.planning.problems import ProposedClass
from services.student_hours import with_usual
from services.student_rules import StudentRules


@dataclass(frozen=True)
class FoundSlots:
    slots: list[Slot]
    instructors: Mapping[UUID, Candidate]
    names: Mapping[UUID, str]
    wanted: ClassToTeach  # without a time of its own
    continues_at: datetime | None  # ask again from here for more; None: these are all

    def sentence(self, slot: Slot, instructor_id: UUID, rule: WhyNot) -> str:
        """Why a rule refuses an instructor at a slot."""
        one = replace(self.wanted, starts_at=slot.start, ends_at=slot.end)
        return sentence(rule, self.names[instructor_id], one, self.instructors[instructor_id])


async def find(db: AsyncSession, asked: SlotQuestion, now: datetime) -> FoundSlots:
    """When a class can be booked. Raises InvalidInput for a time that is over, UnknownReference."""
    first = asked.first_start(now)
    if asked.last_end(first) <= first:
        raise InvalidInput("no class can start from now until `to`", next_step="Choose a later `to`.")
    window = SlotWindow(first, asked.last_end(first), asked.length, asked.step)
    course = await entities.in_use(db, Course, asked.course_id) if asked.course_id else None
    student_ids = await _students(db, asked)
    start, end = window.first, window.first + window.length
    wanted = class_asked(course, asked.subject, asked.level, start, end, len(student_ids))
    found = await search(
        db,
        window,
        wanted,
        student_ids,
        asked.most,
        instructor_id=asked.instructor_id,
        usual=self_service_policy_of(await organization(db)).offered_hours if asked.for_families else (),
        explain=asked.explain,
    )
    if asked.instructor_id and not found.instructors:
        await entities.in_use(db, Instructor, asked.instructor_id)
    return found


async def search(
    db: AsyncSession,
    window: SlotWindow,
    wanted: ClassToTeach,
    student_ids: Sequence[UUID],
    most: int,
    *,
    instructor_id: UUID | None = None,
    besides: UUID | None = None,
    usual: tuple[WeeklyHours, ...] = (),
    explain: bool = False,
) -> FoundSlots:
    """The first slots of a window for a class such as `wanted`, whose time does not matter.

    `besides` is a class that would move, which is in nobody's way. Students who have no hours of their own have the
    `usual` ones; none: every hour will do.
    """
    own = await standing(db)
    wanted = own.wanted(await with_closed_days(db, wanted, window.first, window.until))
    everybody = await substitutions.instructors(db, [instructor_id] if instructor_id else None)
    ids = [person.id for person, _ in everybody]
    since, until = window.first - BOOKED_AROUND, window.until + BOOKED_AROUND
    booked = await booked_times.overlapping(db, [*ids, *student_ids], since, until, besides)
    busy = await imported_calendars.busy_times(db, ids, window.first, window.until)
    held = await people.qualifications(db, ids)
    pairs = [(wanted.subject, wanted.level)]
    rules = await StudentRules.read(db, student_ids, own)
    candidates = {
        person.id: replace(
            own.candidate(
                person, times, held.get(person.id), pairs, booked.get(person.id, []), busy.get(person.id, [])
            ),
            kept_apart=rules.kept_apart(person.id, student_ids),
        )
        for person, times in everybody
    }
    hours = await with_usual(db, student_ids, rules.hours, usual) if usual else rules.hours
    closed = student_hours.closed(hours, window.first, window.until)
    students = {key: [*booked.get(key, []), *closed.get(key, [])] for key in student_ids}
    slots_of = explained_slots if explain else bookable_slots
    found = slots_of(wanted, window, list(candidates.values()), students, most + 1)
    more = found[most].start if len(found) > most else None
    names = {person.id: person.name for person, _ in everybody}
    return FoundSlots(found[:most], candidates, names, wanted, more)


async def _students(db: AsyncSession, asked: SlotQuestion) -> list[UUID]:
    if asked.student_ids:
        await entities.all_in_use(db, Student, asked.student_ids)
        return list(asked.student_ids)
    return list(await people.enrolled_students(db, asked.course_id)) if asked.course_id else []


@dataclass(frozen=True)
class Quote:
    found: ClassCandidates
    busy_students: list[UUID]


async def quote(db: AsyncSession, asked: QuoteIn, now: datetime) -> Quote:
    """Who can teach a class at this time. Raises BookingInPast, InvalidInput, UnknownReference."""
    if asked.starts_at <= now:
        raise BookingInPast
    check_length(asked.starts_at, asked.ends_at)
    student_ids = asked.student_ids
    course = await entities.in_use(db, Course, asked.course_id)
    if student_ids is None:
        student_ids = list(await people.enrolled_students(db, asked.course_id))
    else:
        await entities.all_in_use(db, Student, student_ids)
    wanted = ProposedClass(uuid7(), asked.course_id, asked.starts_at, asked.ends_at, tuple(student_ids))
    found = await candidates_for(db, wanted, now)
    if await closed_times(db, asked.starts_at, asked.ends_at, course.required_region):
        found = refused_to_all(found, WhyNot.CLOSED)
    taken = await booked_times.overlapping(db, student_ids, asked.starts_at, asked.ends_at)
    rules = await StudentRules.read(db, student_ids, await standing(db))
    closed = student_hours.closed(rules.hours, asked.starts_at, asked.ends_at)
    return Quote(found, [key for key in student_ids if key in taken or key in closed])
