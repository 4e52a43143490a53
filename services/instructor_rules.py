"""Keeps the hard rules in a booking: what an instructor may teach, when, how much and whom, and when students can; or
sets them aside.

Somebody who books can set the rules aside with a reason, but for students whom an instructor must not teach. Workflow
histories hold no free text, so the reason waits in the database for the activity that needs it. Without availability
every hour will do. Which rules count, and whether somebody without known qualifications may teach every course,
`services/instructor_standing.py` says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError, InstructorUnavailable, OrganizationClosed
from domain.scheduling.booking_rules import (
    A_STUDENT,
    OF_THE_TIME,
    Override,
    broken_rules,
    can_be_set_aside,
    listed,
    must_not_teach,
    outside_hours_of,
    sentence,
)
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot
from domain.scheduling.closures import ClosedTime
from models.authorship import authorship
from models.closure import Closure
from models.course import Course
from models.people import Instructor, Student
from models.repositories import (
    booked_times,
    entities,
    imported_calendars,
    names,
    override_requests,
    people,
    planning,
    substitutions,
)
from models.session import Session
from services.closed_times import closures_between, concerning
from services.instructor_standing import InstructorStanding, Spans, class_of, standing
from services.student_rules import StudentRules

BOOKED_AROUND = timedelta(days=8)  # on both sides of a class, for the limits of its day and week
_SOMEBODY = "The instructor"
_ABSOLUTE_STEP = "Choose another instructor, or change who is kept apart on the page of the student."


async def check(
    db: AsyncSession,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    override: UUID | None,
    *,
    keeps_time: bool = False,
) -> None:
    """Refuse a class that breaks a hard rule, unless an override is asked for; then write it down.

    See `check_instructor` for a class that `keeps_time`. Call it when the time of the class is reserved: whoever books
    the same instructor waits until the transaction ends, and so does a change of their rules. Raises
    InstructorUnavailable, UnknownReference for a retired instructor.
    """
    if keeps_time:
        await check_instructor(db, session, override=await _taken(db, override))
        return
    broken = await broken_by(db, await _asked(db, session, starts_at, ends_at))
    session.rules_version = broken.rules_version
    reason = broken.set_aside_by(await _taken(db, override))
    _write(session, broken.rules, reason, authorship.get().actor)
    await db.flush()


async def check_instructor(
    db: AsyncSession,
    session: Session,
    *,
    override: Override | None = None,
    by: str = "",
    since: datetime | None = None,
    own: InstructorStanding | None = None,
) -> None:
    """Refuse the instructor of a class that keeps its time, unless an override is given; then write it down.

    Rules that look at the time alone are not asked again: the class was booked at it before. With `since` the
    instructor teaches what is left of the class then. `by` is who gives its reason, by default the author of what is
    done. `own` are the rules that count, by default the published ones. When to call it and what it raises is as for
    `check`.
    """
    starts_at = session.starts_at if since is None else min(max(session.starts_at, since), session.ends_at)
    asked = await _asked(db, session, starts_at, session.ends_at)
    broken = (await broken_by(db, asked, own)).without(OF_THE_TIME)
    session.rules_version = broken.rules_version
    reason = broken.set_aside_by(override)
    kept = [rule for rule in session.overridden_rules if rule in OF_THE_TIME]
    if kept and not broken.rules:
        session.overridden_rules = kept  # with their reason
    else:
        _write(session, [*broken.rules, *kept], reason, by or authorship.get().actor)
    await db.flush()


@contextmanager
def said_in_general(refusal: HomeroomError) -> Iterator[None]:
    """Raise this in place of a refusal by the rules, to colleagues: they hear nothing of leave, papers or families."""
    try:
        yield
    except InstructorUnavailable as error:
        raise refusal from error


def forget_instructor(session: Session) -> None:
    """Let what was set aside for the instructor of a class end with them; rules of its time stay set aside."""
    session.overridden_rules = [rule for rule in session.overridden_rules if rule in OF_THE_TIME]
    if not session.overridden_rules:
        session.override_reason = session.overridden_by = None


async def _taken(db: AsyncSession, override: UUID | None) -> Override | None:
    return await override_requests.take(db, override) if override else None


async def _asked(db: AsyncSession, session: Session, starts_at: datetime, ends_at: datetime) -> "AskedClass":
    course = await entities.get(db, Course, session.course_id)
    students = (await planning.students_of(db, [session.id])).get(session.id, [])
    return AskedClass(session.instructor_id, class_of(course, starts_at, ends_at), students, session.id)


async def check_students(
    db: AsyncSession, session: Session, student_ids: Sequence[UUID], override: UUID | None
) -> None:
    """Refuse to add students who can't have classes at the class's time, or whom its instructor must not teach.

    An override sets their hours aside, and is written down with the rules that were set aside before. Raises
    InstructorUnavailable.
    """
    broken = await _broken_by_students(db, session, student_ids)
    reason = broken.set_aside_by(await _taken(db, override))
    if not broken.rules:
        return
    reasons = [session.override_reason, reason]
    rules = dict.fromkeys([*session.overridden_rules, *broken.rules])
    words = "; ".join(dict.fromkeys(one for one in reasons if one))
    _write(session, rules, words, authorship.get().actor)
    await db.flush()


async def check_kept_apart(db: AsyncSession, instructor_id: UUID, student_ids: Sequence[UUID]) -> None:
    """Refuse an instructor who must not teach one of these students. Raises InstructorUnavailable."""
    own = await standing(db)
    rules = await StudentRules.read(db, student_ids, own)
    if apart := rules.kept_apart(instructor_id, student_ids):
        text = must_not_teach(_SOMEBODY, A_STUDENT)
        broken = Broken(instructor_id, (WhyNot.DO_NOT_PAIR,), (text,), own.rules_version, kept_apart=apart)
        raise broken.refusal()


async def _broken_by_students(db: AsyncSession, session: Session, student_ids: Sequence[UUID]) -> "Broken":
    """The rules that adding these students to the class would break."""
    own = await standing(db)
    rules = await StudentRules.read(db, student_ids, own)
    closed_to = rules.closed_to(session.starts_at, session.ends_at, student_ids)
    apart = rules.kept_apart(session.instructor_id, student_ids)
    found = {
        WhyNot.STUDENT_WINDOW: (closed_to, outside_hours_of(A_STUDENT)),
        WhyNot.DO_NOT_PAIR: (apart, must_not_teach(_SOMEBODY, A_STUDENT)),
    }
    broken = {rule: text for rule, (keys, text) in found.items() if keys}
    return Broken(
        session.instructor_id,
        tuple(broken),
        tuple(broken.values()),
        own.rules_version,
        closed_to,
        apart,
    )


@dataclass(frozen=True)
class AskedClass:
    """A class as it is to be booked."""

    instructor_id: UUID
    wanted: ClassToTeach  # with what its course requires
    student_ids: Sequence[UUID] = ()
    id: UUID | None = None  # of the class itself, where it is booked already

    @property
    def people(self) -> list[UUID]:
        return [self.instructor_id, *self.student_ids]


@dataclass(frozen=True)
class Broken:
    """The hard rules that a class would break; none: it can be booked."""

    instructor_id: UUID
    rules: tuple[WhyNot, ...]
    texts: tuple[str, ...]  # a sentence for each rule, without names
    rules_version: int  # of the published scheduling rules; 0: none are
    closed_to: tuple[UUID, ...] = ()  # students who can't have classes at that time
    kept_apart: tuple[UUID, ...] = ()  # students whom the instructor must not teach

    def without(self, rules: Collection[WhyNot]) -> "Broken":
        kept = [(rule, text) for rule, text in zip(self.rules, self.texts, strict=True) if rule not in rules]
        return replace(self, rules=tuple(rule for rule, _ in kept), texts=tuple(text for _, text in kept))

    def set_aside_by(self, override: Override | None) -> str | None:
        """The reason that sets the rules aside; None without rules. Raises InstructorUnavailable if they stand."""
        if not self.rules:
            return None
        if override is None or not can_be_set_aside(self.rules, of_series=override.of_series):
            raise self.refusal()
        return override.reason

    def refusal(self) -> InstructorUnavailable:
        students = {"closed_to": self.closed_to, "kept_apart": self.kept_apart}
        kind = OrganizationClosed if self.rules == (WhyNot.CLOSED,) else InstructorUnavailable
        return kind(
            " ".join(self.texts),
            next_step="" if can_be_set_aside(self.rules) else _ABSOLUTE_STEP,
            rules=",".join(self.rules),
            instructor_id=str(self.instructor_id),
            **{name: ",".join(map(str, keys)) for name, keys in students.items() if keys},
        )


async def broken_by(db: AsyncSession, asked: AskedClass, own: InstructorStanding | None = None) -> Broken:
    """The rules that this class would break beside what is booked; `own` are by default the published ones.

    Raises UnknownReference for a retired instructor.
    """
    await entities.in_use(db, Instructor, asked.instructor_id)
    start, end = asked.wanted.starts_at - BOOKED_AROUND, asked.wanted.ends_at + BOOKED_AROUND
    booked = await booked_times.overlapping(db, [asked.instructor_id], start, end, asked.id)
    known = await KnownRules.read(db, [asked], own)
    return known.broken(asked, booked.get(asked.instructor_id, []))


@dataclass(frozen=True)
class KnownRules:
    """What the rules say of the people of some classes, whose number doesn't change the number of statements."""

    own: InstructorStanding
    candidates: Mapping[UUID, Candidate]  # instructors in use, without what they have booked
    students: StudentRules
    closures: Sequence[tuple[Closure, ClosedTime]]

    @classmethod
    async def read(
        cls, db: AsyncSession, asked: Sequence[AskedClass], own: InstructorStanding | None = None
    ) -> Self:
        own = own or await standing(db)
        ids = list(dict.fromkeys(one.instructor_id for one in asked))
        pairs: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
        for one in asked:
            pairs[one.instructor_id].add((one.wanted.subject, one.wanted.level))
        held = await people.qualifications(db, ids)
        busy: Mapping[UUID, Spans] = {}
        closures: list[tuple[Closure, ClosedTime]] = []
        if asked:
            start = min(one.wanted.starts_at for one in asked)
            end = max(one.wanted.ends_at for one in asked)
            busy = await imported_calendars.busy_times(db, ids, start, end)
            closures = await closures_between(db, start, end)
        candidates = {
            person.id: own.candidate(
                person, times, held.get(person.id), pairs[person.id], (), busy.get(person.id, ())
            )
            for person, times in await substitutions.instructors(db, ids)
        }
        students = {key for one in asked for key in one.student_ids}
        return cls(own, candidates, await StudentRules.read(db, students, own), closures)

    def broken(self, asked: AskedClass, booked: Spans) -> Broken:
        """The rules that a class breaks whose instructor has `booked` these times around it, itself aside."""
        closed = concerning(self.closures, asked.wanted.requirements.region)
        wanted = replace(self.students.wanted(asked.wanted, asked.student_ids), closed=closed)
        wanted = self.own.wanted(wanted)
        known = self.candidates[asked.instructor_id]
        candidate = replace(
            known,
            availability=replace(known.availability, booked=tuple(booked)),
            kept_apart=self.students.kept_apart(asked.instructor_id, asked.student_ids),
        )
        rules = broken_rules(wanted, candidate)
        return Broken(
            asked.instructor_id,
            rules,
            tuple(sentence(rule, _SOMEBODY, wanted, candidate) for rule in rules),
            self.own.rules_version,
            wanted.closed_to,
            candidate.kept_apart,
        )


