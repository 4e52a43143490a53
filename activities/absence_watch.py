"""Finds who has not come to the running classes of a region, and who comes late; tells ops and the people themselves.

An instructor who is missing becomes an open case, which grows more severe: not checked in, late, absent. A stronger one
replaces the weaker. Each missing student becomes a case of their own, and an instructor who waits for all of them one
more. When the person comes after all, the case is resolved. Once the instructor is absent, a substitution starts.

The reminders are written here, and not by timers of the class's workflow: the look is taken anyway for all classes at
once, and a class in which everybody is on time adds nothing to its history. That a watch which is down does not hide an
absent instructor is the workflow's task (workflows/class_session.py).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from activities.isolation import WRITERS, for_each, in_bulk, log_left_out
from activities.presence_record import SessionPresence
from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.errors import Unavailable
from domain.notices.kinds import NoticeKind
from domain.people.roles import Role, identity_of
from domain.presence.arrivals import (
    INSTRUCTOR_PROBLEMS,
    Arrival,
    ArrivalRules,
    InstructorArrival,
    case_of_all,
    instructor_arrival,
    student_arrivals,
)
from domain.presence.attendance import Attendance
from domain.sessions.policies import SessionPolicy
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import cases, sessions
from models.session import Participant
from services.arrival_mails import remind_instructors, tell_families_of_absent
from services.case_repairs import INSTRUCTOR_CASES, tried
from services.cases import NewCase, open_case, resolve_by_itself
from services.instructor_absence import start_key
from services.substitution_start import InstructorAbsence, SubstitutionStarter

_DURATIONS = TypeAdapter(dict[str, timedelta])
_BY_DEFAULT = {name: getattr(SessionPolicy(), name) for name in ArrivalRules.__dataclass_fields__}
_KINDS = (*INSTRUCTOR_PROBLEMS, ExceptionKind.STUDENT_ABSENT, ExceptionKind.NOBODY_CAME)


@dataclass(frozen=True)
class _Arrivals:
    """Who has come to a class; students by identity, none before it is time to judge."""

    moves: int
    instructor: InstructorArrival
    students: Mapping[str, bool]

    @property
    def changes_nothing(self) -> bool:
        """Whether nobody is missed, and nobody can have been: before a check-in, or at an earlier start."""
        instructor = self.instructor
        is_too_early = instructor.arrival == Arrival.EXPECTED and not instructor.checked_in
        return is_too_early and not self.students and not self.moves


class AbsenceWatch:
    """The watch over who comes to the classes of one region. It remembers what it has written."""

    def __init__(self, database: Database, substitutions: SubstitutionStarter) -> None:
        self._database = database
        self._substitutions = substitutions
        self._written: dict[UUID, _Arrivals] = {}

    async def look(self, running: Mapping[UUID, SessionPresence]) -> None:
        """Write who has not come to the running sessions, where that changed. What fails is tried again next time."""
        self._written = {key: written for key, written in self._written.items() if key in running}
        changed: dict[UUID, dict[UUID, _Arrivals]] = defaultdict(dict)
        for session_id, session in running.items():
            found = _arrivals(session)
            if found and self._written.get(session_id) != found and not found.changes_nothing:
                changed[session.organization_id][session_id] = found

        async def write(organization_id: UUID, found: Mapping[UUID, _Arrivals]) -> None:
            async def write_batch(batch: Mapping[UUID, _Arrivals]) -> Mapping[UUID, None]:
                async with self._database.tenant(organization_id) as db:
                    await _Writing(running, batch, utc_now()).write(db)
                return dict.fromkeys(batch)

            for session_id in await in_bulk(found, write_batch, what="write who is absent"):
                try:
                    await self._start_substitution(running[session_id], found[session_id])
                except Unavailable as error:
                    log_left_out(session_id, "start the substitution", error)
                else:
                    self._written[session_id] = found[session_id]

        await for_each(changed, write, what="write who is absent", of="organization_id", at_once=WRITERS)

    async def _start_substitution(self, session: SessionPresence, found: _Arrivals) -> None:
        if found.instructor.problem != ExceptionKind.INSTRUCTOR_ABSENT or utc_now() >= session.ends_at:
            return
        await self._substitutions.start(
            InstructorAbsence(session.organization_id, session.session_id, session.starts_at, session.moves)
        )


def _arrivals(session: SessionPresence) -> _Arrivals | None:
    """None where the session's row or events cannot be read."""
    if session.folded is None:
        return None
    try:
        return _judged(session, session.folded.attendance, utc_now())
    except Exception as error:
        log_left_out(session.session_id, "find who is absent", error)
        return None


