"""The rows of a school with one booked class in a real database, and the activities that work on them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import SQLModel, col
from temporalio.testing import ActivityEnvironment

from activities.notices import NoticeActivities
from activities.progress import ProgressWriter
from activities.sessions import SessionActivities
from domain.cases.states import EntryKind
from domain.notices.kinds import NoticeKind
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.documentation import CheckOutcome, Citation, Section, Statement
from domain.record.transcript import Utterance
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step, TimelineEntry
from integrations.mail import SmtpMailer
from models.course import Course, Topic
from models.database import Database
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.organization import Organization
from models.people import Guardian, Instructor, Qualification, Student, StudentGuardian
from models.repositories import cases, documents, events, notices, organizations, recordings, sessions
from models.session import Participant, Session
from models.substitution import InstructorAvailability
from services.notices import ClassNotices
from services.outbox import Outbox
from services.sealed_content import SealedContent
from services.substitution_notices import SubstitutionNotices
from signing.links import LinkSigner
from signing.sealing import Sealer
from workflows.contracts.common import Progress as ProgressInput
from workflows.contracts.common import SessionRef, StepInput
from workflows.contracts.notices import NoticeInput, NoticeResult
from workflows.contracts.sessions import BookInput

T = TypeVar("T")
In = TypeVar("In")
SENDER = "Harbour Tutoring <classes@harbour.example>"
SECRET = "a-secret-of-thirty-two-characters-or-more"
LINKS = LinkSigner([SECRET], "https://school.example")
NOTICES = SubstitutionNotices(LINKS, "classes@harbour.example")
WORDS = SealedContent(Sealer([SECRET], "notice"))
REGION = "local"


def now() -> datetime:
    return datetime.now(UTC)


def step(*, step: Step = Step.RECORDS, state: SessionState = SessionState.FILING) -> ProgressInput:
    """What the workflow says of a step that it begins."""
    begun = TimelineEntry(step, Outcome.RUNNING, started_at=now())
    return ProgressInput(state, entries=(begun,), ends=(begun,))


async def run(activity: Callable[[In], Awaitable[T]], given: In) -> T:
    return await ActivityEnvironment().run(activity, given)


@dataclass
class SchoolRows:
    """Noor and Leo are in the class, Iris is not. Samira reads for Noor and Leo, Elena for Leo, Hana for Iris."""

    database: Database
    id: UUID = field(default_factory=uuid4)
    people: dict[str, UUID] = field(default_factory=dict)
    session: SessionRef = field(init=False)
    course_id: UUID = field(default_factory=uuid4)
    starts_at: datetime = field(default_factory=lambda: now() + timedelta(days=10))

    @property
    def progress(self) -> ProgressWriter:
        return ProgressWriter(self.database)

    async def open(self) -> None:
        async with self.database.tenant(self.id) as db:
            await organizations.ensure_region(db, REGION)
            db.add(Organization(id=self.id, name="Harbour Tutoring", region=REGION, created_at=now()))
            await db.flush()
            course = {"title": "Mathematics, year 6", "subject": "Mathematics"}
            await self._add(db, Course, "course", id=self.course_id, **course)
            await self._person(db, Instructor, "Ada", time_zone="America/New_York")
            for student in ("Noor", "Leo", "Iris"):
                await self._add(db, Student, student, name=f"{student} of {self.id}")
            await self._person(db, Guardian, "Samira")
            await self._person(db, Guardian, "Elena", language="es", time_zone="Europe/Madrid")
            await self._person(db, Guardian, "Hana")
            for reader, child in (("Samira", "Noor"), ("Samira", "Leo"), ("Elena", "Leo"), ("Hana", "Iris")):
                ids = {"guardian_id": self.people[reader], "student_id": self.people[child]}
                db.add(StudentGuardian(organization_id=self.id, **ids))
            topic = {"course_id": self.course_id, "title": "Adding fractions", "position": 1}
            await self._add(db, Topic, "topic", **topic)
        self.session = await self.book("Noor", "Leo")

    async def book_with_another_instructor(
        self, *students: str, starts_at: datetime | None = None
    ) -> SessionRef:
        """At the same time as the class, if no other is given. Students who are not known are added."""
        async with self.database.tenant(self.id) as db:
            await self._person(db, Instructor, "Ben")
            for name in students:
                if name not in self.people:
                    await self._add(db, Student, name, name=f"{name} of {self.id}")
        return await self.book(*students, starts_at=starts_at, instructor="Ben")

    async def hire(self, name: str, subject: str = "Mathematics", **times: Any) -> None:
        """Add an instructor who may teach a subject; `times` are the values of when they can."""
        async with self.database.tenant(self.id) as db:
            await self._person(db, Instructor, name)
            own: dict[str, Any] = {"organization_id": self.id, "instructor_id": self.people[name]}
            db.add(Qualification(id=uuid4(), subject=subject, created_at=now(), **own))
            if times:
                db.add(InstructorAvailability(updated_at=now(), **own, **times))

    async def book(
        self, *students: str, starts_at: datetime | None = None, instructor: str = "Ada"
    ) -> SessionRef:
        ref = SessionRef(self.id, uuid4())
        start = starts_at or self.starts_at
        booking = BookInput(
            ref,
            REGION,
            self.course_id,
            (self.people["topic"],),
            self.people[instructor],
            tuple(self.people[name] for name in students),
            start,
            start + timedelta(hours=1),
            "UTC",
            SessionPolicy(),
            now(),
        )
        await run(SessionActivities(self.database, self.progress, NOTICES).book, booking)
        return ref

    async def _person(self, db: Any, table: type[SQLModel], name: str, **more: Any) -> None:
        await self._add(db, table, name, name=f"{name} of {self.id}", email=self.address(name), **more)

    async def _add(self, db: Any, table: type[SQLModel], key: str, **values: Any) -> None:
        row = {"id": uuid4(), "organization_id": self.id, "created_at": now(), **values}
        if table is Topic:
            del row["created_at"]
        self.people[key] = row["id"]
        db.add(table(**row))
        await db.flush()

    def address(self, name: str) -> str:
        return f"{name.lower()}-{self.id}@home.example"

    def step(self, **said: Any) -> StepInput:
        return StepInput(self.session, step(**said))

    async def send(
        self, kind: NoticeKind, mailer: SmtpMailer, occasion: str = "", about: datetime | None = None
    ) -> NoticeResult:
        sending = NoticeActivities(
            self.progress, ClassNotices(self.database, LINKS, Outbox(self.database, mailer, WORDS))
        )
        progress = step(step=Step.CONFIRMATION, state=SessionState.SCHEDULED)
        return await run(sending.send, NoticeInput(self.session, progress, kind, occasion, about))

    async def change(self, table: type[SQLModel], where: Any, **values: Any) -> None:
        async with self.database.tenant(self.id) as db:
            await db.execute(sa.update(table).where(where).values(**values))

    async def change_session(self, **values: Any) -> None:
        await self.change(Session, col(Session.id) == self.session.session_id, **values)

    async def row(self) -> Session:
        async with self.database.tenant(self.id) as db:
            return await sessions.get_session(db, self.session.session_id)

    async def outcome(self, step: Step) -> Outcome:
        async with self.database.tenant(self.id) as db:
            rows = await sessions.timeline(db, self.session.session_id)
        return next(row.outcome for row in rows if row.step == step)

    async def outbox(self) -> list[Notice]:
        async with self.database.tenant(self.id) as db:
            return await notices.of_session(db, self.session.session_id)

    async def cases(self) -> list[ExceptionCase]:
        async with self.database.tenant(self.id) as db:
            return await cases.of_session(db, self.session.session_id)

    async def tried(self) -> dict[str, list[tuple[str, str]]]:
        """By kind of case, the repairs that its history names, each with its result."""
        found = {}
        async with self.database.tenant(self.id) as db:
            for case in await cases.of_session(db, self.session.session_id):
                entries = await cases.entries(db, case.id)
                repairs = [entry.detail for entry in entries if entry.kind == EntryKind.TRIED]
                assert len(repairs) == case.repairs
                found[case.kind] = [(one["repair"], one["result"]) for one in repairs]
        return found

    async def participants(self) -> dict[str, Participant]:
        async with self.database.tenant(self.id) as db:
            rows = await sessions.participants(db, self.session.session_id)
        return {row.name.split(" ")[0]: row for row in rows}

    async def record(self, *happened: SessionEvent) -> None:
        async with self.database.tenant(self.id) as db:
            await events.record(db, self.id, [(self.session.session_id, event) for event in happened])

    async def attend(self, name: str, *, minutes: float = 30) -> None:
        """Was in the room from the start on; the class is over by then."""
        who, sid = str((await self.participants())[name].id), f"PA_{name}"
        kinds = (EventKind.PARTICIPANT_JOINED, 0.0), (EventKind.PARTICIPANT_LEFT, minutes)
        await self.record(
            *(
                SessionEvent(
                    EventSource.WEBHOOK,
                    f"{sid}:{kind}",
                    kind,
                    self.starts_at + timedelta(minutes=at),
                    who,
                    sid,
                )
                for kind, at in kinds
            )
        )

    async def say(self, name: str, text: str, *, minute: float = 1) -> Utterance:
        at = self.starts_at + timedelta(minutes=minute)
        who = str((await self.participants())[name].id)
        spoken = Utterance(uuid4(), who, "TR", at, at + timedelta(seconds=4), text, (), "en", 0.9, "e")
        async with self.database.tenant(self.id) as db:
            await recordings.add_utterances(db, self.id, self.session.session_id, [spoken])
        return spoken

    async def document(self, *statements: Statement, based_on: int = 0, author: str = "engine:x") -> int:
        async with self.database.tenant(self.id) as db:
            return await documents.add_revision(
                db,
                self.id,
                self.session.session_id,
                statements,
                author=author,
                reason="",
                based_on=based_on,
                at=now(),
            )


def told(
    section: Section, text: str, *utterances: Utterance, outcome: CheckOutcome | None = None
) -> Statement:
    cited = tuple(Citation(utterance.id, utterance.text) for utterance in utterances)
    return Statement(section, text, cited, outcome=outcome)


def quiet_now() -> dict[str, time]:
    """Quiet hours around this moment, in UTC."""
    hour = timedelta(hours=1)
    return {"quiet_from": (now() - hour).time(), "quiet_until": (now() + hour).time()}