def _write(session: Session, broken: Iterable[str], reason: str | None, by: str) -> None:
    """On the row of the class, whose changes are in the change log with their author."""
    rules = [str(rule) for rule in broken]
    session.overridden_rules = rules
    session.override_reason = reason if rules else None
    session.overridden_by = by if rules else None


async def named(db: AsyncSession, errors: Sequence[InstructorUnavailable]) -> list[InstructorUnavailable]:
    """The refusals with the names of the people that their `extra` refers to."""
    instructors = await names.of(db, Instructor, {UUID(one.extra["instructor_id"]) for one in errors})
    students = await names.of(
        db, Student, {key for one in errors for part in _OF_STUDENTS for key in _ids(one, part)}
    )
    return [_named(one, instructors, students) for one in errors]


def _named(
    error: InstructorUnavailable, instructors: Mapping[UUID, str], students: Mapping[UUID, str]
) -> InstructorUnavailable:
    detail = error.detail
    for part, words in _OF_STUDENTS.items():
        called = listed(students[key] for key in _ids(error, part) if key in students)
        detail = detail.replace(words.format(A_STUDENT), words.format(called or A_STUDENT))
    name = instructors.get(UUID(error.extra["instructor_id"]), _SOMEBODY)
    detail = detail.replace(_SOMEBODY, name)
    return type(error)(detail, next_step=error.next_step, **error.extra)


# By what of the `extra` has their ids, the words of the sentence in which students are named.
_OF_STUDENTS: Mapping[str, str] = {"closed_to": "at which {}", "kept_apart": "must not teach {}"}


def _ids(error: InstructorUnavailable, part: str) -> list[UUID]:
    return [UUID(key) for key in error.extra.get(part, "").split(",") if key]
