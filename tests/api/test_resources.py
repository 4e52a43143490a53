"""Every kind of resource: create, read, list, change by version, retire, restore, search and page."""

from typing import Any
from uuid import uuid4

import pytest

from api.schemas.resources import api_of
from services.resources.catalogue import RESOURCES
from tests.api.bodies import BODIES, Booked
from tests.campus import Json, School, problem_of

pytestmark = pytest.mark.adapter

every_kind = pytest.mark.parametrize("path", [api_of(resource).path for resource in RESOURCES])


UNSHOWN = (
    "quiet_from",
    "quiet_until",
    "client_secret",
    "target",
    "secret",
)  # returned in another form, or not at all


@pytest.fixture
def own(path: str, request: pytest.FixtureRequest) -> Json:
    """Extra body fields of this kind: a provider needs a running issuer and an unused domain."""
    if path != "identity-providers":
        return {}
    return {"issuer": request.getfixturevalue("issuer"), "domains": [f"d{uuid4().hex}.example"]}


async def create(school: School, path: str, own: Json) -> Json:
    body = BODIES[f"/v1/{path}"](Booked(school, "", "")) | own
    if path == "enrollments":
        body["student_id"] = (await school.post("/v1/students", {"name": "Mia"}))["id"]
    return await school.post(f"/v1/{path}", body)


@every_kind
async def test_create_read_change_retire_and_restore(harbour: School, path: str, own: Json) -> None:
    made = await create(harbour, path, own)
    one = f"/v1/{path}/{made['id']}"
    read = await harbour.api.get(one)
    stored = {name: value for name, value in made.items() if name != "class_changes"}
    assert (read.json(), read.headers["etag"]) == (stored, '"1"')
    assert (await harbour.api.get(one, headers={"If-None-Match": '"1"'})).status_code == 304

    change = BODIES[f"/v1/{path}/{{id}}"](Booked(harbour, "", "")) | own
    problem_of(await harbour.api.patch(one, json=change), 428, "version-required")
    changed = await harbour.api.patch(one, json=change, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"2"'
    shown = {name: value for name, value in change.items() if name not in UNSHOWN}
    assert shown.items() <= changed.json().items()
    stale = await harbour.api.patch(one, json=change, headers={"If-Match": '"1"'})
    problem_of(stale, 412, "stale-version")

    problem_of(await harbour.api.delete(one, headers={"If-Match": '"1"'}), 412, "stale-version")
    assert (await harbour.api.delete(one)).status_code == 204
    assert (await harbour.api.delete(one)).status_code == 204, "retiring again changes nothing"
    listed = [item["id"] for item in (await harbour.get(f"/v1/{path}"))["items"]]
    retired = [item["id"] for item in (await harbour.get(f"/v1/{path}?retired=true"))["items"]]
    assert (made["id"] in listed, made["id"] in retired) == (False, True)
    answer = await harbour.api.patch(one, json=change, headers={"If-Match": "*"})
    problem_of(answer, 409, "transition-refused")
    assert (await harbour.post(f"{one}/restore"))["retired_at"] is None


@every_kind
async def test_rows_of_another_organization_are_not_found(
    harbour: School, other: School, path: str, own: Json
) -> None:
    one = f"/v1/{path}/{(await create(harbour, path, own))['id']}"
    problem_of(await other.api.get(one), 404, "not-found")
    problem_of(await other.api.patch(one, json={}, headers={"If-Match": "*"}), 404, "not-found")
    problem_of(await other.api.delete(one), 404, "not-found")
    problem_of(await other.api.post(f"{one}/restore"), 404, "not-found")


async def test_paging_skips_and_repeats_nothing_while_rows_come_and_go(harbour: School) -> None:
    names = [f"Student {number:02d}" for number in range(23)]
    ids = {name: (await harbour.post("/v1/students", {"name": name}))["id"] for name in names}
    seen: list[str] = []
    query = "/v1/students?sort=name&limit=5&q=Student"
    page = await harbour.get(query)
    while True:
        seen += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        await harbour.post("/v1/students", {"name": "Student 00 b"})  # sorts before the cursor
        await harbour.api.delete(f"/v1/students/{ids[seen[0]]}")
        page = await harbour.get(f"{query}&cursor={page['next_cursor']}")
    assert seen == names


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "-created_at"])
async def test_paging_in_every_sort_order_returns_every_row_once(harbour: School, sort: str) -> None:
    for number in range(7):
        await harbour.post("/v1/guardians", {"name": f"G{number % 3}", "email": f"g{number}@f.example"})
    whole = (await harbour.get(f"/v1/guardians?sort={sort}&limit=200"))["items"]
    by_page: list[Json] = []
    cursor = ""
    while cursor is not None:
        page = await harbour.get(f"/v1/guardians?sort={sort}&limit=2{cursor and '&cursor=' + cursor}")
        by_page += page["items"]
        cursor = page["next_cursor"]
    assert by_page == whole
    values = [item[sort.lstrip("-")] for item in whole]
    assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=" + "x" * 2000,
        "cursor=WyJuYW1lIiwgMSwgMl0",
        "limit=0",
        "limit=201",
        "sort=email",
        "sort=secret_hash",
        "unknown=1",
        "retired=perhaps",
        "q=" + "x" * 201,
    ],
)
async def test_invalid_queries_are_refused(harbour: School, query: str) -> None:
    answer = await harbour.api.get(f"/v1/guardians?{query}")
    problem_of(answer, 422, answer.json()["code"])


