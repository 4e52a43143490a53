"""The rows of the sample school, in the order of their tables: people and courses, then classes week by week.

The classes belong to a region that no process serves, so nothing works on them: no workflow, no mail, no repair.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.range import Range
from sqlmodel import SQLModel

from cli.sample_school.names import TOPICS, YEARS, mailbox
from cli.sample_school.plan import Group, School
from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.cases.states import CaseState, EntryKind
from domain.notices.kinds import NoticeKind
from domain.people.access import AccessRole
from domain.people.roles import Role, identity_of
from domain.presence.verdicts import AttendanceStatus
from domain.record.documentation import DocumentationStatus
from domain.sessions.cancellations import CancelReason
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from domain.subjects import SubjectKind
from models.access import Member
from models.change_log import ChangeRow
from models.course import Course, CurriculumPlan, Enrollment, Topic
from models.documentation import Documentation, DocumentationRevision
from models.exception_case import CaseEntry, ExceptionCase
from models.live_status import LiveRoom
from models.notice import WITHDRAWN, Notice
from models.people import Guardian, Instructor, Qualification, Student, StudentGuardian
from models.record import AttendanceRow
from models.session import BookedTime, Participant, Session, SessionTopic, TimelineRow
from models.substitution import InstructorAvailability
from models.transcript import UtteranceRow

REGION = "sample"
ZONE = "Europe/Madrid"
LENGTH = timedelta(minutes=50)
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
_TOLD_SINCE = timedelta(days=10)  # messages of classes that are longer ago are left out
_SPOKEN_SINCE = timedelta(days=3)  # and so are transcripts
_STEPS_SINCE = timedelta(days=8)  # and the steps of their workflows,
_STEPS_UNTIL = timedelta(days=2)  # which are planned for the classes of the days ahead
_CASES = {
    ExceptionKind.STUDENT_ABSENT: 6,
    ExceptionKind.INSTRUCTOR_LATE: 3,
    ExceptionKind.POOR_CONNECTION: 3,
    ExceptionKind.RECORDING_GAP: 2,
    ExceptionKind.NOTICE_UNDELIVERABLE: 2,
    ExceptionKind.DOCUMENTATION_OVERDUE: 2,
    ExceptionKind.TRANSCRIPT_INCOMPLETE: 1,
    ExceptionKind.CLASS_ENDED_EARLY: 1,
    ExceptionKind.INSTRUCTOR_ABSENT: 1,
    ExceptionKind.DRAFT_FAILED: 1,
}
_RESOLUTIONS = (
    "Called the family, they come next week.",
    "Spoke to the instructor.",
    "The connection was better after a restart of the browser.",
    "Corrected the address and sent it again.",
    "Asked for the review, it is done.",
)
_LINES = (
    ("Good to see you. Today we look at {topic}.", True),
    ("I did the exercises from last time.", False),
    ("Can you tell me in your own words what {topic} is about?", True),
    ("I think so, but the second part was hard.", False),
    ("Let us do that one together, step by step.", True),
    ("Ah, so that is why it works.", False),
    ("Exactly. Try the next one alone.", True),
    ("For next week, please finish the page on {topic}.", True),
)

Rows = tuple[type[SQLModel], list[dict[str, Any]]]


@dataclass
class Ids:
    """Ids that are the same for the same seed, in the order of their times as those of the product are."""

    chance: random.Random

    def at(self, moment: datetime) -> UUID:
        stamp = int(moment.timestamp() * 1_000) << 80
        return UUID(
            int=stamp
            | 0x7 << 76
            | self.chance.getrandbits(12) << 64
            | 0b10 << 62
            | self.chance.getrandbits(62)
        )


@dataclass
class SampleRows:
    school: School
    organization_id: UUID
    now: datetime
    weeks: int
    chance: random.Random
    instructors: list[UUID] = field(default_factory=list)
    guardians: list[UUID] = field(default_factory=list)
    students: list[UUID] = field(default_factory=list)
    courses: list[UUID] = field(default_factory=list)
    members: list[UUID] = field(default_factory=list)
    topics: dict[int, list[tuple[UUID, str]]] = field(default_factory=dict)  # of a course

    def __post_init__(self) -> None:
        self.ids = Ids(self.chance)
        self.monday = self.now.astimezone(ZoneInfo(ZONE)).date()
        self.monday -= self.monday.weekday() * DAY
        self.founded = self.now - (self.weeks + 4) * WEEK
        self._addresses: dict[int, str] = {}

    def people(self) -> Iterator[Rows]:
        """Staff, instructors, families, courses and who is in them."""
        yield Member, self._members()
        yield Instructor, self._instructors()
        yield Qualification, self._qualifications()
        yield InstructorAvailability, self._availability()
        yield Guardian, self._guardians()
        yield Student, self._students()
        pairs = [
            self._own(student_id=self.students[student.person.number], guardian_id=self.guardians[guardian])
            for student in self.school.students
            for guardian in student.guardians
        ]
        yield StudentGuardian, pairs
        yield Course, self._courses()
        yield Topic, self._topics()
        yield CurriculumPlan, self._plans()
        yield Enrollment, self._enrollments()

    def week(self, number: int) -> Iterator[Rows]:
        """The classes of a week and all that belongs to them; 0 is this week, -1 the one before."""
        rows: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)
        for group in self.school.groups:
            _Class(self, rows, group, self.monday_of(number), number).write()
        for table in _ORDER:
            if rows[table]:
                yield table, rows[table]

    def _own(self, **values: Any) -> dict[str, Any]:
        return {"organization_id": self.organization_id, **values}

    def _new(self, kept: list[UUID], **values: Any) -> dict[str, Any]:
        key = self.ids.at(self.founded)
        kept.append(key)
        return self._own(id=key, created_at=self.founded, **values)

    def _members(self) -> list[dict[str, Any]]:
        staff = (
            ("Carmen Ibáñez", AccessRole.ADMIN),
            ("Jonas Köhler", AccessRole.OPS),
            ("Ngozi Achebe", AccessRole.OPS),
            ("Haruto Mori", AccessRole.OPS),
        )
        return [
            self._new(
                self.members,
                name=name,
                role=role,
                email=mailbox(name, n, "meridian"),
                time_zone=ZONE,
                first_signed_in_at=self.founded,
            )
            for n, (name, role) in enumerate(staff)
        ]

    def _instructors(self) -> list[dict[str, Any]]:
        return [
            self._new(
                self.instructors,
                name=one.person.name,
                email=mailbox(one.person.name, one.person.number, "meridian"),
                language=one.person.tongue.language,
                time_zone=one.person.tongue.zone,
                teaching_languages=sorted({"en", one.person.tongue.language}),
                certificates=[self._certificate(one.person.number)],
                background_checks=[
                    {"kind": "Enhanced DBS", "valid_until": self._day(90 + one.person.number * 53 % 900)}
                ],
            )
            for one in self.school.instructors
        ]

    def _certificate(self, number: int) -> dict[str, Any]:
        """Of safeguarding. One in forty has to be renewed within the coming weeks."""
        left = 16 if number % 40 == 7 else 60 + number * 37 % 900
        return {
            "name": "Safeguarding",
            "number": f"SG-{4100 + number}",
            "issued_on": self._day(left - 1095),
            "expires_on": self._day(left),
        }

    def _day(self, days: int) -> str:
        return (self.monday + days * DAY).isoformat()

    def _qualifications(self) -> list[dict[str, Any]]:
        return [
            self._new([], instructor_id=self.instructors[one.person.number], subject=subject, level="")
            for one in self.school.instructors
            for subject in dict.fromkeys(one.subjects)
        ]

    def _availability(self) -> list[dict[str, Any]]:
        """Of two thirds of the instructors: hours around their classes, in their own zone; some have leave."""
        taught: dict[int, list[Group]] = defaultdict(list)
        for group in self.school.groups:
            taught[group.instructor].append(group)
        rows = []
        for one in self.school.instructors:
            if self.chance.random() < 1 / 3:
                continue
            number = one.person.number
            leave = []
            if self.chance.random() < 0.2:
                start = datetime.combine(self.monday + 2 * WEEK, time(), ZoneInfo(ZONE))
                leave = [
                    {
                        "starts_at": start.isoformat(),
                        "ends_at": (start + self.chance.choice((3, 5, 7)) * DAY).isoformat(),
                        "reason": "unavailable",
                    }
                ]
            rows.append(
                self._own(
                    instructor_id=self.instructors[number],
                    weekly=self._weekly(taught[number], ZoneInfo(one.person.tongue.zone)),
                    leave=leave,
                    buffer_minutes=self.chance.choice((0, 0, 5, 10)),
                    most_hours_per_week=self.chance.choice((None, 30, 40)),
                    extra_hours_up_to=24 if number % 3 == 0 else None,
                    hourly_cost=self.chance.choice((18, 22, 25, 30, 38)),
                    updated_at=self.founded,
                )
            )
        return rows

    def _weekly(self, groups: Sequence[Group], zone: ZoneInfo) -> list[dict[str, Any]]:
        """An hour on both sides of the classes of each day, by the clocks of this week."""
        spans: dict[int, list[int]] = defaultdict(list)
        for group in groups:
            local = self.start(self.monday, group).astimezone(zone)
            spans[local.weekday()] += [local.hour, local.hour + 1]
        return [
            {
                "weekday": day,
                "start": f"{max(min(hours) - 1, 0):02d}:00",
                "end": f"{max(hours) + 1:02d}:00" if max(hours) < 23 else "00:00",
            }
            for day, hours in sorted(spans.items())
        ]

    def _guardians(self) -> list[dict[str, Any]]:
        for person in self.school.guardians:
            self._addresses[person.number] = mailbox(person.name, person.number, "families")
        return [
            self._new(
                self.guardians,
                name=person.name,
                email=self._addresses[person.number],
                language=person.tongue.language,
                time_zone=person.tongue.zone,
            )
            for person in self.school.guardians
        ]

    def _students(self) -> list[dict[str, Any]]:
        return [
            self._new(
                self.students,
                name=one.person.name,
                language=one.person.tongue.language,
                time_zone=one.person.tongue.zone,
                external_id=f"S-{one.person.number:05d}",
            )
            for one in self.school.students
        ]

    def _courses(self) -> list[dict[str, Any]]:
        return [
            self._new(
                self.courses,
                title=one.title,
                subject=one.subject,
                level=YEARS[one.year],
                required_certificates=["Safeguarding"],
                requires_background_check=True,
            )
            for one in self.school.courses
        ]

    def _topics(self) -> list[dict[str, Any]]:
        rows = []
        for course in self.school.courses:
            own: list[UUID] = []
            titles = TOPICS[course.subject]
            for position, title in enumerate(titles):
                rows.append(
                    self._new(own, course_id=self.courses[course.number], title=title, position=position)
                )
            self.topics[course.number] = list(zip(own, titles, strict=True))
        return rows

    def _plans(self) -> list[dict[str, Any]]:
        return [
            self._new(
                [],
                course_id=self.courses[course.number],
                title="Autumn term",
                items=[
                    {"topic_id": str(key), "sessions": 2, "note": ""} for key, _ in self.topics[course.number]
                ],
            )
            for course in self.school.courses
        ]

    def _enrollments(self) -> list[dict[str, Any]]:
        return [
            self._new([], course_id=self.courses[course], student_id=self.students[one.person.number])
            for one in self.school.students
            for course in one.courses
        ]

    def start(self, monday: date, group: Group) -> datetime:
        """When a group's class of a week begins, in UTC."""
        day = monday + group.day * DAY
        return datetime.combine(day, time(group.hour), ZoneInfo(ZONE)).astimezone(UTC)

    def monday_of(self, week: int) -> date:
        return self.monday + week * WEEK

    def address(self, guardian: int) -> str:
        return self._addresses[guardian]


