"""People and courses by their pages: list, form, version, retirement, other organizations, markup."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from console.frame.permits import Permits
from console.install import PERMITTED
from console.records.kinds import KINDS, Kind
from console.sessions.command_forms import router as commands_of_sessions
from tests.api.roles import signed_in
from tests.campus import School, problem_of
from tests.console.forms import hidden
from tests.markup import MARKUP, Page, check

pytestmark = pytest.mark.adapter

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.one)
PERSON = {"name": "Ines Duarte", "email": "ines@harbour.example", "language": "en", "time_zone": "UTC"}
TYPED: dict[str, dict[str, str]] = {
    "guardian": PERSON | {"quiet_from": "21:00", "quiet_until": "07:00"},
    "student": {"name": "Ines Duarte", "time_zone": "Europe/Lisbon", "external_id": "crm-1"},
    "instructor": PERSON,
    "member": PERSON | {"role": "ops"},
    "course": {"title": "Ines Duarte", "subject": "Sums", "level": "A1", "topics": "One\r\n\r\n Two \r\n"},
}


@pytest.fixture
async def desk(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with harbour.campus.browser() as browser:
        await browser.get(harbour.campus.desk_url(harbour.id))
        yield browser


@pytest.fixture
async def ops(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    member = {"name": "Olu Ops", "email": "olu@harbour.example", "role": "ops"}
    made = await harbour.post("/v1/members", member)
    async with await signed_in(harbour.campus, harbour.id, "member", UUID(made["id"])) as browser:
        browser.headers["Accept"] = "text/html"
        yield browser


async def make(desk: httpx.AsyncClient, kind: Kind, **changes: str) -> httpx.Response:
    form = await desk.get(f"{kind.base}/new")
    assert form.status_code == 200, form.text
    typed = TYPED[kind.one] | changes
    return await desk.post(f"{kind.base}/new", data=typed | {"key": hidden(form, "key")})


def test_every_route_of_every_page_asks_for_one_permission() -> None:
    for module in PERMITTED:
        for route in module.router.routes:
            asked = [d.call for d in getattr(route, "dependant").dependencies if isinstance(d.call, Permits)]  # noqa: B009
            assert len(asked) == 1, getattr(route, "path")  # noqa: B009
    assert commands_of_sessions in [module.router for module in PERMITTED]


@every_kind
async def test_a_life(desk: httpx.AsyncClient, harbour: School, kind: Kind) -> None:
    shown = await make(desk, kind)
    assert shown.status_code == 200, shown.text
    key = shown.url.path.rpartition("/")[2]
    assert shown.url.path == f"{kind.base}/{UUID(key)}"
    assert "Added." in shown.text
    assert "Ines Duarte" in shown.text
    assert "by Operator" in shown.text

    form = await desk.get(f"{shown.url.path}/edit")
    assert 'value="Ines Duarte"' in form.text
    change = {kind.heading: "Ines Moreira"}
    typed = {k: v for k, v in TYPED[kind.one].items() if k != "topics"} | change
    saved = await desk.post(f"{shown.url.path}/edit", data=typed | {"version": hidden(form, "version")})
    assert saved.status_code == 200, saved.text
    assert "<ins>Ines Moreira</ins>" in saved.text

    stale = await desk.post(
        f"{shown.url.path}/edit",
        data=typed | {kind.heading: "Ines Typed", "version": hidden(form, "version")},
    )
    assert stale.status_code == 412
    assert "Someone else changed this in the meantime" in stale.text
    assert 'value="Ines Typed"' in stale.text
    assert "Ines Moreira" in stale.text
    over = await desk.post(
        f"{shown.url.path}/edit",
        data=typed | {kind.heading: "Ines Typed", "version": hidden(stale, "version")},
    )
    assert over.url.path == shown.url.path

    assert "Retire" in (await desk.get(f"{shown.url.path}/retire")).text
    retired = await desk.post(f"{shown.url.path}/retire")
    assert f"{shown.url.path}/restore" in retired.text
    assert key not in (await desk.get(kind.base)).text
    assert key in (await desk.get(f"{kind.base}?retired=true")).text
    restored = await desk.post(f"{shown.url.path}/restore")
    assert f"{shown.url.path}/edit" in restored.text


@every_kind
async def test_bad_input_keeps_what_was_typed(desk: httpx.AsyncClient, kind: Kind) -> None:
    answer = await make(desk, kind, **{kind.heading: "", "external_id": "typed-4711"})
    assert answer.status_code == 422
    assert "Required." in answer.text
    if kind.one != "member":
        assert 'value="typed-4711"' in answer.text
    again = await make(desk, kind, **{kind.heading: "x" * 201})
    assert "Use at most 200 characters." in again.text
    assert "x" * 201 in again.text


async def test_an_address_that_is_none_is_told_at_its_field(desk: httpx.AsyncClient) -> None:
    kind = next(kind for kind in KINDS if kind.one == "guardian")
    answer = await make(desk, kind, email="nobody", quiet_until="")
    assert answer.status_code == 422
    assert "Enter an email address, such as ada@school.example." in answer.text
    assert re.search(r'<input[^>]*value="nobody"[^>]*aria-invalid="true"', answer.text)
    lonely = await make(desk, kind, quiet_until="")
    assert "Quiet hours need both" in lonely.text


async def test_an_id_elsewhere_that_is_taken_is_told_at_its_field(desk: httpx.AsyncClient) -> None:
    kind = next(kind for kind in KINDS if kind.one == "student")
    await make(desk, kind)
    answer = await make(desk, kind)
    assert answer.status_code == 422
    assert "Already in use." in answer.text


async def test_a_form_sent_twice_makes_one(desk: httpx.AsyncClient, harbour: School) -> None:
    form = await desk.get("/people/guardians/new")
    body = TYPED["guardian"] | {"key": hidden(form, "key")}
    first, second = [await desk.post("/people/guardians/new", data=body) for _ in range(2)]
    assert first.url.path == second.url.path
    found = await harbour.get("/v1/guardians?q=Ines")
    assert len(found["items"]) == 1


@every_kind
async def test_another_organizations_do_not_exist(desk: httpx.AsyncClient, other: School, kind: Kind) -> None:
    async with other.campus.browser() as theirs:
        await theirs.get(other.campus.desk_url(other.id))
        one = (await make(theirs, kind)).url.path
        version = hidden(await theirs.get(f"{one}/edit"), "version")
    for path in (one, f"{one}/edit", f"{one}/retire"):
        assert (await desk.get(path)).status_code == 404, path
    for path in (f"{one}/edit", f"{one}/retire", f"{one}/restore"):
        assert (await desk.post(path, data={"version": version})).status_code == 404, path
    assert (await desk.get(f"{kind.base}/{uuid4()}")).status_code == 404


async def test_lists_are_searched_sorted_and_walked(desk: httpx.AsyncClient, harbour: School) -> None:
    for number in range(30):
        await harbour.post("/v1/students", {"name": f"Pupil {number:02d}"})
    first = await desk.get("/people/students?q=Pupil")
    names = re.findall(r">(Pupil \d\d)<", first.text)
    assert names == [f"Pupil {number:02d}" for number in range(25)]
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await desk.get(following.group(1).replace("&amp;", "&"))
    assert re.findall(r">(Pupil \d\d)<", second.text) == [f"Pupil {number:02d}" for number in range(25, 30)]
    falling = await desk.get("/people/students?q=Pupil&sort=-name")
    assert re.findall(r">(Pupil \d\d)<", falling.text)[0] == "Pupil 29"
    part = await desk.get("/people/students?q=Pupil 07", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert re.findall(r">(Pupil \d\d)<", part.text) == ["Pupil 07"]
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in (await desk.get("/people/students?q=Pupil", headers=back)).text
    assert "No results" in (await desk.get("/people/students?q=nobody")).text
    for nonsense in ("sort=email", "cursor=x", "retired=perhaps"):
        assert (await desk.get(f"/people/students?{nonsense}")).status_code == 422


async def test_ops_see_what_is_theirs(ops: httpx.AsyncClient) -> None:
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


async def test_an_instructor_opens_none_of_them(harbour: School) -> None:
    ada = UUID(harbour.ids["instructor"])
    async with await signed_in(harbour.campus, harbour.id, "instructor", ada) as browser:
        for path in ("/people/students", "/outbox", "/exceptions", "/settings", "/people/members"):
            assert (await browser.get(path)).status_code == 403, path
        course = await browser.get(f"/courses/{harbour.ids['course']}", headers={"accept": "text/html"})
        assert course.status_code == 200
        for unseen in ("Noor Haddad", "Book a class", "/edit", "Retire"):
            assert unseen not in course.text


async def test_guardians_and_qualifications(desk: httpx.AsyncClient, harbour: School) -> None:
    student = f"/people/students/{harbour.ids['student 0']}"
    candidates = await desk.get(f"{student}/guardians?q=Leo")
    assert "Guardian of Leo Lindqvist" in candidates.text
    assert "Guardian of Noor" not in candidates.text
    body = {"version": hidden(candidates, "version"), "guardian_id": harbour.ids["guardian"]}
    added = await desk.post(f"{student}/guardians", data=body)
    assert "Guardian of Leo Lindqvist" in added.text
    assert (await desk.post(f"{student}/guardians", data=body | {"guardian_id": "x"})).status_code == 422
    body = {"version": hidden(added, "version")}
    removed = await desk.post(f"{student}/guardians/{harbour.ids['guardian']}/remove", data=body)
    assert f"/people/guardians/{harbour.ids['guardian']}" not in removed.text
    assert "Guardian removed" in removed.text

    ada = f"/people/instructors/{harbour.ids['instructor']}"
    version = hidden(await desk.get(ada), "version")
    told = await desk.post(f"{ada}/qualifications", data={"version": version, "subject": "", "level": "B2"})
    assert told.status_code == 422
    assert 'value="B2"' in told.text
    body = {"version": version, "subject": "Sums", "level": "B2"}
    shown = await desk.post(f"{ada}/qualifications", data=body)
    assert "Remove Sums B2" in shown.text
    stale = await desk.post(f"{ada}/qualifications", data=body | {"level": "C1"})
    assert stale.status_code == 422
    assert 'value="C1"' in stale.text
    gone = await desk.post(f"{ada}/qualifications/remove", data=body | {"version": hidden(shown, "version")})
    assert "Remove Sums B2" not in gone.text


async def test_what_a_course_is_made_of(desk: httpx.AsyncClient, harbour: School) -> None:
    course = f"/courses/{harbour.ids['course']}"
    assert "Required." in (await desk.post(f"{course}/topics", data={"title": " "})).text
    added = await desk.post(f"{course}/topics", data={"title": "Dividing fractions"})
    assert titles(added) == ["Adding fractions", "Subtracting fractions", "Dividing fractions"]
    one = f"{course}/topics/{harbour.ids['topic']}"
    moved = await desk.post(f"{one}/move", data={"to": "down"})
    assert titles(moved) == ["Subtracting fractions", "Adding fractions", "Dividing fractions"]
    form = await desk.get(one)
    renamed = await desk.post(one, data={"title": "Adding up", "version": hidden(form, "version")})
    assert "Adding up" in renamed.text
    stale = await desk.post(one, data={"title": "Lost?", "version": hidden(form, "version")})
    assert 'value="Lost?"' in stale.text
    assert "Adding up" not in titles(await desk.post(f"{one}/retire"))
    assert "Adding up" in titles(await desk.post(f"{one}/restore"))

    made = await harbour.post("/v1/students", {"name": "Mia"})
    found = await desk.get(f"{course}/enroll?q=mia")
    body = {"student_id": made["id"], "key": hidden(found, "key")}
    for _ in range(2):
        assert "Already enrolled" in (await desk.post(f"{course}/enroll", data=body)).text
    enrolled = (await harbour.get(f"/v1/enrollments?student_id={made['id']}"))["items"]
    left = await desk.post(f"{course}/enrollments/{enrolled[0]['id']}/retire")
    assert "Mia" not in left.text

    form = await desk.get(f"{course}/plans/new")
    topic = harbour.ids["topic"]
    body = {"key": hidden(form, "key"), "title": "", f"sessions-{topic}": "x", f"note-{topic}": "kept"}
    wrong = await desk.post(f"{course}/plans/new", data=body)
    assert wrong.status_code == 422
    assert 'value="kept"' in wrong.text
    shown = await desk.post(f"{course}/plans/new", data=body | {"title": "Spring", f"sessions-{topic}": "3"})
    assert "1 topic, 3 classes" in shown.text
    plan = re.search(rf'href="({course}/plans/[^"]+-[^"]+)"', shown.text)
    assert plan
    page = await desk.get(plan.group(1))
    body = {"version": hidden(page, "version"), "title": "Summer", f"sessions-{topic}": "2"}
    assert "Summer" in (await desk.post(plan.group(1), data=body)).text
    stale = await desk.post(plan.group(1), data=body | {"title": "Autumn"})
    assert stale.status_code == 422
    assert 'value="Autumn"' in stale.text
    await desk.post(f"{plan.group(1)}/retire")
    assert "Restore" in (await desk.get(plan.group(1))).text


def titles(answer: httpx.Response) -> list[str]:
    return [one.replace("&#39;", "'") for one in re.findall(r'aria-label="Rename ([^"]+)"', answer.text)]


async def test_a_class_is_booked_and_a_refusal_keeps_the_form(
    desk: httpx.AsyncClient, harbour: School
) -> None:
    course = f"/courses/{harbour.ids['course']}"
    form = await desk.get(f"{course}/book")
    assert form.text.count("checked") == 2, "everybody enrolled"
    body: dict[str, Any] = {
        "key": hidden(form, "key"),
        "instructor_id": harbour.ids["instructor"],
        "starts_at": "2001-01-01T10:00",
        "minutes": "45",
        "topic_ids": [harbour.ids["topic"]],
        "student_ids": [harbour.ids["student 0"]],
    }
    past = await desk.post(f"{course}/book", data=body)
    assert past.status_code == 422
    assert "The class would start in the past" in past.text
    assert 'value="2001-01-01T10:00"' in past.text
    assert past.text.count("checked") == 2
    empty = await desk.post(f"{course}/book", data=body | {"starts_at": "", "minutes": "x"})
    assert "Enter a whole number." in empty.text
    body |= {"starts_at": "2031-05-01T10:00", "key": hidden(past, "key")}
    booked = await desk.post(f"{course}/book", data=body)
    assert booked.url.path.startswith("/sessions/"), booked.text
    assert "Class booked" in booked.text
    again = await desk.post(f"{course}/book", data=body)
    assert again.url.path == booked.url.path
    session = await harbour.get(f"/v1{booked.url.path}")
    assert session["starts_at"] == "2031-05-01T10:00:00Z"
    assert session["ends_at"] == "2031-05-01T10:45:00Z"
    twice = await desk.post(f"{course}/book", data=body | {"key": str(uuid4())})
    assert twice.status_code == 409
    assert "two classes at once" in twice.text


async def test_markup_in_a_name_is_text(desk: httpx.AsyncClient, harbour: School) -> None:
    for kind in KINDS:
        changes = {kind.heading: MARKUP.format(kind.one)}
        if kind.one == "course":
            changes |= {"topics": MARKUP.format("topic"), "subject": MARKUP.format("subject")}
        shown = await make(desk, kind, **changes)
        check(shown.text, kind.one)
        for path in (kind.base, f"{shown.url.path}/edit", f"{shown.url.path}/retire"):
            check((await desk.get(path)).text, kind.one)
        if kind.one == "course":
            for path in ("/enroll", "/book", "/plans/new"):
                check((await desk.get(f"{shown.url.path}{path}")).text)
    assert Page((await desk.get("/settings/audit")).text).handlers == []


async def test_nobody_who_is_not_signed_in_sees_anything(harbour: School) -> None:
    async with harbour.campus.client() as nobody:
        for path in ("/people/students", "/courses", "/exceptions", "/outbox", "/settings", "/settings/keys"):
            problem_of(await nobody.get(path), 401, "not-authenticated")
        answer = await nobody.post("/people/students/new", data=TYPED["student"])
        assert answer.status_code in (401, 403)
