"""The examples of the description are requests that work."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from jsonschema import Draft202012Validator

from api.openapi_examples import BODIES, PLACEHOLDERS, QUERIES
from domain.cases.kinds import ExceptionKind
from tests.api.descriptions import operations
from tests.api.queue_rows import open_cases
from tests.campus import ADMIN, Campus, Json, School, problem_of

pytestmark = pytest.mark.adapter

_SESSION = "POST /v1/sessions/{session_id}"
# Sound requests for which the class of the test, which is booked and no more, is in another state.
NOT_IN_THIS_STATE = {
    f"{_SESSION}/extend": (409, "a session that is scheduled cannot"),
    f"{_SESSION}/documentation/revisions": (422, "cites something that was not said in this class"),
    f"{_SESSION}/documentation/approve": (409, "a session that is scheduled cannot"),
    f"{_SESSION}/documentation/request-changes": (409, "a session that is scheduled cannot"),
    "POST /v1/join/{session_id}/credentials": (409, "not open yet"),
}


@pytest.fixture(scope="module")
async def described(campus: Campus) -> Json:
    async with campus.client() as anybody:
        schema: Json = (await anybody.get("/v1/openapi.json")).json()
    return schema


def bodies(schema: Json) -> Iterator[tuple[str, Json]]:
    """Of every operation that takes JSON, what its body is."""
    for path, method, operation in operations(schema):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            yield f"{method.upper()} {path}", content


def test_every_operation_that_takes_json_has_an_example(described: Json) -> None:
    taking = {place for place, _ in bodies(described)}
    assert not taking - set(BODIES), "these have no example: add one to BODIES of api/examples.py"
    assert not set(BODIES) - taking, "these are no operations that take JSON"


def test_examples_stand_in_the_description_and_fit_it(described: Json) -> None:
    for place, content in bodies(described):
        assert content["examples"]["example"]["value"] == BODIES[place], place
        schema = content["schema"] | {"components": described["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
            BODIES[place]
        )


def test_queries_stand_in_the_description(described: Json) -> None:
    for place, query in QUERIES.items():
        method, _, path = place.partition(" ")
        parameters = described["paths"][path][method.lower()]["parameters"]
        shown = {one["name"]: one["examples"]["example"]["value"] for one in parameters if "examples" in one}
        assert shown == query, place


@pytest.fixture
async def real(harbour: School, request: pytest.FixtureRequest) -> dict[str, str]:
    """What stands for the placeholders."""
    place = request.node.callspec.params["place"]
    provider = {"issuer": request.getfixturevalue("issuer")} if "identity-providers" in place else {}
    ids = harbour.ids
    return provider | {
        "domain": f"d{uuid4().hex}.example",
        "course": ids["course"],
        "topic": ids["topic"],
        "guardian": ids["guardian"],
        "instructor": ids["instructor"],
        "student": (await harbour.post("/v1/students", {"name": "Mia"}))["id"],
        "member": (
            await harbour.post("/v1/members", {"name": "Olu", "email": "olu@h.example", "role": "ops"})
        )["id"],
    }


def filled(example: Any, real: dict[str, str]) -> Any:
    text = json.dumps(example)
    for kind, value in real.items():
        text = text.replace(PLACEHOLDERS[kind], value)
    return json.loads(text)


async def address_of(school: School, place: str, real: dict[str, str]) -> str:
    """With the id of a row that is there."""
    path = place.partition(" ")[2]
    if "{session_id}" in path:
        session_id = await school.book()
        real["session"], real["link"] = session_id, await school.join_token(session_id)
        return path.format(session_id=session_id)
    if "{case_id}" in path:
        (case_id,) = await open_cases(school, await school.book(), ExceptionKind.WEBHOOK_GAP)
        return path.format(case_id=case_id)
    if "{key_id}" in path:
        made = await school.post("/v1/keys", {"name": "an old one"})
        return path.format(key_id=made["id"])
    if "{id}" in path:
        made = await school.post(path.removesuffix("/{id}"), filled(BODIES[f"POST {path[:-5]}"], real))
        return path.format(id=made["id"])
    return path


@pytest.fixture
async def operator(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.client(ADMIN) as opened:
        yield opened


@pytest.mark.parametrize("place", BODIES)
async def test_it_is_a_request_that_works(
    harbour: School, operator: httpx.AsyncClient, real: dict[str, str], place: str
) -> None:
    method = place.partition(" ")[0]
    path = await address_of(harbour, place, real)
    caller = operator if path == "/v1/organizations" else harbour.api
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    answer = await caller.request(method, path, json=filled(BODIES[place], real), headers=headers)
    if place in NOT_IN_THIS_STATE:
        status, words = NOT_IN_THIS_STATE[place]
        assert words in problem_of(answer, status, answer.json()["code"])["detail"]
    else:
        assert answer.is_success, answer.text


@pytest.mark.parametrize("place", QUERIES)
async def test_it_is_a_query_that_works(harbour: School, real: dict[str, str], place: str) -> None:
    path = place.partition(" ")[2]
    answer = await harbour.api.get(path, params=filled(QUERIES[place], real))
    assert answer.status_code == 200, answer.text