def _judged(session: SessionPresence, attendance: Mapping[str, Attendance], now: datetime) -> _Arrivals:
    rules = ArrivalRules(**(_BY_DEFAULT | _DURATIONS.validate_python(session.arrival_rules)))
    return _Arrivals(
        session.moves,
        instructor_arrival(
            [attendance[identity] for identity in session.teachers if identity in attendance],
            starts_at=session.starts_at,
            checked_in=any(session.teachers.values()),
            rules=rules,
            now=now,
        ),
        student_arrivals(
            {identity: Role(role) for identity, role in session.roles.items()},
            attendance,
            starts_at=session.starts_at,
            rules=rules,
            now=now,
        ),
    )


class _Writing:
    """Writes the cases and mails of several classes of one organization, in one transaction."""

    def __init__(
        self, running: Mapping[UUID, SessionPresence], found: Mapping[UUID, _Arrivals], now: datetime
    ) -> None:
        self._running = running
        self._found = found
        self._now = now
        self._starts = {key: running[key].starts_at for key in found}
        self._ends = {key: running[key].ends_at for key in found}

    async def write(self, db: AsyncSession) -> None:
        people: dict[UUID, list[Participant]] = defaultdict(list)
        for person in await sessions.participants_of_all(db, self._found):
            people[person.session_id].append(person)
        open_cases: dict[UUID, list[ExceptionCase]] = defaultdict(list)
        for case in await cases.open_of_sessions(db, self._found, _KINDS):
            if case.session_id:
                open_cases[case.session_id].append(case)
        for session_id in self._found:
            await self._write_instructor(db, session_id, people[session_id], open_cases[session_id])
            await self._write_students(db, session_id, people[session_id], open_cases[session_id])
        everybody = [person for own in people.values() for person in own]
        await self._remind_instructors(db, everybody)
        await self._tell_families(db, everybody)

    async def _write_instructor(
        self,
        db: AsyncSession,
        session_id: UUID,
        people: Iterable[Participant],
        open_cases: Iterable[ExceptionCase],
    ) -> None:
        found = self._found[session_id].instructor
        for case in open_cases:
            if case.kind in INSTRUCTOR_PROBLEMS and (why := _solved(ExceptionKind(case.kind), found)):
                resolve_by_itself(case, why, self._now)
        if found.problem is None:
            return
        teacher = next((one for one in people if identity_of(one.id) in self._teachers(session_id)), None)
        detail = {"starts_at": self._starts[session_id].isoformat()}
        if teacher:
            detail |= {"instructor_id": str(teacher.instructor_id), "participant_id": str(teacher.id)}
        if found.problem == ExceptionKind.INSTRUCTOR_ABSENT:
            detail["checked_in"] = str(any(self._running[session_id].teachers.values())).lower()
        await self._open(db, session_id, found.problem, "", detail)

    async def _write_students(
        self,
        db: AsyncSession,
        session_id: UUID,
        people: Iterable[Participant],
        open_cases: Iterable[ExceptionCase],
    ) -> None:
        found = self._found[session_id]
        came, of_all = found.students, case_of_all(found.students, found.instructor)
        occasions = {str(one.student_id): came.get(identity_of(one.id)) for one in people if one.student_id}
        reported = set()
        for case in open_cases:
            if case.kind != ExceptionKind.STUDENT_ABSENT:
                continue
            if occasions.get(case.occasion):
                resolve_by_itself(case, "Came late.", self._now)
            elif of_all:
                resolve_by_itself(case, f"Superseded by {of_all}.", self._now)
            else:
                reported.add(case.occasion)
        for person in people:
            if of_all is None and self._is_absent(person) and str(person.student_id) not in reported:
                occasion = str(person.student_id)
                detail = {"student_id": occasion}
                await self._open(db, session_id, ExceptionKind.STUDENT_ABSENT, occasion, detail)
        await self._write_nobody(db, session_id, people, open_cases)

    async def _write_nobody(
        self,
        db: AsyncSession,
        session_id: UUID,
        people: Iterable[Participant],
        open_cases: Iterable[ExceptionCase],
    ) -> None:
        """The instructor waits for students of whom none has come. Who said that they cannot come is not waited for."""
        found = self._found[session_id]
        awaited = sum(self._is_absent(person) for person in people)
        if any(found.students.values()) or not found.students:
            why = "Somebody came late." if found.students else "The class was moved."
            for case in open_cases:
                if case.kind == ExceptionKind.NOBODY_CAME:
                    resolve_by_itself(case, why, self._now)
        elif awaited and case_of_all(found.students, found.instructor) == ExceptionKind.NOBODY_CAME:
            await self._open(db, session_id, ExceptionKind.NOBODY_CAME, "", {"students": str(awaited)})

    async def _open(
        self,
        db: AsyncSession,
        session_id: UUID,
        kind: ExceptionKind,
        occasion: str,
        detail: Mapping[str, str],
    ) -> None:
        session = self._running[session_id]
        new = NewCase.about_session(
            session.organization_id, session_id, kind, occasion, detail, start_key(session.moves)
        )
        await open_case(db, new, self._now)

    async def _remind_instructors(self, db: AsyncSession, people: Iterable[Participant]) -> None:
        wanted = [
            (person, kind)
            for person in people
            if identity_of(person.id) in self._teachers(person.session_id)
            and (kind := self._found[person.session_id].instructor.reminder)
            and self._now < self._ends[person.session_id]
        ]
        # The question whether somebody will come is of no use when the class has begun.
        deliver_by = self._ends | {
            person.session_id: self._starts[person.session_id]
            for person, kind in wanted
            if kind == NoticeKind.CHECK_IN
        }
        if not wanted:
            return
        await remind_instructors(db, wanted, self._starts, deliver_by, self._now)
        reminded = {person.session_id: (person, kind) for person, kind in wanted}
        for case in await cases.open_of_sessions(db, reminded, INSTRUCTOR_CASES):
            if case.session_id:
                await self._note_reminder(db, case, *reminded[case.session_id])

    async def _note_reminder(
        self, db: AsyncSession, case: ExceptionCase, person: Participant, kind: NoticeKind
    ) -> None:
        """Also in a case that is opened later than the mail was written: at the start, of a class that waits."""
        starts_at = self._starts[person.session_id]
        at = min(self._now, starts_at) if kind == NoticeKind.CLASS_WAITS else self._now
        detail = {"instructor_id": str(person.instructor_id)}
        key = f"{kind} {person.id} {starts_at.isoformat()}"
        await tried(db, case, Repair.REMINDER_SENT, RepairResult.WAITING, key, at, detail)

    async def _tell_families(self, db: AsyncSession, people: Iterable[Participant]) -> None:
        """Families are told of a class that is taught; before its instructor has come, the child misses nothing."""
        absent = [
            person
            for person in people
            if self._is_absent(person)
            and self._found[person.session_id].instructor.arrival == Arrival.HERE
            and self._now < self._ends[person.session_id]
        ]
        if absent:
            await tell_families_of_absent(db, absent, self._starts, self._ends, self._now)

    def _is_absent(self, person: Participant) -> bool:
        came = self._found[person.session_id].students.get(identity_of(person.id))
        return came is False and not person.is_excused(self._starts[person.session_id])

    def _teachers(self, session_id: UUID) -> Collection[str]:
        return self._running[session_id].teachers


def _solved(kind: ExceptionKind, found: InstructorArrival) -> str:
    """Why an open case of this kind is over; empty: it is not."""
    if found.arrival == Arrival.HERE:
        seconds = round(found.late_by.total_seconds())
        late = f"{seconds // 60} min {seconds % 60} s late" if seconds >= 60 else f"{seconds} s late"
        return f"Came {late}." if seconds else "Came in time."
    if kind == found.problem:
        return ""
    if found.problem and INSTRUCTOR_PROBLEMS.index(kind) < INSTRUCTOR_PROBLEMS.index(found.problem):
        return f"Superseded by {found.problem}."
    if kind == ExceptionKind.INSTRUCTOR_NOT_CHECKED_IN and found.checked_in:
        return "Checked in."
    return "The class was moved."
