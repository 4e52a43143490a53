"""The exceptions queue and the outbox of an organization."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from domain.cases.kinds import ExceptionKind
from domain.subjects import Subject, SubjectKind
from models.people import Student
from models.repositories import cases, notices
from models.repositories.pages import PageRequest
from services.cases import NewCase, open_case
from tests.api.queue_rows import NOW, notice, open_cases
from tests.campus import School, problem_of

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)


async def listed(school: School, path: str) -> list[str]:
    return [item["id"] for item in (await school.get(path))["items"]]


async def test_exceptions_are_sorted_by_due_time_and_filtered(harbour: School) -> None:
    session_id = await harbour.book()
    kind = ExceptionKind
    made = await open_cases(
        harbour, session_id, kind.ROOM_LOST, kind.STUDENT_ABSENT, kind.DOCUMENTATION_OVERDUE
    )
    assert await listed(harbour, "/v1/exceptions") == made
    assert await listed(harbour, "/v1/exceptions?sort=-due_at") == made[::-1]
    assert await listed(harbour, "/v1/exceptions?overdue=true") == made[:1]
    assert await listed(harbour, "/v1/exceptions?severity=critical") == made[:1]
    assert await listed(harbour, "/v1/exceptions?kind=student_absent") == made[1:2]
    assert await listed(harbour, "/v1/exceptions?owner=instructor") == made[2:]
    first = await harbour.get("/v1/exceptions?limit=2")
    rest = await harbour.get(f"/v1/exceptions?limit=2&cursor={first['next_cursor']}")
    assert [item["id"] for item in first["items"] + rest["items"]] == made
    assert first["items"][0]["session_title"] == "Adding fractions"


async def test_an_exception_is_assigned_resolved_and_reopened(harbour: School) -> None:
    (case_id,) = await open_cases(harbour, await harbour.book(), ExceptionKind.WEBHOOK_GAP)
    path = f"/v1/exceptions/{case_id}"
    taken = await harbour.post(f"{path}/assign", {})
    assert taken["assignee"].startswith("key:")
    member = await harbour.post("/v1/members", {"name": "Olu", "email": "olu@h.example", "role": "ops"})
    given = await harbour.post(f"{path}/assign", {"member_id": member["id"]})
    assert given["assignee"] == f"member:{member['id']}"
    resolved = await harbour.post(f"{path}/resolve", {"resolution": "called <b>them</b>"})
    assert (resolved["state"], resolved["resolution"]) == ("resolved", "called <b>them</b>")
    problem_of(await harbour.api.post(f"{path}/resolve", json={}), 409, "transition-refused")
    problem_of(await harbour.api.post(f"{path}/assign", json={}), 409, "transition-refused")
    assert await listed(harbour, "/v1/exceptions") == []
    assert await listed(harbour, "/v1/exceptions?state=resolved") == [case_id]
    assert (await harbour.post(f"{path}/reopen"))["state"] == "open"
    kinds = [entry["kind"] for entry in (await harbour.get(f"/v1/audit?subject_id={case_id}"))["items"]]
    assert kinds == [
        "exception.open",
        "exception.resolved",
        "exception.changed",
        "exception.acknowledged",
        "exception.created",
    ]
    history = await harbour.get(f"{path}/history")
    assert [entry["kind"] for entry in history] == ["assigned", "assigned", "resolved", "reopened"]


async def test_a_case_is_acknowledged_started_commented_and_snoozed(harbour: School) -> None:
    (case_id,) = await open_cases(harbour, await harbour.book(), ExceptionKind.WEBHOOK_GAP)
    path = f"/v1/exceptions/{case_id}"

    seen = await harbour.post(f"{path}/acknowledge")
    assert (seen["state"], seen["acknowledged_by"][:4]) == ("acknowledged", "key:")
    assert (await harbour.post(f"{path}/start"))["state"] == "in_progress"
    problem_of(await harbour.api.post(f"{path}/acknowledge"), 409, "transition-refused")
    await harbour.post(f"{path}/comments", {"text": "They call back."})
    assert (await harbour.post(f"{path}/snooze", {"duration": "PT2H"}))["state"] == "snoozed"
    problem_of(await harbour.api.post(f"{path}/snooze", json={"duration": "PT0S"}), 422, "invalid-input")

    assert await listed(harbour, "/v1/exceptions") == [case_id]
    assert await listed(harbour, "/v1/exceptions?state=open") == []
    detail = await harbour.get(path)
    assert detail["runbook"]
    assert detail["happened"]
    history = await harbour.get(f"{path}/history")
    assert [(entry["kind"], entry["text"]) for entry in history] == [
        ("acknowledged", ""),
        ("started", ""),
        ("commented", "They call back."),
        ("snoozed", ""),
    ]


async def test_many_cases_are_resolved_at_once_each_alone(harbour: School) -> None:
    kinds = ExceptionKind
    made = await open_cases(harbour, await harbour.book(), kinds.ROOM_LOST, kinds.STUDENT_ABSENT)
    await harbour.post(f"/v1/exceptions/{made[0]}/resolve", {})

    wanted = {"action": "resolve", "ids": made, "resolution": "power cut"}
    answer = await harbour.api.post("/v1/exception-actions", json=wanted)

    assert [(one["id"], one["done"], one["code"]) for one in answer.json()] == [
        (made[0], False, "transition-refused"),
        (made[1], True, None),
    ]


async def test_assigning_to_another_organizations_member_is_refused(harbour: School, other: School) -> None:
    (case_id,) = await open_cases(harbour, await harbour.book(), ExceptionKind.WEBHOOK_GAP)
    theirs = await other.post("/v1/members", {"name": "Olu", "email": "olu@h.example", "role": "ops"})
    answer = await harbour.api.post(f"/v1/exceptions/{case_id}/assign", json={"member_id": theirs["id"]})
    problem_of(answer, 422, "unknown-reference")
    problem_of(await other.api.get(f"/v1/exceptions/{case_id}"), 404, "not-found")


async def open_cases_about(school: School, *subjects: Subject) -> list[str]:
    async with school.transaction() as db:
        for subject in subjects:
            await open_case(db, NewCase(school.id, subject, ExceptionKind.STEP_FAILED), NOW)
        queued_cases, _ = await cases.page(
            db, PageRequest("opened_at", 10, equal={"kind": ExceptionKind.STEP_FAILED})
        )
    ids = {queued.case.about: str(queued.case.id) for queued in queued_cases}
    return [ids[subject] for subject in subjects]


async def test_an_exception_can_be_about_any_kind_of_subject(harbour: School) -> None:
    session_id = await harbour.book()
    about = [
        Subject.session(UUID(session_id)),
        Subject(SubjectKind.GUARDIAN, UUID(harbour.ids["guardian"])),
        Subject(SubjectKind.COURSE, UUID(harbour.ids["course"])),
        Subject(SubjectKind.ORGANIZATION, harbour.id),
        Subject(SubjectKind.REPORT, uuid7()),
    ]
    ids = await open_cases_about(harbour, *about)
    read = [await harbour.get(f"/v1/exceptions/{key}") for key in ids]
    assert [(case["subject_kind"], case["subject_id"]) for case in read] == [
        (subject.kind, str(subject.id)) for subject in about
    ]
    titles = ["Adding fractions", "Guardian of Leo Lindqvist", "Mathematics", "Harbour Tutoring", ""]
    assert [case["subject_title"] for case in read] == titles
    assert (read[0]["session_id"], read[0]["session_title"]) == (session_id, "Adding fractions")
    assert read[0]["session_starts_at"]
    for case in read[1:]:
        names = ("session_id", "session_title", "session_starts_at", "time_zone")
        assert [case[name] for name in names] == [None] * 4
    for subject, key in zip(about, ids, strict=True):
        query = f"kind=step_failed&subject_kind={subject.kind}&subject_id={subject.id}"
        assert await listed(harbour, f"/v1/exceptions?{query}") == [key]
    assert await listed(harbour, f"/v1/exceptions?session_id={session_id}") == [ids[0]]
    resolved = await harbour.post(f"/v1/exceptions/{ids[1]}/resolve", {"resolution": "Called."})
    assert resolved["state"] == "resolved"
    assert (await harbour.post(f"/v1/exceptions/{ids[1]}/reopen"))["state"] == "open"


async def test_a_notice_can_be_about_a_person(harbour: School) -> None:
    guardian = UUID(harbour.ids["guardian"])
    about = {"subject_kind": SubjectKind.GUARDIAN, "subject_id": guardian, "class_starts_at": None}
    row = notice(harbour, await harbour.book(), 0, kind="about a person", **about)
    async with harbour.transaction() as db:
        await notices.prepare(db, [row])
    read = await harbour.get(f"/v1/notices/{row.id}")
    assert (read["subject_kind"], read["subject_id"]) == ("guardian", str(guardian))
    assert read["session_id"] is None
    query = f"kind=about a person&subject_kind=guardian&subject_id={guardian}"
    assert await listed(harbour, f"/v1/notices?{query}") == [str(row.id)]


async def test_notices_are_filtered_by_delivery_state(harbour: School) -> None:
    session_id = await harbour.book()
    rows = [
        notice(harbour, session_id, 0),
        notice(harbour, session_id, 1, sent_at=NOW),
        notice(harbour, session_id, 2, failed_at=NOW, error="undeliverable"),
        notice(harbour, session_id, 3, failed_at=NOW, error="withdrawn"),
    ]
    async with harbour.transaction() as db:
        db.add_all(rows)
        ids = [str(row.id) for row in rows]
    for state, key in zip(("waiting", "sent", "failed", "withdrawn"), ids, strict=True):
        assert await listed(harbour, f"/v1/notices?kind=extra&state={state}") == [key]
    assert await listed(harbour, "/v1/notices?kind=extra&sort=created_at") == ids
    assert await listed(harbour, "/v1/notices?q=family2@f") == ids[2:3]
    whole = await harbour.get(f"/v1/notices/{ids[0]}")
    assert (whole["text"], whole["address"]) == ("Hello", "family0@f.example")


async def test_exceptions_are_found_by_the_names_in_them(harbour: School) -> None:
    kind = ExceptionKind
    (of_class,) = await open_cases(harbour, await harbour.book(topic_ids=[]), kind.ROOM_LOST)
    guest = await harbour.add_student("Iris 50%_Meyer")
    instructor = UUID(harbour.ids["instructor"])
    new = [
        NewCase(harbour.id, Subject(SubjectKind.INSTRUCTOR, instructor), kind.CALENDAR_UNREADABLE),
        NewCase(harbour.id, Subject(SubjectKind.STUDENT, UUID(guest)), kind.NOTICE_UNDELIVERABLE),
        NewCase(
            harbour.id,
            Subject(SubjectKind.GUARDIAN, UUID(harbour.ids["guardian"])),
            kind.NOTICE_UNDELIVERABLE,
        ),
        NewCase(harbour.id, Subject(SubjectKind.ORGANIZATION, harbour.id), kind.RECORDS_DIFFER),
        NewCase.about_session(
            harbour.id, UUID(await harbour.book(72 * HOUR)), kind.SPEAKER_MISSING, guest, {}
        ),
    ]
    async with harbour.transaction() as db:
        for one in new:
            await open_case(db, one, NOW)
    every = {
        case["kind"] + case["subject_kind"]: case["id"]
        for case in (await harbour.get("/v1/exceptions"))["items"]
    }
    of_instructor, of_guest = every["calendar_unreadableinstructor"], every["notice_undeliverablestudent"]
    of_guardian, missing = every["notice_undeliverableguardian"], every["speaker_missingsession"]

    async def found(text: str, more: str = "") -> set[str]:
        return set(await listed(harbour, f"/v1/exceptions?q={quote(text)}{more}"))

    assert await found("ada oka") == {of_instructor, of_class, missing}, "whoever teaches the class"
    assert await found("Noor") == {of_class, missing}, "a student of the class"
    assert await found("Guardian of Leo") == {of_guardian}
    assert await found("mathematics") == {of_class, missing}, "the course"
    assert await found("subtract") == set()
    assert await found("iris") == {of_guest, missing}, "whom it names, though they are not in the class"
    assert await found("ir") == {of_guest, missing}, "too short for the index"
    assert await found("50%_m") == {of_guest, missing}
    assert await found("5__") == set()
    assert await found("ada", "&kind=room_lost") == {of_class}
    assert await found("ada", "&state=resolved") == set()
    assert await found("ada", "&overdue=true&grouped=true") == await found("ada", "&overdue=true")
    await harbour.post(f"/v1/exceptions/{of_class}/resolve", {"resolution": "done"})
    assert await found("ada") == {of_instructor, missing}
    assert await found("ada", "&state=resolved") == {of_class}


async def test_a_name_that_very_many_have_hides_no_exception(harbour: School) -> None:
    """Names are compared then, rather than those that have the text counted up."""
    (made,) = await open_cases(harbour, await harbour.book(), ExceptionKind.ROOM_LOST)
    async with harbour.transaction() as db:
        for number in range(5_100):
            db.add(Student(id=uuid7(), organization_id=harbour.id, name=f"Noor {number}", created_at=NOW))
    assert await listed(harbour, "/v1/exceptions?q=Noor") == [made]
    async with harbour.transaction() as db:
        request = PageRequest("due_at", 10, text="noor")
        assert await cases.count(db, request, datetime.now(UTC), unresolved=True) == 1
