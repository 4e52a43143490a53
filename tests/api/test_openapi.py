"""The API's description: valid, complete, and true about how it refuses."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

import api.routes
from api.http.problems import MEDIA_TYPE
from tests.api.bodies import BODIES
from tests.api.descriptions import operations
from tests.campus import Campus, Json

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="session")
async def described(campus: Campus) -> Json:
    async with campus.client() as anybody:
        schema: Json = (await anybody.get("/v1/openapi.json")).json()
    return schema


def test_it_is_valid(described: Json) -> None:
    OpenAPIV31SpecValidator(described).validate()


def test_every_route_of_the_api_is_in_it(described: Json) -> None:
    modules = [import_module(f"api.routes.{found.name}") for found in iter_modules(api.routes.__path__)]
    served = {
        (route.path, method.lower())
        for module in modules
        for route in getattr(module, "router", APIRouter()).routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert {(path, method) for path, method, _ in operations(described)} == served


def test_every_operation_says_what_it_is_and_how_it_refuses(described: Json) -> None:
    ids = set()
    for path, method, operation in operations(described):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        ids.add(operation["operationId"])
        refusal = operation["responses"]["default"]["content"]
        assert list(refusal) == [MEDIA_TYPE]
        assert "422" not in operation["responses"], "the framework's own form is never sent"
        assert [status for status in operation["responses"] if status.startswith("2")], (path, method)
    assert len(ids) == len(operations(described))


def test_every_answer_has_a_form(described: Json) -> None:
    empty: dict[str, Any] = {}
    for path, method, operation in operations(described):
        for status, response in operation["responses"].items():
            for content in response.get("content", empty).values():
                assert content.get("schema") or path.endswith("/audio"), (path, method, status)


def test_what_needs_a_key_says_so(described: Json) -> None:
    open_to_all = {path for path, _, operation in operations(described) if not operation.get("security")}
    assert open_to_all == {
        "/v1/join/{session_id}/credentials",
        "/v1/join/{session_id}/people",
        "/v1/join/{session_id}/quality",
        "/v1/livekit/webhooks",
        "/v1/content/file",
        "/v1/content/recording",
    }


def test_there_is_a_sound_body_for_every_route_that_takes_one(described: Json) -> None:
    """So that each is under test with bad values. Files have tests of their own."""
    taking = {
        path
        for path, _, operation in operations(described)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert taking == set(BODIES)
