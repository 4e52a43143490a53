"""Bulk imports: each row is accepted or refused on its own, and the report has the outcome of each."""

import asyncio
import json
from uuid import uuid4

import psycopg
import pytest

from tests.api.bulk import CSV, LINES, lines, read, refusals, report, upload
from tests.campus import Campus, Json, School, problem_of

pytestmark = pytest.mark.adapter


def samples(school: School) -> dict[str, tuple[str, list[Json]]]:
    """For each kind a CSV file, and the fields of its rows as the API returns them."""
    course, topic = school.ids["course"], school.ids["topic"]
    guardian, student = school.ids["guardian"], school.ids["student 0"]
    return {
        "guardians": (
            "name,email,quiet_from,quiet_until,external_id\n"
            "Mia,mia@family.example,21:00,08:00,g1\n"
            'Leo,leo@family.example,,,""\n',
            [
                {"name": "Mia", "email": "mia@family.example", "quiet_from": "21:00:00", "external_id": "g1"},
                {"name": "Leo", "email": "leo@family.example", "quiet_from": None, "external_id": None},
            ],
        ),
        "students": (
            f"external_id,name,guardian_ids,time_zone\ns1,Mia,{guardian},Europe/Madrid\ns2,Leo,,\n",
            [
                {"name": "Mia", "guardian_ids": [guardian], "time_zone": "Europe/Madrid"},
                {"name": "Leo", "guardian_ids": [], "time_zone": "UTC"},
            ],
        ),
        "instructors": (
            "name,email,qualifications\nAda,ada@x.example,Sums:6; Music\nBen,ben@x.example,\n",
            [
                {"qualifications": [{"subject": "Music", "level": ""}, {"subject": "Sums", "level": "6"}]},
                {"name": "Ben", "qualifications": []},
            ],
        ),
        "courses": (
            "title,subject,level,topics\nAlgebra,Sums,6,Sets;Groups\nChoir,Music,,\n",
            [{"title": "Algebra", "level": "6", "topic_ids": 2}, {"title": "Choir", "level": "", "topic_ids": 0}],
        ),
        "topics": (
            f"course_id,title,position\n{course},Sets,\n{course},Rings,7\n{course},Groups,\n",
            [{"title": "Sets", "position": 2}, {"title": "Rings", "position": 7}, {"title": "Groups", "position": 8}],
        ),
        "curriculum-plans": (
            f"course_id,title,items\n{course},Spring,{topic}:3\n{course},Autumn,{topic}\n",
            [
                {"title": "Spring", "items": [{"topic_id": topic, "sessions": 3, "note": ""}]},
                {"title": "Autumn", "items": [{"topic_id": topic, "sessions": 1, "note": ""}]},
            ],
        ),
        "enrollments": (
            f"course_id,student_id,external_id\n{{fresh}},{student},e1\n",
            [{"student_id": student, "external_id": "e1"}],
        ),
    }  # fmt: skip


KINDS = ["guardians", "students", "instructors", "courses", "topics", "curriculum-plans", "enrollments"]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_can_be_imported(harbour: School, kind: str) -> None:
    content, wanted = samples(harbour)[kind]
    if "{fresh}" in content:
        made = await harbour.post("/v1/courses", {"title": "Choir", "subject": "Music"})
        content = content.format(fresh=made["id"])
    rows, last = await report(harbour, kind, content)
    assert last == {"taken": len(wanted), "refused": 0, "done": True}
    for row, want in zip(rows, wanted, strict=True):
        imported = await harbour.get(f"/v1/{kind}/{row['id']}")
        if "topic_ids" in imported:
            imported["topic_ids"] = len(imported["topic_ids"])
        assert {name: imported[name] for name in want} == want


async def test_json_lines_accept_the_body_of_a_single_request(harbour: School) -> None:
    plan = {"course_id": harbour.ids["course"], "title": "<b>Spring</b>"}
    item = {"topic_id": harbour.ids["topic"], "note": 'a; b, "c"\n<script>alert(1)</script>'}
    rows, _ = await report(harbour, "curriculum-plans", lines(plan | {"items": [item]}), LINES)
    made = await harbour.get(f"/v1/curriculum-plans/{rows[0]['id']}")
    assert made["title"] == plan["title"]
    assert made["items"] == [item | {"sessions": 1}]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{7*7}}", 'O"Brien; --']
)
async def test_text_is_stored_unchanged(harbour: School, text: str) -> None:
    quoted = text.replace('"', '""')
    for content, kind in (
        (f'name,external_id\n"{quoted}","{quoted} 1"\n', CSV),
        (lines({"name": text, "external_id": f"{text} 2"}), LINES),
    ):
        rows, _ = await report(harbour, "students", content, kind)
        made = await harbour.get(f"/v1/students/{rows[0]['id']}")
        assert made["name"] == text
        assert made["external_id"].startswith(text)


