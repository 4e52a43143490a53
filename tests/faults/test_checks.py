"""The checks of fault runs find what they are for, and nothing in a school in which all went well."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.cases.kinds import ExceptionKind, Owner, Severity
from domain.cases.states import EntryKind
from domain.people.roles import Role
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.exception_case import CaseEntry, ExceptionCase
from models.notice import Notice
from models.record import AttendanceRow
from models.session import Participant, Session
from tests.faults import class_checks, notice_checks, school_checks
from tests.faults.class_story import ClassStory, PlayedClass, Visit
from tests.faults.fault_player import Outage
from tests.faults.snapshot import Snapshot
from tests.faults.wire import Wire

pytestmark = pytest.mark.unit
SCHOOL, INSTRUCTOR, STUDENT, GUARDIAN = uuid4(), uuid4(), uuid4(), uuid4()
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_class(starts_at: datetime = AT, **more: Any) -> Session:
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": SCHOOL,
        "region": "local",
        "course_id": uuid4(),
        "instructor_id": INSTRUCTOR,
        "title": "Mathematics",
        "starts_at": starts_at,
        "ends_at": starts_at + 60 * SECOND,
        "ended_at": starts_at + 60 * SECOND,
        "live_at": starts_at,
        "state": SessionState.CLOSED,
        "outcome": "held",
        "created_at": AT,
    }
    return Session(**(values | more))


def person(session: Session, role: Role, person_id: UUID) -> Participant:
    own: dict[str, Any] = (
        {"instructor_id": person_id} if role == Role.INSTRUCTOR else {"student_id": person_id}
    )
    return Participant(
        id=uuid4(), organization_id=SCHOOL, session_id=session.id, role=role, name="Ada", **own
    )


def a_notice(session: Session, kind: str = "confirmation", **more: Any) -> Notice:
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": SCHOOL,
        "key": f"{session.id}:{kind}:{GUARDIAN}:",
        "subject_kind": SubjectKind.SESSION,
        "subject_id": session.id,
        "session_id": session.id,
        "kind": kind,
        "recipient_kind": "guardian",
        "recipient_id": GUARDIAN,
        "address": "ada@home.example",
        "send_after": AT,
        "created_at": AT,
        "sent_at": AT,
    }
    return Notice(**(values | more))


def snapshot(**more: Any) -> Snapshot:
    empty: dict[str, Any] = {
        "sessions": {},
        "participants": [],
        "booked": [],
        "cases": [],
        "entries": [],
        "notices": [],
        "attendance": [],
        "segments": [],
        "documents": {},
        "timeline": [],
        "artefacts": {},
        "mails": {},
    }
    return Snapshot(AT + timedelta(hours=1), **(empty | more))


def story(*classes: Session) -> ClassStory:
    told = ClassStory(1, SCHOOL)
    told.classes = [PlayedClass(str(one.id), SCHOOL, one.starts_at, one.ends_at, {}) for one in classes]
    return told


def of_school(*classes: Session, people: Mapping[UUID, UUID]) -> list[str]:
    """What is found in a school with these classes; `people` are the students by class."""
    participants = [
        row
        for one in classes
        for row in (
            person(one, Role.INSTRUCTOR, one.instructor_id),
            person(one, Role.STUDENT, people[one.id]),
        )
    ]
    taken = snapshot(sessions={one.id: one for one in classes}, participants=participants)
    return list(school_checks.violations(story(*classes), taken))


def test_student_in_two_rooms_is_found() -> None:
    first, second = a_class(), a_class(AT + 30 * SECOND, instructor_id=uuid4())

    assert of_school(first, second, people={first.id: STUDENT, second.id: uuid4()}) == []
    (found,) = of_school(first, second, people={first.id: STUDENT, second.id: STUDENT})
    assert str(STUDENT) in found


def test_instructor_in_two_rooms_is_found() -> None:
    first, second = a_class(), a_class(AT + 30 * SECOND)

    (found,) = of_school(first, second, people={first.id: uuid4(), second.id: uuid4()})
    assert str(INSTRUCTOR) in found


def test_class_that_nobody_booked_is_found() -> None:
    ours, other = a_class(), a_class(AT + 90 * SECOND)
    taken = snapshot(sessions={ours.id: ours, other.id: other})

    assert f"class {other.id} was booked by nobody" in list(school_checks.violations(story(ours), taken))


def test_case_of_a_person_without_a_due_time_is_found() -> None:
    case = ExceptionCase(
        id=uuid4(),
        organization_id=SCHOOL,
        subject_kind=SubjectKind.INSTRUCTOR,
        subject_id=INSTRUCTOR,
        kind=ExceptionKind.NOTICE_UNDELIVERABLE,
        severity=Severity.NORMAL,
        owner="",
        queue=Owner.OPS,
        due_at=AT,
        acknowledge_due_at=AT,
        opened_at=AT,
    )
    opened = CaseEntry(
        id=uuid4(),
        organization_id=SCHOOL,
        case_id=case.id,
        happened_at=AT,
        by="homeroom",
        kind=EntryKind.OPENED,
    )

    found = list(school_checks.violations(story(), snapshot(cases=[case], entries=[opened])))
    assert any("has no owner or due time" in what for what in found)
    assert any("its workflow None" in what for what in found)


def of_mails(row: Notice, session: Session, *times: datetime, told: ClassStory, smtp: Wire) -> list[str]:
    taken = snapshot(sessions={session.id: session}, notices=[row], mails={str(row.id): list(times)})
    return list(notice_checks.violations(told, taken, smtp))


def test_second_copy_of_a_mail_needs_a_cause() -> None:
    session = a_class()
    row, told, smtp = a_notice(session), story(session), Wire("127.0.0.1", 25)
    again = AT + 20 * SECOND

    assert of_mails(row, session, AT, told=told, smtp=smtp) == []
    assert any("delivered again" in what for what in of_mails(row, session, AT, again, told=told, smtp=smtp))
    smtp.broken.append((AT - SECOND, AT + SECOND))
    assert of_mails(row, session, AT, again, told=told, smtp=smtp) == []
    smtp.broken.clear()
    told.faults.outages.append(Outage("worker", AT + 2 * SECOND, AT + 10 * SECOND))
    assert of_mails(row, session, AT, again, told=told, smtp=smtp) == []


def test_message_that_was_never_delivered_is_found() -> None:
    session = a_class()

    found = of_mails(a_notice(session), session, told=story(session), smtp=Wire("127.0.0.1", 25))
    assert any("counts as sent and never was" in what for what in found)


def test_class_that_nobody_was_told_of_is_found() -> None:
    session = a_class(state=SessionState.CANCELLED, outcome="cancelled")

    found = of_mails(a_notice(session), session, AT, told=story(session), smtp=Wire("127.0.0.1", 25))
    assert found == [f"class {session.id}: nobody was written a cancelled"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, ""), (20, "has a visit that was none"), (45, "has a visit that was none")]
)
def test_attendance_is_compared_to_the_second(seconds: int, words: str) -> None:
    session = a_class()
    student = person(session, Role.STUDENT, STUDENT)
    told = story(session)
    left_at = AT + 30 * SECOND
    told.classes[0].visits = {str(student.id): [Visit(AT, AT, left_at, left_at)]}
    connection = {
        "joined_at": AT.isoformat(),
        "left_at": (AT + seconds * SECOND).isoformat(),
        "joined_by": "announced",
        "left_by": "announced",
    }
    row = AttendanceRow(
        participant_id=student.id,
        organization_id=SCHOOL,
        session_id=session.id,
        seconds=seconds,
        first_joined_at=AT,
        reconnects=0,
        connections=[connection],
    )
    taken = snapshot(sessions={session.id: session}, participants=[student], attendance=[row])

    found = list(class_checks.attendance_violations(taken, told, told.classes[0], session))
    assert any(words in what for what in found) if words else found == []
