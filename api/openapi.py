"""Completes FastAPI's OpenAPI description: problem responses, permissions, shared headers, deprecations, examples."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from api import openapi_examples
from api.http.authentication import Needs, operator
from api.http.deprecation import POLICY, Deprecated
from api.http.problems import MEDIA_TYPE


class Problem(BaseModel):
    """The body of every error response (RFC 9457). Some problem types have additional members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:homeroom:problem:double-booked"])
    title: str
    status: int
    detail: str = Field(description="What is wrong with this request.")
    code: str = Field(description="A stable identifier for programs.", examples=["double-booked"])
    next_step: str = Field(description="What you can do about it.")


_ERROR_RESPONSE = {
    "description": "An error.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_FASTAPI_ERROR_SCHEMAS = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Make `app.openapi` return the completed description; `routers` are those of the API."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            _describe_errors(schema)
            _describe_access(routers, schema)
            _describe_deprecations(routers, schema)
            openapi_examples.add_to(schema)
            schema["info"]["description"] = POLICY
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _routes(routers: Sequence[APIRouter]) -> Iterator[APIRoute]:
    for route in (route for router in routers for route in router.routes):
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield route


def _describe_deprecations(routers: Sequence[APIRouter], schema: dict[str, Any]) -> None:
    for route in _routes(routers):
        for call in (dependency.call for dependency in route.dependant.dependencies):
            if isinstance(call, Deprecated):
                for method in route.methods or ():
                    operation = schema["paths"][route.path][method.lower()]
                    operation |= {"deprecated": True, "x-sunset": call.sunset.isoformat()}


def _describe_access(routers: Sequence[APIRouter], schema: dict[str, Any]) -> None:
    """Add the security scheme, the needed permission and the headers that authenticated operations share."""
    schema["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, such as `hr_<prefix>_<secret>`.",
        }
    }
    for route in _routes(routers):
        calls = [dependency.call for dependency in route.dependant.dependencies]
        checks = [call for call in calls if isinstance(call, Needs)]
        for method in (route.methods or ()) if checks or operator in calls else ():
            operation = schema["paths"][route.path][method.lower()]
            operation["security"] = [{"key": []}]
            if checks:
                operation["x-permission"] = checks[0].permission
            if method == "POST":
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
            if method == "GET" and route.response_model is not None:
                operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
                operation["responses"]["304"] = {"description": "Not modified: your copy is current."}


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating a request with the same key and body has one effect and returns the same response. "
    "Keys are kept for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of your copy. If it is current, the response is 304 without a body.",
    "schema": {"type": "string", "maxLength": 1000, "pattern": "^[ -~]*$"},
}


def _describe_errors(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    for name in _FASTAPI_ERROR_SCHEMAS:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _ERROR_RESPONSE