async def test_a_refused_row_does_not_stop_the_others(harbour: School) -> None:
    before = harbour.rows()
    content = (
        "name,email,time_zone\n"
        "Mia,mia@x.example,UTC\n"
        "Leo,nobody,Mars\n"
        "\n"
        "Ann,ann@x.example,UTC,more\n"
        "Zoë,zoe@x.example,\n"
    )
    rows, last = await report(harbour, "guardians", content)
    assert [row["status"] for row in rows] == ["taken", "refused", "refused", "taken"]
    assert last == {"taken": 2, "refused": 2, "done": True}
    problem = rows[1]["problem"]
    assert {field["where"] for field in problem["fields"]} == {"email", "time_zone"}
    assert problem["code"] == "invalid-input"
    assert problem["type"] == "urn:homeroom:problem:invalid-input"
    assert problem["status"] == 422
    assert problem["next_step"]
    assert problem["request_id"]
    assert (rows[1]["line"], rows[2]["line"]) == (3, 5)
    assert refusals(rows)[3] == "this row has 4 cells, the header has 3"
    assert harbour.rows() - before == {"guardian": 2}


async def test_rows_can_reference_earlier_imports_by_external_id(harbour: School) -> None:
    guardians = "name,email,external_id\n" + "".join(f"G{n},g{n}@x.example,g{n}\n" for n in range(3))
    made, _ = await report(harbour, "guardians", guardians)
    ids = [row["id"] for row in made]
    students = "name,guardian_external_ids,external_id\nMia,g0;g2,s1\nLeo,g1;g9,s2\nZoe,,s3\n"
    rows, _ = await report(harbour, "students", students)
    assert refusals(rows) == {2: "there is no guardian with the external id 'g9'"}
    assert (await harbour.get(f"/v1/students/{rows[0]['id']}"))["guardian_ids"] == sorted([ids[0], ids[2]])
    await report(harbour, "courses", "title,subject,external_id\nChoir,Music,c1\n")
    enrollments = "course_external_id,student_external_id\nc1,s1\nc1,s2\nc1,s1\nc1,s3\n,s3\n"
    rows, _ = await report(harbour, "enrollments", enrollments)
    assert refusals(rows) == {
        2: "there is no student with the external id 's2'",
        3: "this enrollment already exists",
        5: "course_id is missing; give it or course_external_id",
    }


async def test_a_reference_by_both_id_and_external_id_is_refused(harbour: School) -> None:
    row = {"name": "Mia", "guardian_ids": [harbour.ids["guardian"]], "guardian_external_ids": ["g1"]}
    rows, _ = await report(harbour, "students", lines(row), LINES)
    assert "not both" in refusals(rows)[1]


async def test_rows_with_an_existing_external_id_are_refused(harbour: School) -> None:
    content = "name,external_id\nMia,s1\nLeo,s2\nAnn,s1\n"
    rows, _ = await report(harbour, "students", content)
    assert refusals(rows) == {3: "a student with the external id 's1' already exists"}
    before = harbour.rows()
    rows, _ = await report(harbour, "students", content)
    assert [row["problem"]["code"] for row in rows] == ["conflict"] * 3
    assert harbour.rows() == before


async def test_references_to_another_organizations_rows_are_refused(harbour: School, other: School) -> None:
    await report(other, "guardians", "name,email,external_id\nG,g@x.example,theirs\n")
    before, theirs = harbour.rows(), other.rows()
    students = lines(
        {"name": "Mia", "guardian_ids": [other.ids["guardian"]]},
        {"name": "Leo", "guardian_external_ids": ["theirs"]},
    )
    rows, _ = await report(harbour, "students", students, LINES)
    assert [row["problem"]["code"] for row in rows] == ["unknown-reference"] * 2
    course, topic = harbour.ids["course"], other.ids["topic"]
    plan = lines({"course_id": course, "title": "x", "items": [{"topic_id": topic}]})
    for kind, content in (
        ("topics", lines({"course_id": other.ids["course"], "title": "x"})),
        ("curriculum-plans", plan),
        ("enrollments", lines({"course_id": course, "student_id": other.ids["student 0"]})),
        ("enrollments", lines({"course_id": other.ids["course"], "student_id": harbour.ids["student 0"]})),
    ):
        rows, _ = await report(harbour, kind, content, LINES)
        assert rows[0]["problem"]["code"] == "unknown-reference", kind
    assert (harbour.rows(), other.rows()) == (before, theirs)


async def test_the_same_external_id_is_free_in_another_organization(harbour: School, other: School) -> None:
    for school in (harbour, other):
        _, last = await report(school, "students", "name,external_id\nMia,s1\n")
        assert last["taken"] == 1


async def test_references_to_retired_rows_are_refused(harbour: School) -> None:
    await harbour.api.delete(f"/v1/guardians/{harbour.ids['guardian']}")
    rows, _ = await report(
        harbour, "students", lines({"name": "M", "guardian_ids": [harbour.ids["guardian"]]}), LINES
    )
    assert "is retired" in refusals(rows)[1]


