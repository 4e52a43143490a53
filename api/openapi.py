"""The API's description of itself: every operation says how it refuses, in the form it really does."""

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
    """What every answer looks like that is no success (RFC 9457). Some kinds have further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:homeroom:problem:double-booked"])
    title: str
    status: int
    detail: str = Field(description="What is wrong with this request.")
    code: str = Field(description="Stable; for programs.", examples=["double-booked"])
    next_step: str = Field(description="What the reader can do about it.")


_REFUSED = {
    "description": "Refused or failed.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = described()
            _say_how_it_refuses(schema)
            _say_who_may(routers, schema)
            _say_what_will_go(routers, schema)
            openapi_examples.show(schema)
            schema["info"]["description"] = POLICY
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _routes(routers: Sequence[APIRouter]) -> Iterator[APIRoute]:
    for route in (route for router in routers for route in router.routes):
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield route


def _say_what_will_go(routers: Sequence[APIRouter], schema: dict[str, Any]) -> None:
    for route in _routes(routers):
        for one in (one.call for one in route.dependant.dependencies):
            if isinstance(one, Deprecated):
                for method in route.methods or ():
                    operation = schema["paths"][route.path][method.lower()]
                    operation |= {"deprecated": True, "x-sunset": one.sunset.isoformat()}


def _say_who_may(routers: Sequence[APIRouter], schema: dict[str, Any]) -> None:
    """Which operations ask who it is, and which permission they need."""
    schema["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key: `hr_<prefix>_<secret>`."}
    }
    for route in _routes(routers):
        asked = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]
        operators = any(one.call is operator for one in route.dependant.dependencies)
        for method in (route.methods or ()) if asked or operators else ():
            operation = schema["paths"][route.path][method.lower()]
            operation["security"] = [{"key": []}]
            if asked:
                operation["x-permission"] = asked[0].permission
            if method == "POST":
                operation.setdefault("parameters", []).append(_IDEMPOTENCY)
            if method == "GET" and route.response_model is not None:
                operation.setdefault("parameters", []).append(_CONDITIONAL)
                operation["responses"]["304"] = {"description": "What you have is still true."}


_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body again: the same answer, one effect. Kept for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"},
}
_CONDITIONAL = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag you have: 304 without a body where it is still true.",
    "schema": {"type": "string", "maxLength": 1000, "pattern": "^[ -~]*$"},
}


def _say_how_it_refuses(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _REFUSED
