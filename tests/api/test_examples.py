"""The OpenAPI examples are complete, match their schemas, and work when they are sent."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from jsonschema import Draft202012Validator

from api.openapi_examples import BODIES, PLACEHOLDERS, QUERIES
from domain.cases.kinds import ExceptionKind
from services import leave_requests
from services.inputs.leave import NewLeave
from tests.api.descriptions import operations
from tests.api.queue_rows import open_cases
from tests.campus import ADMIN, HOUR, Campus, Json, School, problem_of
from tests.console.colleagues import colleague

pytestmark = pytest.mark.adapter

_SESSION = "POST /v1/sessions/{session_id}"
# Valid requests that a class which is only booked refuses: the status, and words of the detail.
NOT_IN_THIS_STATE = {
    f"{_SESSION}/extend": (409, "a session that is scheduled cannot"),
    f"{_SESSION}/reopen": (409, "a session that is scheduled cannot"),
    f"{_SESSION}/messages": (409, "the room of this class is not open"),
    "PUT /v1/sessions/{session_id}/attendance/{participant_id}": (409, "that is scheduled can't be set"),
    f"{_SESSION}/documentation/revisions": (422, "cites something that was not said in this class"),
    f"{_SESSION}/documentation/approve": (409, "a session that is scheduled cannot"),
    f"{_SESSION}/documentation/request-changes": (409, "a session that is scheduled cannot"),
    "POST /v1/plans/{run_id}/answers": (404, "is not asked about these classes"),
    "POST /v1/join/{session_id}/credentials": (409, "not open yet"),
    "POST /v1/join/{session_id}/chat": (409, "not open yet"),
    "POST /v1/join/{session_id}/quality": (409, "not open yet"),
    "POST /v1/join/{session_id}/mute": (409, "not open yet"),
    "POST /v1/join/{session_id}/lower-hands": (409, "not open yet"),
    "POST /v1/join/{session_id}/remove": (409, "not open yet"),
    "POST /v1/join/{session_id}/readmit": (409, "not open yet"),
    "POST /v1/join/{session_id}/lock": (409, "not open yet"),
    "POST /v1/join/{session_id}/end": (409, "not open yet"),
}


@pytest.fixture(scope="module")
async def described(campus: Campus) -> Json:
    async with campus.client() as anybody:
        schema: Json = (await anybody.get("/v1/openapi.json")).json()
    return schema


def bodies(schema: Json) -> Iterator[tuple[str, Json]]:
    """Key and body description of every operation that takes JSON."""
    for path, method, operation in operations(schema):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            yield f"{method.upper()} {path}", content


def test_every_operation_that_takes_json_has_an_example(described: Json) -> None:
    with_json_body = {operation_key for operation_key, _ in bodies(described)}
    assert not with_json_body - set(BODIES), (
        "these have no example: add one to BODIES of api/openapi_examples.py"
    )
    assert not set(BODIES) - with_json_body, "these operations don't exist or don't take JSON"


def test_body_examples_match_their_schemas(described: Json) -> None:
    for operation_key, content in bodies(described):
        assert content["examples"]["example"]["value"] == BODIES[operation_key], operation_key
        schema = content["schema"] | {"components": described["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
            BODIES[operation_key]
        )


def test_query_examples_are_in_the_description(described: Json) -> None:
    for operation_key, query in QUERIES.items():
        method, _, path = operation_key.partition(" ")
        parameters = described["paths"][path][method.lower()]["parameters"]
        shown = {
            parameter["name"]: parameter["examples"]["example"]["value"]
            for parameter in parameters
            if "examples" in parameter
        }
        assert shown == query, operation_key


@pytest.fixture
async def real(harbour: School, request: pytest.FixtureRequest) -> dict[str, str]:
    """Values of real rows for the placeholders, by name."""
    operation_key = request.node.callspec.params["operation_key"]
    provider = {"issuer": request.getfixturevalue("issuer")} if "identity-providers" in operation_key else {}
    ids = harbour.ids
    return provider | {
        "domain": f"d{uuid4().hex}.example",
        "course": ids["course"],
        "topic": ids["topic"],
        "guardian": ids["guardian"],
        "instructor": ids["instructor"],
        "student": (await harbour.post("/v1/students", {"name": "Mia"}))["id"],
        "member": (
            await harbour.post("/v1/members", {"name": "Olu", "email": f"{uuid4()}@h.example", "role": "ops"})
        )["id"],
    }


def filled(example: Any, real: dict[str, str]) -> Any:
    text = json.dumps(example)
    for kind, value in real.items():
        text = text.replace(PLACEHOLDERS[kind], value)
    return json.loads(text)


async def address_of(school: School, operation_key: str, real: dict[str, str]) -> str:
    """The operation's path with the id of a new row."""
    path = operation_key.partition(" ")[2]
    if "{session_id}" in path:
        session_id = await school.book()
        real["session"], real["link"] = session_id, await school.join_token(session_id)
        people = await school.get(f"/v1/sessions/{session_id}/participants")
        return path.format(session_id=session_id, participant_id=people[0]["id"])
    if "{series_id}" in path:
        made = await school.post("/v1/series", filled(BODIES["POST /v1/series"], real))
        classes = await school.get(f"/v1/series/{made['id']}/classes")
        return path.format(series_id=made["id"], class_id=classes[0]["id"])
    if "{case_id}" in path:
        (case_id,) = await open_cases(school, await school.book(), ExceptionKind.WEBHOOK_GAP)
        return path.format(case_id=case_id)
    if path == "/v1/swaps":
        real["session"], real["instructor"] = await school.book(), (await colleague(school, "Ben"))["id"]
    if "{open_class_id}" in path:
        call = f"/v1/sessions/{await school.book()}/volunteer-call"
        real["instructor"] = (await colleague(school, "Ben"))["id"]
        opened = (await school.api.put(call, json={})).json()
        return path.format(open_class_id=opened["id"])
    if "{run_id}" in path:
        made = await school.post("/v1/plans", BODIES["POST /v1/plans"])
        return path.format(run_id=made["id"])
    if "{closure_id}" in path:
        made = await school.post("/v1/closures", BODIES["POST /v1/closures"])
        return path.format(closure_id=made["closures"][0]["id"])
    if "{leave_id}" in path:
        now = datetime.now(UTC)
        wanted = NewLeave(starts_at=now, ends_at=now + HOUR)
        async with school.transaction() as db:
            asked = await leave_requests.ask(db, UUID(real["instructor"]), uuid4(), wanted, now)
        return path.format(leave_id=asked.id)
    if "{notice_id}" in path:
        return path.format(notice_id=await notice_of(school, await school.book()))
    if "{key_id}" in path:
        made = await school.post("/v1/keys", {"name": "an old one"})
        return path.format(key_id=made["id"])
    if path == "/v1/case-routing/publish":
        await school.api.put("/v1/case-routing", json=filled(BODIES["PUT /v1/case-routing"], real))
    if path == "/v1/scheduling-rules/publish":
        await school.api.put("/v1/scheduling-rules", json=filled(BODIES["PUT /v1/scheduling-rules"], real))
    if path == "/v1/students/{student_id}/pairings/{instructor_id}":
        return path.format(student_id=real["student"], instructor_id=real["instructor"])
    if path.startswith("/v1/members/{id}/"):
        return path.format(id=real["member"])
    if "{id}" in path:
        collection = path.partition("/{id}")[0]
        made = await school.post(collection, filled(BODIES[f"POST {collection}"], real))
        return path.format(id=made["id"])
    return path


