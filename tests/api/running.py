"""Inserts running classes directly into the database, without workflow or room: all that the board reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel
from uuid_utils.compat import uuid7

from domain.people.roles import Role
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from models.database import Database
from models.live_status import LiveRoom
from models.session import Participant, Session, TimelineRow
from services.inputs.courses import NewCourse
from services.inputs.organizations import NewOrganization
from services.inputs.people import NewInstructor
from services.organizations import make_organization
from services.resources.catalogue import COURSES, INSTRUCTORS

STUDENTS = ("Noor Haddad", "Léo Lindqvist")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class RunningClass:
    id: UUID
    title: str
    instructor: UUID  # participant id
    students: tuple[UUID, ...]  # participant ids


@dataclass(frozen=True)
class RunningSchool:
    id: UUID
    key: str  # API key
    course: UUID
    instructor: UUID


async def open_school(database: Database, name: str = "Harbour Tutoring") -> RunningSchool:
    now = datetime.now(UTC)
    made = await make_organization(database, NewOrganization(name=name), "local", uuid7(), uuid7(), now)
    tenant = made.row.organization_id
    async with database.tenant(tenant) as db:
        teacher = NewInstructor(name="Ada Okafor", email="ada@school.example")
        instructor = await INSTRUCTORS.create(db, tenant, uuid7(), teacher, now)
        subject = NewCourse(title="Mathematics", subject="Mathematics")
        course = await COURSES.create(db, tenant, uuid7(), subject, now)
    return RunningSchool(tenant, made.api_key, course.id, instructor.id)


async def start_classes(
    database: Database, school: RunningSchool, titles: Sequence[str], **changes: Any
) -> list[RunningClass]:
    """Starts classes that are live and recorded, with nobody in the room yet; `changes` replace session values."""
    now = datetime.now(UTC)
    made: list[RunningClass] = []
    rows: list[SQLModel] = []
    for title in titles:
        session = _session(school, title, now, changes)
        people = [_participant(session, Role.INSTRUCTOR, "Ada Okafor", school.instructor)]
        people += [_participant(session, Role.STUDENT, name) for name in STUDENTS]
        rows += [session, *people]
        if session.state == SessionState.LIVE:
            rows += _recorder(session, now)
        made.append(
            RunningClass(session.id, title, people[0].id, tuple(student.id for student in people[1:]))
        )
    async with database.tenant(school.id) as db:
        for kind in (Session, Participant, TimelineRow, LiveRoom):
            db.add_all([row for row in rows if isinstance(row, kind)])
            await db.flush()
    return made


def _session(school: RunningSchool, title: str, now: datetime, changes: dict[str, Any]) -> Session:
    values: dict[str, Any] = {
        "state": SessionState.LIVE,
        "starts_at": now,
        "ends_at": now + 50 * MINUTE,
        "live_at": now,
        "time_zone": "Asia/Tokyo",
    }
    return Session(
        id=uuid7(),
        organization_id=school.id,
        region="local",
        course_id=school.course,
        instructor_id=school.instructor,
        title=title,
        created_at=now,
        **values | changes,
    )


def _participant(session: Session, role: Role, name: str, instructor: UUID | None = None) -> Participant:
    return Participant(
        id=uuid7(),
        organization_id=session.organization_id,
        session_id=session.id,
        role=role,
        instructor_id=instructor,
        name=name,
    )


def _recorder(session: Session, now: datetime) -> list[SQLModel]:
    capture = TimelineRow(
        organization_id=session.organization_id,
        session_id=session.id,
        step=Step.CAPTURE,
        occasion="",
        position=7,
        outcome=Outcome.RUNNING,
        started_at=now,
    )
    room = LiveRoom(organization_id=session.organization_id, session_id=session.id, capture_started_at=now)
    return [capture, room]