async def test_a_dry_run_reports_outcomes_and_writes_nothing(harbour: School) -> None:
    before = harbour.rows()
    content = "name,external_id\nMia,s1\nLeo,s1\n" + "x" * 300 + ",s2\n"
    rows, last = await report(harbour, "students", content, dry_run=True)
    assert [row["status"] for row in rows] == ["taken", "refused", "refused"]
    assert "id" not in rows[0]
    assert last == {"taken": 1, "refused": 2, "done": True, "dry_run": True}
    assert harbour.rows() == before


async def test_importing_needs_the_write_permission(harbour: School) -> None:
    made = await harbour.post("/v1/keys", {"name": "reader", "role": "ops", "scopes": ["people:read"]})
    async with harbour.campus.client(made["api_key"]) as reader:
        answer = await reader.post("/v1/students/bulk", content=b"name\nMia\n", headers={"content-type": CSV})
    problem_of(answer, 403, "not-allowed")


async def test_members_and_identity_providers_cannot_be_imported(harbour: School) -> None:
    for kind in ("members", "identity-providers"):
        problem_of(await upload(harbour, kind, "name\nMia\n"), 405, "method-not-allowed")


async def test_bulk_is_not_taken_for_an_id(harbour: School) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = await harbour.api.request(method, "/v1/students/bulk")
        problem_of(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "POST"


CONTENT = "name,external_id\n" + "".join(f"S{n},s{n % 900}\n" for n in range(1200))


async def test_the_same_file_under_the_same_key_writes_nothing_twice(harbour: School) -> None:
    key = str(uuid4())
    first = await upload(harbour, "students", CONTENT, key=key)
    before = harbour.rows()
    again = await upload(harbour, "students", CONTENT, key=key)
    assert read(first)[1] == {"taken": 900, "refused": 300, "done": True}
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert harbour.rows() == before


async def test_another_file_under_the_same_key_is_refused(harbour: School) -> None:
    await upload(harbour, "students", "name\nMia\n", key="one")
    before = harbour.rows()
    for content, dry_run, kind in (("name\nLeo\n", False, "students"), ("name\nMia\n", True, "students")):
        answer = await upload(harbour, kind, content, key="one", dry_run=dry_run)
        problem_of(answer, 422, "idempotency-key-reused")
    assert harbour.rows() == before


async def test_concurrent_uploads_under_one_key_have_one_effect(harbour: School) -> None:
    before = harbour.rows()
    answers = await asyncio.gather(*(upload(harbour, "students", CONTENT, key="race") for _ in range(4)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert read(answers[0])[1]["taken"] == 900
    assert harbour.rows() - before == {"student": 900, "idempotency": 1}


async def test_concurrent_uploads_without_a_key_write_each_external_id_once(harbour: School) -> None:
    before = harbour.rows()
    answers = await asyncio.gather(*(report(harbour, "students", CONTENT) for _ in range(4)))
    assert sum(last["taken"] for _, last in answers) == 900
    assert harbour.rows() - before == {"student": 900}


async def test_an_interrupted_upload_is_resumed_by_sending_it_again(harbour: School) -> None:
    """The client disconnects after the first lines of the report."""
    content = "name\n" + "".join(f"S{n}\n" for n in range(4000))
    headers = {"content-type": CSV, "idempotency-key": "cut"}
    async with harbour.api.stream(
        "POST", "/v1/students/bulk", content=content.encode(), headers=headers
    ) as answer:
        first = await anext(answer.aiter_lines())
    problem_of(await upload(harbour, "students", "name\nLeo\n", key="cut"), 422, "idempotency-key-reused")
    rows, last = await report(harbour, "students", content, key="cut")
    assert last == {"taken": 4000, "refused": 0, "done": True}
    assert json.loads(first) == rows[0]
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        row = connection.execute(
            "select count(*), count(distinct name) from student where organization_id = %s and name like 'S%%'",
            [harbour.id],
        ).fetchone()
    assert row == (4000, 4000)


async def test_imported_rows_are_in_the_change_log_with_their_author(harbour: School) -> None:
    rows, _ = await report(harbour, "students", "name\nMia\n")
    with psycopg.connect(harbour.campus.database.superuser) as connection:
        row = connection.execute(
            "select actor, kind from change_log where subject_id = %s", [rows[0]["id"]]
        ).fetchone()
    assert row is not None
    assert row[0].startswith("key:")
    assert row[1] == "student.created"


async def test_a_row_that_the_database_refuses_does_not_fail_the_others(
    harbour: School, campus: Campus
) -> None:
    """The constraint exists only in the database."""
    with psycopg.connect(campus.database.superuser, autocommit=True) as connection:
        connection.execute(
            "create function test_refuse() returns trigger language plpgsql as "
            "$$ begin if new.name = 'Cursed' then raise foreign_key_violation; end if; return new; end $$;"
            "create trigger test_refuse before insert on student for each row execute function test_refuse()"
        )
        try:
            rows, _ = await report(harbour, "students", "name\nMia\nCursed\nLeo\n")
        finally:
            connection.execute("drop trigger test_refuse on student; drop function test_refuse()")
    assert [row["status"] for row in rows] == ["taken", "refused", "taken"]
    assert rows[1]["problem"]["code"] == "unknown-reference"
