"""The OpenAPI description is valid, covers every route, and describes errors and authentication."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

import api.routes
from api.http.problems import MEDIA_TYPE
from services.inputs.patterns import ALLOWED
from tests.api.bodies import BODIES
from tests.api.descriptions import operations
from tests.campus import Campus, Json

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="session")
async def described(campus: Campus) -> Json:
    async with campus.client() as anybody:
        schema: Json = (await anybody.get("/v1/openapi.json")).json()
    return schema


def test_the_description_is_valid(described: Json) -> None:
    OpenAPIV31SpecValidator(described).validate()


def patterns_in(part: Any) -> Iterator[str]:
    """The regular expressions of the bodies and queries in a part of the description."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        for name, inner in part.items():
            if name != "responses":
                yield from patterns_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from patterns_in(inner)


HEADERS = "^[ -~]*$"  # Idempotency-Key and If-None-Match, which have messages of their own


def test_every_regular_expression_has_words_for_its_errors(described: Json) -> None:
    assert set(patterns_in(described)) - {HEADERS} <= set(ALLOWED)


def test_every_route_is_described(described: Json) -> None:
    modules = [import_module(f"api.routes.{module.name}") for module in iter_modules(api.routes.__path__)]
    served = {
        (route.path, method.lower())
        for module in modules
        for route in getattr(module, "router", APIRouter()).routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert {(path, method) for path, method, _ in operations(described)} == served


def test_every_operation_has_summary_tags_id_and_error_response(described: Json) -> None:
    ids = set()
    for path, method, operation in operations(described):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        ids.add(operation["operationId"])
        error = operation["responses"]["default"]["content"]
        assert list(error) == [MEDIA_TYPE]
        assert "422" not in operation["responses"], "FastAPI's own error format is never sent"
        assert [status for status in operation["responses"] if status.startswith("2")], (path, method)
    assert len(ids) == len(operations(described))


def test_every_response_has_a_schema(described: Json) -> None:
    empty: dict[str, Any] = {}
    for path, method, operation in operations(described):
        for status, response in operation["responses"].items():
            for content in response.get("content", empty).values():
                assert content.get("schema") or path.endswith("/audio"), (path, method, status)


def test_only_public_operations_have_no_security(described: Json) -> None:
    open_to_all = {path for path, _, operation in operations(described) if not operation.get("security")}
    assert open_to_all == {
        "/v1/join/{session_id}/captions",
        "/v1/join/{session_id}/chat",
        "/v1/join/{session_id}/class",
        "/v1/join/{session_id}/mute",
        "/v1/join/{session_id}/lower-hands",
        "/v1/join/{session_id}/remove",
        "/v1/join/{session_id}/readmit",
        "/v1/join/{session_id}/lock",
        "/v1/join/{session_id}/end",
        "/v1/join/{session_id}/credentials",
        "/v1/join/{session_id}/people",
        "/v1/join/{session_id}/quality",
        "/v1/livekit/webhooks",
        "/v1/content/file",
        "/v1/content/recording",
    }


def test_every_route_with_a_json_body_is_tested_with_bad_values(described: Json) -> None:
    """So that test_bad_values covers each. File uploads have tests of their own."""
    with_json_body = {
        path
        for path, _, operation in operations(described)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert with_json_body == set(BODIES)
