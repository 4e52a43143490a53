"""The API's description of itself: every operation says how it refuses, in the form it really does."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE


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


def install(app: FastAPI) -> None:
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _say_how_it_refuses(described())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _say_how_it_refuses(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _REFUSED