async def test_a_cursor_of_another_sort_order_is_refused(harbour: School) -> None:
    for number in range(3):
        await harbour.post("/v1/students", {"name": f"S{number}"})
    cursor = (await harbour.get("/v1/students?sort=name&limit=1"))["next_cursor"]
    answer = await harbour.api.get(f"/v1/students?sort=created_at&limit=1&cursor={cursor}")
    problem_of(answer, 422, "cursor-invalid")


async def test_search_treats_wildcards_literally(harbour: School) -> None:
    await harbour.post("/v1/students", {"name": "100% Mia_Q\\"})
    await harbour.post("/v1/students", {"name": "1000 MiaXQ"})
    for text in ("100%", "mia_q", "q\\"):
        items = (await harbour.api.get("/v1/students", params={"q": text})).json()["items"]
        assert [item["name"] for item in items] == ["100% Mia_Q\\"]


async def test_an_external_id_is_unique_within_an_organization(harbour: School, other: School) -> None:
    body = {"name": "Mia", "external_id": "crm/47 11"}
    made = await harbour.post("/v1/students", body)
    items = (await harbour.api.get("/v1/students", params={"external_id": body["external_id"]})).json()[
        "items"
    ]
    assert [item["id"] for item in items] == [made["id"]]
    problem_of(await harbour.api.post("/v1/students", json=body), 409, "conflict")
    await other.post("/v1/students", body)


async def test_sessions_have_unique_external_ids_too(harbour: School) -> None:
    booked = await harbour.book(external_id="sis-1")
    items = (await harbour.get("/v1/sessions?external_id=sis-1"))["items"]
    assert [item["id"] for item in items] == [booked]
    again = harbour.booking(
        external_id="sis-1", starts_at="2031-05-01T10:00:00Z", ends_at="2031-05-01T11:00:00Z"
    )
    problem_of(await harbour.api.post("/v1/sessions", json=again), 409, "conflict")


async def test_null_clears_optional_fields_only(harbour: School) -> None:
    person = {"name": "Eva", "email": "e@f.example", "quiet_from": "21:00", "quiet_until": "07:00"}
    made = await harbour.post("/v1/guardians", person)
    one, any_version = f"/v1/guardians/{made['id']}", {"If-Match": "*"}
    for refused in ({"name": None}, {"quiet_from": None}, {"time_zone": None}):
        problem_of(await harbour.api.patch(one, json=refused, headers=any_version), 422, "invalid-input")
    change: dict[str, Any] = {"quiet_from": None, "quiet_until": None}
    changed = (await harbour.api.patch(one, json=change, headers=any_version)).json()
    assert (changed["quiet_from"], changed["name"], changed["version"]) == (None, "Eva", 2)


async def test_rows_with_upcoming_classes_cannot_be_retired(harbour: School) -> None:
    session_id = await harbour.book()
    for path in (
        f"/v1/instructors/{harbour.ids['instructor']}",
        f"/v1/students/{harbour.ids['student 0']}",
        f"/v1/courses/{harbour.ids['course']}",
    ):
        problem_of(await harbour.api.delete(path), 409, "in-use")
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    assert (await harbour.api.delete(f"/v1/instructors/{harbour.ids['instructor']}")).status_code == 204
    problem_of(await harbour.api.post("/v1/sessions", json=harbour.booking()), 422, "unknown-reference")


async def test_retired_enrollments_are_not_booked(harbour: School) -> None:
    enrolled = (await harbour.get(f"/v1/enrollments?student_id={harbour.ids['student 0']}"))["items"]
    assert len(enrolled) == 1
    await harbour.api.delete(f"/v1/enrollments/{enrolled[0]['id']}")
    booked = await harbour.post("/v1/sessions", harbour.booking())
    assert booked["participants"] == 2
    again = {"course_id": harbour.ids["course"], "student_id": harbour.ids["student 0"]}
    await harbour.post("/v1/enrollments", again)


async def test_changing_guardians_replaces_the_whole_list(harbour: School) -> None:
    second = (await harbour.post("/v1/guardians", {"name": "Eva", "email": "e@f.example"}))["id"]
    one = f"/v1/students/{harbour.ids['student 0']}"
    before = await harbour.get(one)
    change = {"guardian_ids": [second]}
    answer = await harbour.api.patch(one, json=change, headers={"If-Match": f'"{before["version"]}"'})
    assert answer.json()["guardian_ids"] == [second] != before["guardian_ids"]
    assert answer.json()["name"] == before["name"]