async def notice_of(school: School, session_id: str) -> str:
    """The id of a notice about the class, which is written soon after the booking."""
    async with asyncio.timeout(30):
        path = f"/v1/notices?session_id={session_id}"
        while not (notices := (await school.get(path))["items"]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    found: str = notices[0]["id"]
    return found


@pytest.fixture
async def operator(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.client(ADMIN) as opened:
        yield opened


@pytest.mark.parametrize("operation_key", BODIES)
async def test_body_examples_work(
    harbour: School, operator: httpx.AsyncClient, real: dict[str, str], operation_key: str
) -> None:
    method = operation_key.partition(" ")[0]
    path = await address_of(harbour, operation_key, real)
    caller = operator if path == "/v1/organizations" else harbour.api
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    answer = await caller.request(method, path, json=filled(BODIES[operation_key], real), headers=headers)
    if operation_key in NOT_IN_THIS_STATE:
        status, words = NOT_IN_THIS_STATE[operation_key]
        assert words in problem_of(answer, status, answer.json()["code"])["detail"]
    else:
        assert answer.is_success, answer.text


@pytest.mark.parametrize("operation_key", QUERIES)
async def test_query_examples_work(harbour: School, real: dict[str, str], operation_key: str) -> None:
    path = operation_key.partition(" ")[2]
    answer = await harbour.api.get(path, params=filled(QUERIES[operation_key], real))
    assert answer.status_code == 200, answer.text