# Rows of a class, so that each refers to what is written before it.
_ORDER: tuple[type[SQLModel], ...] = (
    Session,
    SessionTopic,
    Participant,
    BookedTime,
    TimelineRow,
    LiveRoom,
    AttendanceRow,
    UtteranceRow,
    Documentation,
    DocumentationRevision,
    Notice,
    ExceptionCase,
    CaseEntry,
    ChangeRow,
)


class _Class:
    """One class of a group in one week, and its rows."""

    def __init__(
        self,
        sample: SampleRows,
        rows: Mapping[type[SQLModel], list[dict[str, Any]]],
        group: Group,
        monday: date,
        week: int,
    ) -> None:
        self.sample, self.rows, self.group, self.chance = sample, rows, group, sample.chance
        self.starts_at = sample.start(monday, group)
        self.ends_at = self.starts_at + LENGTH
        self.booked_at = self.starts_at - 5 * WEEK
        self.id = sample.ids.at(self.booked_at)
        topics = sample.topics[group.course]
        self.topic_id, self.topic = topics[(week + sample.weeks) // 2 % len(topics)]
        self.age = sample.now - self.ends_at
        self.state, self.outcome = self._state()
        self.people: list[tuple[UUID, int | None]] = []  # participants, and the number of a student

    def write(self) -> None:
        self._session()
        self._participants()
        if self.state != SessionState.CANCELLED and self.age < timedelta():
            self._booked_times()
        self._timeline()
        if self.outcome == "held":
            self._attendance()
            self._record()
        if self.state == SessionState.LIVE:
            self._add(LiveRoom, session_id=self.id, capture_started_at=self.starts_at)
        self._notices()
        self._case()

    def _add(self, table: type[SQLModel], **values: Any) -> None:
        self.rows[table].append({"organization_id": self.sample.organization_id, **values})

    def _state(self) -> tuple[SessionState, str | None]:
        luck = self.chance.random()
        if luck < 0.04:
            return SessionState.CANCELLED, "cancelled"
        if self.age < timedelta():
            running = self.starts_at <= self.sample.now
            return (SessionState.LIVE if running else SessionState.SCHEDULED), None
        if luck < 0.05:
            return SessionState.CLOSED, "not_held"
        waits = 0.6 if self.age < DAY else 0.15 if self.age < 3 * DAY else 0.002
        waiting = self.age < 10 * DAY and self.chance.random() < waits
        return (SessionState.REVIEW if waiting else SessionState.CLOSED), "held"

    def _session(self) -> None:
        past = self.age >= timedelta() and self.state != SessionState.CANCELLED
        closed = self.state == SessionState.CLOSED
        kept = ["attendance", "transcript", "documentation", "summary"]
        have = [] if self.outcome != "held" else kept if closed else kept[:2]
        self._add(
            Session,
            id=self.id,
            region=REGION,
            course_id=self.sample.courses[self.group.course],
            instructor_id=self.sample.instructors[self.group.instructor],
            title=self.topic,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            time_zone=ZONE,
            state=self.state,
            outcome=self.outcome,
            cancel_reason=self.chance.choice(list(CancelReason)) if self.outcome == "cancelled" else None,
            opened_at=self.starts_at - 15 * MINUTE if past or self.state == SessionState.LIVE else None,
            live_at=self.starts_at if self.outcome == "held" or self.state == SessionState.LIVE else None,
            ended_at=self.ends_at if past else None,
            closed_at=self.ends_at + timedelta(hours=3) if closed else None,
            completeness={
                "have": have,
                "missing": [one for one in kept if one not in have],
                "share": len(have) / 4,
            }
            if self.outcome == "held"
            else {},
            created_at=self.booked_at,
        )
        self._add(SessionTopic, session_id=self.id, topic_id=self.topic_id)

        at = self.starts_at - 2 * DAY
        if self.outcome == "cancelled" and at < self.sample.now:
            self._change("session", "cancelled", self.id, at)

    def _change(self, subject: str, verb: str, key: UUID, at: datetime, by: str = "") -> None:
        """What a member of the staff did, as the change log has it."""
        self._add(
            ChangeRow,
            occurred_at=at,
            actor=by or f"member:{self.chance.choice(self.sample.members)}",
            request_id="",
            kind=f"{subject}.{verb}",
            subject=subject,
            subject_id=key,
            session_id=self.id,
            changes={},
        )

    def _participants(self) -> None:
        sample, opened = self.sample, self.starts_at - 15 * MINUTE
        credentialed = (
            opened if self.state in (SessionState.LIVE, SessionState.REVIEW, SessionState.CLOSED) else None
        )
        teacher = sample.ids.at(self.booked_at)
        self.people.append((teacher, None))
        self._add(
            Participant,
            id=teacher,
            session_id=self.id,
            role=Role.INSTRUCTOR,
            student_id=None,
            instructor_id=sample.instructors[self.group.instructor],
            name=sample.school.instructors[self.group.instructor].person.name,
            credentialed_at=credentialed,
            cannot_come_for=None,
            cannot_come_at=None,
        )
        for number in self.group.students:
            key = sample.ids.at(self.booked_at)
            self.people.append((key, number))
            excused = self.chance.random() < 0.02
            self._add(
                Participant,
                id=key,
                session_id=self.id,
                role=Role.STUDENT,
                student_id=sample.students[number],
                instructor_id=None,
                name=sample.school.students[number].person.name,
                credentialed_at=credentialed,
                cannot_come_for=self.starts_at if excused else None,
                cannot_come_at=self.starts_at - DAY if excused else None,
            )

    def _booked_times(self) -> None:
        during = Range(self.starts_at, self.ends_at)
        own = [self.sample.instructors[self.group.instructor]]
        for person in own + [self.sample.students[number] for number in self.group.students]:
            self._add(BookedTime, session_id=self.id, person_id=person, during=during)

    def _timeline(self) -> None:
        if not -_STEPS_UNTIL < self.age < _STEPS_SINCE or self.state == SessionState.CANCELLED:
            return
        held = self.outcome == "held"
        closed = held and self.state == SessionState.CLOSED
        steps = [
            (Step.BOOKING, self.booked_at, True),
            (Step.CONFIRMATION, self.booked_at, True),
            (Step.REMINDER, self.starts_at - DAY, self.starts_at - DAY < self.sample.now),
            (Step.BRIEFING, self.starts_at - 30 * MINUTE, self.starts_at - 30 * MINUTE < self.sample.now),
            (Step.ROOM, self.starts_at - 15 * MINUTE, self.starts_at - 15 * MINUTE < self.sample.now),
            (Step.LIVE, self.starts_at, held or self.state == SessionState.LIVE),
            (Step.END, self.ends_at, held),
            (Step.TRANSCRIPT, self.ends_at + 2 * MINUTE, held),
            (Step.DOCUMENTATION, self.ends_at + 4 * MINUTE, held),
            (Step.REVIEW, self.ends_at + timedelta(hours=2), closed),
            (Step.SUMMARY, self.ends_at + timedelta(hours=3), closed),
        ]
        order = list(Step)
        for step, at, is_done in steps:
            self._add(
                TimelineRow,
                session_id=self.id,
                step=step,
                occasion="24h" if step == Step.REMINDER else "",
                position=order.index(step),
                outcome=Outcome.DONE if is_done else Outcome.PLANNED,
                planned_at=at,
                started_at=at if is_done else None,
                finished_at=at if is_done else None,
            )
        if self.state == SessionState.LIVE:
            self._add(
                TimelineRow,
                session_id=self.id,
                step=Step.CAPTURE,
                occasion="",
                position=order.index(Step.CAPTURE),
                outcome=Outcome.RUNNING,
                planned_at=None,
                started_at=self.starts_at,
                finished_at=None,
            )

    def _attendance(self) -> None:
        length = LENGTH.total_seconds()
        for key, number in self.people:
            luck = self.chance.random() if number is not None else 0.5
            absent, late = luck < 0.05, 0.05 <= luck < 0.12
            delay = self.chance.uniform(360, 900) if late else self.chance.uniform(0, 60)
            seconds = 0.0 if absent else length - delay
            joined = None if absent else self.starts_at + timedelta(seconds=delay)
            self._add(
                AttendanceRow,
                participant_id=key,
                session_id=self.id,
                seconds=seconds,
                first_joined_at=joined,
                last_left_at=None if absent else self.ends_at,
                reconnects=0 if self.chance.random() < 0.9 else 1,
                engagement=self._engagement(seconds, teaches=number is None),
                status=None
                if number is None
                else AttendanceStatus.ABSENT
                if absent
                else AttendanceStatus.PRESENT,
                class_share=None if number is None else round(seconds / length, 3),
                late_seconds=None if number is None else round(delay) if late else 0.0,
                left_early_seconds=None if number is None else 0.0,
            )

    def _engagement(self, seconds: float, *, teaches: bool) -> dict[str, Any]:
        share = self.chance.uniform(0.4, 0.65) if teaches else self.chance.uniform(0.1, 0.3)
        return {
            "talk_seconds": round(seconds * share, 1),
            "talk_share": round(share, 2),
            "chat_messages": self.chance.randrange(6),
            "hand_raises": 0 if teaches else self.chance.randrange(4),
            "microphone_seconds": round(seconds * 0.9, 1),
            "camera_seconds": round(seconds * self.chance.choice((0.0, 0.8, 1.0)), 1),
            "worst_quality": self.chance.choice(("poor", "good", "good", "excellent")),
            "mean_quality": round(self.chance.uniform(2.2, 3.0), 2),
            "concealed_ratio": round(self.chance.uniform(0, 0.03), 3),
            "audio_only_seconds": 0.0,
        }

    def _record(self) -> None:
        """The transcript of a class that was lately, its documentation, and who approved it."""
        spoken = self._transcript() if self.age < _SPOKEN_SINCE else []
        approved = self.state == SessionState.CLOSED
        instructor = self.sample.instructors[self.group.instructor]
        self._add(
            Documentation,
            session_id=self.id,
            status=DocumentationStatus.APPROVED if approved else DocumentationStatus.DRAFT,
            revision=1,
            approved_by=str(instructor) if approved else None,
            approved_at=self.ends_at + timedelta(hours=2) if approved else None,
        )
        name = self.sample.school.students[self.group.students[0]].person.name
        texts = (
            ("topics", f"{self.topic} was introduced and practised.", 0),
            ("practised", f"{name} worked through three exercises on {self.topic.lower()}.", 5),
            ("homework", f"Finish the page on {self.topic.lower()}.", 7),
            ("next_steps", "The next class begins with a short repetition.", 7),
        )
        statements = [
            {
                "section": section,
                "text": text,
                "citations": [{"utterance_id": str(spoken[line][0]), "quote": spoken[line][1]}]
                if spoken
                else [],
                "audience": {"kind": "everybody", "students": [], "by_hand": False},
            }
            for section, text, line in texts
        ]
        self._add(
            DocumentationRevision,
            session_id=self.id,
            revision=1,
            author="engine:rules",
            statements=statements,
            created_at=self.ends_at + 4 * MINUTE,
        )

    def _transcript(self) -> list[tuple[UUID, str]]:
        written = []
        for n, (line, by_teacher) in enumerate(_LINES):
            text = line.format(topic=self.topic.lower())
            speaker = self.people[0 if by_teacher else 1 + n % len(self.group.students)][0]
            at = self.starts_at + (2 + 5 * n) * MINUTE
            words = text.split()
            key = self.sample.ids.at(at)
            self._add(
                UtteranceRow,
                id=key,
                session_id=self.id,
                identity=identity_of(speaker),
                track_sid=f"TR_{speaker.hex[-8:]}",
                starts_at=at,
                ends_at=at + timedelta(seconds=len(words) * 0.4),
                text=text,
                words=[[400 * k, 400 * k + 350, word, 0.96] for k, word in enumerate(words)],
                language="en",
                confidence=0.96,
                engine="sample",
            )
            written.append((key, text))
        return written

    def _notices(self) -> None:
        """Messages as they were sent, and a few that were not; none of them waits."""
        if self.age > _TOLD_SINCE or self.starts_at - DAY > self.sample.now:
            return
        told = [(NoticeKind.REMINDER, "Tomorrow", self.starts_at - DAY)]
        if self.outcome == "cancelled":
            told = [(NoticeKind.CANCELLED, "Cancelled", self.starts_at - 2 * DAY)]
        elif self.outcome == "held" and self.state == SessionState.CLOSED:
            told.append((NoticeKind.SUMMARY, "Summary", self.ends_at + timedelta(hours=3)))
        for number in self.group.students[:2]:
            for guardian in self.sample.school.students[number].guardians[:1]:
                for kind, title, at in told:
                    self._notice(
                        kind, f"{title}: {self.topic}", guardian, number, min(at, self.sample.now - MINUTE)
                    )

    def _notice(self, kind: NoticeKind, subject: str, guardian: int, student: int, at: datetime) -> None:
        luck = self.chance.random()
        failed, withdrawn = luck < 0.01, 0.01 <= luck < 0.02
        name = self.sample.school.students[student].person.name
        text = f"{subject}\n\n{name} has {self.topic} with Meridian Tutoring."
        self._add(
            Notice,
            id=self.sample.ids.at(at),
            key=f"sample:{self.sample.organization_id}:{self.id}:{kind}:{guardian}:{student}",
            subject_kind=SubjectKind.SESSION,
            subject_id=self.id,
            kind=kind,
            recipient_kind="guardian",
            recipient_id=self.sample.guardians[guardian],
            address=self.sample.address(guardian),
            subject=subject,
            html=f"<p>{text}</p>",
            text=text,
            class_starts_at=self.starts_at,
            send_after=at,
            created_at=at,
            sent_at=None if failed or withdrawn else at,
            failed_at=at if failed or withdrawn else None,
            attempts=1,
            error="mailbox_unavailable" if failed else WITHDRAWN if withdrawn else "",
        )

    def _case(self) -> None:
        """An exception of a few classes: those that are longer ago are resolved, the others in every state."""
        recent = timedelta() <= self.age < 2 * DAY
        if self.outcome != "held" or self.chance.random() > (0.04 if recent else 0.012):
            return
        kind = self.chance.choices(list(_CASES), weights=list(_CASES.values()))[0]
        of_kind = case_kind(kind)
        opened_at = min(self.starts_at + 10 * MINUTE, self.sample.now - MINUTE)
        states = list(CaseState) if recent else [CaseState.RESOLVED] * 4 + [CaseState.SELF_RESOLVED]
        state = self.chance.choice(states)
        by = f"member:{self.chance.choice(self.sample.members)}"
        key = self.sample.ids.at(opened_at)
        done_at = min(opened_at + self.chance.choice((5, 20, 90, 300)) * MINUTE, self.sample.now)
        resolution = self.chance.choice(_RESOLUTIONS) if state == CaseState.RESOLVED else ""
        student = self.people[1][1]
        student_id = str(self.sample.students[student]) if student is not None else ""
        self._add(
            ExceptionCase,
            id=key,
            subject_kind=SubjectKind.SESSION,
            subject_id=self.id,
            kind=kind,
            occasion=student_id if kind == ExceptionKind.STUDENT_ABSENT else "",
            severity=of_kind.severity,
            owner=of_kind.owner,
            queue=of_kind.owner,
            state=state,
            due_at=opened_at + of_kind.due_within,
            acknowledge_due_at=opened_at + of_kind.acknowledge_within,
            detail={"student_id": student_id} if student_id else {},
            opened_at=opened_at,
            acknowledged_at=None if state == CaseState.OPEN else min(opened_at + 3 * MINUTE, done_at),
            acknowledged_by="" if state == CaseState.OPEN else by,
            snoozed_until=self.sample.now + DAY if state == CaseState.SNOOZED else None,
            resolved_at=done_at if state.is_over else None,
            resolved_by=by if state == CaseState.RESOLVED else "homeroom" if state.is_over else "",
            resolution=resolution,
            assignee=by if state == CaseState.IN_PROGRESS else "",
            followed=1,
        )
        if state not in (CaseState.OPEN, CaseState.SELF_RESOLVED):
            self._change("exception", state, key, done_at, by)
        history: list[tuple[EntryKind, str, datetime, str, dict[str, str]]] = [
            (EntryKind.OPENED, "homeroom", opened_at, "", {})
        ]
        if state not in (CaseState.OPEN, CaseState.SELF_RESOLVED):
            history.append((EntryKind.ACKNOWLEDGED, by, min(opened_at + 3 * MINUTE, done_at), "", {}))
        last: tuple[EntryKind, str, dict[str, str]] | None = {
            CaseState.IN_PROGRESS: (EntryKind.STARTED, by, {}),
            CaseState.SNOOZED: (EntryKind.SNOOZED, by, {"until": (self.sample.now + DAY).isoformat()}),
            CaseState.RESOLVED: (EntryKind.RESOLVED, by, {}),
            CaseState.SELF_RESOLVED: (EntryKind.SELF_RESOLVED, "homeroom", {}),
        }.get(state)
        if last:
            history.append((last[0], last[1], done_at, resolution, last[2]))
        for entry, author, at, text, detail in history:
            self._add(
                CaseEntry,
                id=self.sample.ids.at(at),
                case_id=key,
                happened_at=at,
                by=author,
                kind=entry,
                text=text,
                detail=detail,
            )
