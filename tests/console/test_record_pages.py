"""The pages of people and courses, over HTTP: lists, forms, versions, retirement, other organizations, markup."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from console.frame.permits import Permits
from console.install import PERMITTED
from console.records.kinds import KINDS, PEOPLE, RecordKind
from console.sessions.command_forms import router as commands_of_sessions
from tests.api.roles import signed_in
from tests.campus import School, problem_of
from tests.console.forms import hidden
from tests.links import open_link
from tests.markup import MARKUP, Page, check

pytestmark = pytest.mark.adapter

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
PERSON = {"name": "Ines Duarte", "email": "ines@harbour.example", "language": "en", "time_zone": "UTC"}
TYPED: dict[str, dict[str, str]] = {
    "guardian": PERSON | {"quiet_from": "21:00", "quiet_until": "07:00"},
    "student": PERSON | {"email_basis": "adult", "time_zone": "Europe/Lisbon", "external_id": "crm-1"},
    "instructor": PERSON,
    "member": PERSON | {"role": "ops"},
    "course": {"title": "Ines Duarte", "subject": "Sums", "level": "A1", "topics": "One\r\n\r\n Two \r\n"},
}


@pytest.fixture
async def operator(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        yield browser


@pytest.fixture
async def ops(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    member = {"name": "Olu Ops", "email": "olu@harbour.example", "role": "ops"}
    made = await harbour.post("/v1/members", member)
    async with await signed_in(harbour.campus, harbour.id, "member", UUID(made["id"])) as browser:
        browser.headers["Accept"] = "text/html"
        yield browser


async def make(operator: httpx.AsyncClient, kind: RecordKind, **changes: str) -> httpx.Response:
    form = await operator.get(f"{kind.base}/new")
    assert form.status_code == 200, form.text
    typed = TYPED[kind.noun] | changes
    return await operator.post(f"{kind.base}/new", data=typed | {"key": hidden(form, "key")})


def test_every_route_of_the_pages_requires_a_permission() -> None:
    for module in PERMITTED:
        for route in module.router.routes:
            dependant = getattr(route, "dependant")  # noqa: B009
            permits = [d.call for d in dependant.dependencies if isinstance(d.call, Permits)]
            assert permits, getattr(route, "path")  # noqa: B009
    assert commands_of_sessions in [module.router for module in PERMITTED]


@pytest.mark.parametrize("kind", PEOPLE, ids=lambda kind: kind.noun)
async def test_the_form_of_a_new_person_has_the_time_zone_and_language_of_the_organization(
    operator: httpx.AsyncClient, harbour: School, kind: RecordKind
) -> None:
    await harbour.change("/v1/organization", {"time_zone": "Europe/Berlin", "language": "es"})
    form = await operator.get(f"{kind.base}/new")
    assert '<option value="Europe/Berlin" selected>' in form.text
    assert '<option value="es" selected>' in form.text


async def test_booking_begins_with_the_choice_of_a_course(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    """Where there is one course it is taken; a student and an instructor are kept on the way to the form."""
    student, instructor = harbour.ids["student 1"], harbour.ids["instructor"]
    for page in ("/today", "/people/students", "/people/instructors", "/courses"):
        assert 'href="/book"' in (await operator.get(page)).text, page
    for noun, key in (("student", student), ("instructor", instructor)):
        assert f'href="/book?{noun}_id={key}"' in (await operator.get(f"/people/{noun}s/{key}")).text
    form = await operator.get(f"/book?student_id={student}&instructor_id={instructor}")
    assert form.url.path == f"/courses/{harbour.ids['course']}/book"
    assert re.findall(r'value="([^"]*)" checked', form.text) == [student]
    assert f'<option value="{instructor}" selected>' in form.text
    choir = await harbour.post("/v1/courses", {"title": "Choir", "subject": "Music"})
    choice = await operator.get(f"/book?instructor_id={instructor}")
    assert choice.url.path == "/book"
    assert f'href="/courses/{choir["id"]}/book?instructor_id={instructor}"' in choice.text
    assert "Mathematics" not in (await operator.get("/book?q=choir")).text
    stranger = await harbour.post("/v1/students", {"name": "Mia"})
    assert "enrolled in a course yet" in (await operator.get(f"/book?student_id={stranger['id']}")).text


@every_kind
async def test_a_record_is_created_edited_retired_and_restored(
    operator: httpx.AsyncClient, harbour: School, kind: RecordKind
) -> None:
    shown = await make(operator, kind)
    assert shown.status_code == 200, shown.text
    key = shown.url.path.rpartition("/")[2]
    assert shown.url.path == f"{kind.base}/{UUID(key)}"
    assert "Added." in shown.text
    assert "Ines Duarte" in shown.text
    assert "by Operator" in shown.text

    form = await operator.get(f"{shown.url.path}/edit")
    assert 'value="Ines Duarte"' in form.text
    change = {kind.name_column: "Ines Moreira"}
    typed = {k: v for k, v in TYPED[kind.noun].items() if k != "topics"} | change
    saved = await operator.post(f"{shown.url.path}/edit", data=typed | {"version": hidden(form, "version")})
    assert saved.status_code == 200, saved.text
    assert "<ins>Ines Moreira</ins>" in saved.text

    stale = await operator.post(
        f"{shown.url.path}/edit",
        data=typed | {kind.name_column: "Ines Typed", "version": hidden(form, "version")},
    )
    assert stale.status_code == 412
    assert "Someone else changed this in the meantime" in stale.text
    assert 'value="Ines Typed"' in stale.text
    assert "Ines Moreira" in stale.text
    overwritten = await operator.post(
        f"{shown.url.path}/edit",
        data=typed | {kind.name_column: "Ines Typed", "version": hidden(stale, "version")},
    )
    assert overwritten.url.path == shown.url.path

    assert "Retire" in (await operator.get(f"{shown.url.path}/retire")).text
    retired = await operator.post(f"{shown.url.path}/retire")
    assert f"{shown.url.path}/restore" in retired.text
    assert key not in (await operator.get(kind.base)).text
    assert key in (await operator.get(f"{kind.base}?retired=true")).text
    restored = await operator.post(f"{shown.url.path}/restore")
    assert f"{shown.url.path}/edit" in restored.text


@every_kind
async def test_bad_input_keeps_what_was_typed(operator: httpx.AsyncClient, kind: RecordKind) -> None:
    answer = await make(operator, kind, **{kind.name_column: "", "external_id": "typed-4711"})
    assert answer.status_code == 422
    assert "Required." in answer.text
    if kind.noun != "member":
        assert 'value="typed-4711"' in answer.text
    again = await make(operator, kind, **{kind.name_column: "x" * 201})
    assert "Use at most 200 characters." in again.text
    assert "x" * 201 in again.text


async def test_an_invalid_email_address_is_marked_at_its_field(operator: httpx.AsyncClient) -> None:
    kind = next(kind for kind in KINDS if kind.noun == "guardian")
    answer = await make(operator, kind, email="nobody", quiet_until="")
    assert answer.status_code == 422
    assert "Enter an email address, such as ada@school.example." in answer.text
    assert re.search(r'<input[^>]*value="nobody"[^>]*aria-invalid="true"', answer.text)
    lonely = await make(operator, kind, quiet_until="")
    assert "Quiet hours need both" in lonely.text


async def test_a_taken_external_id_is_marked_at_its_field(operator: httpx.AsyncClient) -> None:
    kind = next(kind for kind in KINDS if kind.noun == "student")
    await make(operator, kind)
    answer = await make(operator, kind)
    assert answer.status_code == 422
    assert "Already in use." in answer.text


async def test_a_form_sent_twice_creates_one_record(operator: httpx.AsyncClient, harbour: School) -> None:
    form = await operator.get("/people/guardians/new")
    body = TYPED["guardian"] | {"key": hidden(form, "key")}
    first, second = [await operator.post("/people/guardians/new", data=body) for _ in range(2)]
    assert first.url.path == second.url.path
    found = await harbour.get("/v1/guardians?q=Ines")
    assert len(found["items"]) == 1


async def test_a_form_sent_again_with_other_values_says_so(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    body = TYPED["guardian"] | {"key": hidden(await operator.get("/people/guardians/new"), "key")}
    first = await operator.post("/people/guardians/new", data=body)
    other = await operator.post("/people/guardians/new", data=body | {"name": "Rui Duarte"})
    assert other.status_code == 409
    assert "This form was already sent with other values" in other.text
    assert 'value="Rui Duarte"' in other.text
    fresh = await operator.post(
        "/people/guardians/new", data=body | {"name": "Rui Duarte", "key": hidden(other, "key")}
    )
    assert fresh.url.path != first.url.path
    assert len((await harbour.get("/v1/guardians?q=Duarte"))["items"]) == 2


@every_kind
async def test_records_of_another_organization_are_not_found(
    operator: httpx.AsyncClient, other: School, kind: RecordKind
) -> None:
    async with other.campus.browser() as theirs:
        await open_link(theirs, other.campus.console_url(other.id))
        one = (await make(theirs, kind)).url.path
        version = hidden(await theirs.get(f"{one}/edit"), "version")
    for path in (one, f"{one}/edit", f"{one}/retire"):
        assert (await operator.get(path)).status_code == 404, path
    for path in (f"{one}/edit", f"{one}/retire", f"{one}/restore"):
        assert (await operator.post(path, data={"version": version})).status_code == 404, path
    assert (await operator.get(f"{kind.base}/{uuid4()}")).status_code == 404


async def test_lists_are_searched_sorted_and_paged(operator: httpx.AsyncClient, harbour: School) -> None:
    for number in range(30):
        await harbour.post("/v1/students", {"name": f"Pupil {number:02d}"})
    first = await operator.get("/people/students?q=Pupil")
    names = re.findall(r">(Pupil \d\d)<", first.text)
    assert names == [f"Pupil {number:02d}" for number in range(25)]
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await operator.get(following.group(1).replace("&amp;", "&"))
    assert re.findall(r">(Pupil \d\d)<", second.text) == [f"Pupil {number:02d}" for number in range(25, 30)]
    falling = await operator.get("/people/students?q=Pupil&sort=-name")
    assert re.findall(r">(Pupil \d\d)<", falling.text)[0] == "Pupil 29"
    part = await operator.get("/people/students?q=Pupil 07", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert re.findall(r">(Pupil \d\d)<", part.text) == ["Pupil 07"]
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in (await operator.get("/people/students?q=Pupil", headers=back)).text
    assert "No results" in (await operator.get("/people/students?q=nobody")).text
    for nonsense in ("sort=email", "cursor=x", "retired=perhaps"):
        assert (await operator.get(f"/people/students?{nonsense}")).status_code == 422


async def test_the_classes_of_an_instructor_begin_with_the_next_one(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    booked = [await harbour.book(timedelta(hours=hours)) for hours in (100, 50, 75)]
    key = harbour.ids["instructor"]
    shown = (await operator.get(f"/people/instructors/{key}")).text
    listed = [one for one in re.findall(r'href="/sessions/([^"/]+)"', shown) if one in booked]
    assert listed == [booked[1], booked[2], booked[0]]
    assert f'href="/classes?instructor={key}&amp;when=all"' in shown


async def test_ops_cannot_open_pages_of_admins(ops: httpx.AsyncClient) -> None:
    staff = await ops.get("/people/members")
    assert staff.status_code == 200
    assert "/people/members/new" not in staff.text
    assert (await ops.get("/people/members/new")).status_code == 403
    assert (await ops.post("/people/members/new", data=TYPED["member"])).status_code == 403
    for path in ("/settings/keys", "/settings/keys/new", "/settings/audit"):
        assert (await ops.get(path)).status_code == 403
    rules = await ops.get("/settings")
    assert rules.status_code == 200
    assert "Save rules" not in rules.text
    assert "/settings/keys" not in rules.text
    assert (await ops.post("/settings", data={"version": "1"})).status_code == 403


async def test_an_instructor_opens_no_page_of_staff(harbour: School) -> None:
    ada = UUID(harbour.ids["instructor"])
    async with await signed_in(harbour.campus, harbour.id, "instructor", ada) as browser:
        for path in ("/people/students", "/outbox", "/exceptions", "/settings", "/people/members"):
            assert (await browser.get(path)).status_code == 403, path
        course = await browser.get(f"/courses/{harbour.ids['course']}", headers={"accept": "text/html"})
        assert course.status_code == 200
        for unseen in ("Noor Haddad", "Book a class", "/edit", "Retire"):
            assert unseen not in course.text


async def test_guardians_and_qualifications_are_added_and_removed(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    student = f"/people/students/{harbour.ids['student 0']}"
    candidates = await operator.get(f"{student}/guardians?q=Leo")
    assert "Guardian of Leo Lindqvist" in candidates.text
    assert "Guardian of Noor" not in candidates.text
    body = {"version": hidden(candidates, "version"), "guardian_id": harbour.ids["guardian"]}
    added = await operator.post(f"{student}/guardians", data=body)
    assert "Guardian of Leo Lindqvist" in added.text
    assert (await operator.post(f"{student}/guardians", data=body | {"guardian_id": "x"})).status_code == 422
    body = {"version": hidden(added, "version")}
    removed = await operator.post(f"{student}/guardians/{harbour.ids['guardian']}/remove", data=body)
    assert f"/people/guardians/{harbour.ids['guardian']}" not in removed.text
    assert "Guardian removed" in removed.text

    ada = f"/people/instructors/{harbour.ids['instructor']}"
    version = hidden(await operator.get(ada), "version")
    refused = await operator.post(
        f"{ada}/qualifications", data={"version": version, "subject": "", "level": "B2"}
    )
    assert refused.status_code == 422
    assert 'value="B2"' in refused.text
    body = {"version": version, "subject": "Sums", "level": "B2"}
    shown = await operator.post(f"{ada}/qualifications", data=body)
    assert "Remove Sums B2" in shown.text
    stale = await operator.post(f"{ada}/qualifications", data=body | {"level": "C1"})
    assert stale.status_code == 422
    assert 'value="C1"' in stale.text
    gone = await operator.post(
        f"{ada}/qualifications/remove", data=body | {"version": hidden(shown, "version")}
    )
    assert "Remove Sums B2" not in gone.text


async def test_topics_enrollments_and_plans_of_a_course_are_edited(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    course = f"/courses/{harbour.ids['course']}"
    assert "Required." in (await operator.post(f"{course}/topics", data={"title": " "})).text
    added = await operator.post(f"{course}/topics", data={"title": "Dividing fractions"})
    assert titles(added) == ["Adding fractions", "Subtracting fractions", "Dividing fractions"]
    one = f"{course}/topics/{harbour.ids['topic']}"
    moved = await operator.post(f"{one}/move", data={"to": "down"})
    assert titles(moved) == ["Subtracting fractions", "Adding fractions", "Dividing fractions"]
    form = await operator.get(one)
    renamed = await operator.post(one, data={"title": "Adding up", "version": hidden(form, "version")})
    assert "Adding up" in renamed.text
    stale = await operator.post(one, data={"title": "Lost?", "version": hidden(form, "version")})
    assert 'value="Lost?"' in stale.text
    assert "Adding up" not in titles(await operator.post(f"{one}/retire"))
    assert "Adding up" in titles(await operator.post(f"{one}/restore"))

    made = await harbour.post("/v1/students", {"name": "Mia"})
    found = await operator.get(f"{course}/enroll?q=mia")
    body = {"student_id": made["id"], "key": hidden(found, "key")}
    for _ in range(2):
        assert "Already enrolled" in (await operator.post(f"{course}/enroll", data=body)).text
    enrolled = (await harbour.get(f"/v1/enrollments?student_id={made['id']}"))["items"]
    left = await operator.post(f"{course}/enrollments/{enrolled[0]['id']}/retire")
    assert "Mia" not in left.text

    form = await operator.get(f"{course}/plans/new")
    topic = harbour.ids["topic"]
    body = {"key": hidden(form, "key"), "title": "", f"sessions-{topic}": "x", f"note-{topic}": "kept"}
    wrong = await operator.post(f"{course}/plans/new", data=body)
    assert wrong.status_code == 422
    assert 'value="kept"' in wrong.text
    shown = await operator.post(
        f"{course}/plans/new", data=body | {"title": "Spring", f"sessions-{topic}": "3"}
    )
    assert "1 topic, 3 classes" in shown.text
    plan = re.search(rf'href="({course}/plans/[^"]+-[^"]+)"', shown.text)
    assert plan
    page = await operator.get(plan.group(1))
    body = {"version": hidden(page, "version"), "title": "Summer", f"sessions-{topic}": "2"}
    assert "Summer" in (await operator.post(plan.group(1), data=body)).text
    stale = await operator.post(plan.group(1), data=body | {"title": "Autumn"})
    assert stale.status_code == 422
    assert 'value="Autumn"' in stale.text
    await operator.post(f"{plan.group(1)}/retire")
    assert "Restore" in (await operator.get(plan.group(1))).text


def titles(answer: httpx.Response) -> list[str]:
    return [one.replace("&#39;", "'") for one in re.findall(r'aria-label="Rename ([^"]+)"', answer.text)]


async def test_a_class_is_booked_and_a_refusal_keeps_the_form(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    course = f"/courses/{harbour.ids['course']}"
    form = await operator.get(f"{course}/book")
    assert form.text.count("checked") == 2, "everybody enrolled"
    body: dict[str, Any] = {
        "key": hidden(form, "key"),
        "instructor_id": harbour.ids["instructor"],
        "starts_at": "2001-01-01T10:00",
        "minutes": "45",
        "topic_ids": [harbour.ids["topic"]],
        "student_ids": [harbour.ids["student 0"]],
    }
    past = await operator.post(f"{course}/book", data=body)
    assert past.status_code == 422
    assert "The class would start in the past" in past.text
    assert 'value="2001-01-01T10:00"' in past.text
    assert past.text.count("checked") == 2
    empty = await operator.post(f"{course}/book", data=body | {"starts_at": "", "minutes": "x"})
    assert "Enter a whole number." in empty.text
    body |= {"starts_at": "2031-05-01T10:00", "key": hidden(past, "key")}
    booked = await operator.post(f"{course}/book", data=body)
    assert booked.url.path.startswith("/sessions/"), booked.text
    assert "Class booked" in booked.text
    again = await operator.post(f"{course}/book", data=body)
    assert again.url.path == booked.url.path
    session = await harbour.get(f"/v1{booked.url.path}")
    assert session["starts_at"] == "2031-05-01T10:00:00Z"
    assert session["ends_at"] == "2031-05-01T10:45:00Z"
    twice = await operator.post(f"{course}/book", data=body | {"key": str(uuid4())})
    assert twice.status_code == 409
    assert "two classes at once" in twice.text


async def test_markup_in_a_name_is_text(operator: httpx.AsyncClient, harbour: School) -> None:
    for kind in KINDS:
        changes = {kind.name_column: MARKUP.format(kind.noun)}
        if kind.noun == "course":
            changes |= {"topics": MARKUP.format("topic"), "subject": MARKUP.format("subject")}
        shown = await make(operator, kind, **changes)
        check(shown.text, kind.noun)
        for path in (kind.base, f"{shown.url.path}/edit", f"{shown.url.path}/retire"):
            check((await operator.get(path)).text, kind.noun)
        if kind.noun == "course":
            for path in ("/enroll", "/book", "/plans/new"):
                check((await operator.get(f"{shown.url.path}{path}")).text)
    assert Page((await operator.get("/settings/audit")).text).handlers == []


async def test_signed_out_clients_see_no_page(harbour: School) -> None:
    async with harbour.campus.client() as nobody:
        for path in ("/people/students", "/courses", "/exceptions", "/outbox", "/settings", "/settings/keys"):
            problem_of(await nobody.get(path), 401, "not-authenticated")
        answer = await nobody.post("/people/students/new", data=TYPED["student"])
        assert answer.status_code in (401, 403)
