"""The free-text fields of the API's operations, found in its description."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.api.bodies import BODIES, Booked, method_of
from tests.campus import Campus, Json

Place = tuple[str | int, ...]
"""Where a field stands in a body: names of objects' fields and places in lists."""


def text_fields(schema: Any, schemas: Json, body: Any, where: Place = ()) -> Iterator[Place]:
    """The free-text fields of a body, those that this body leaves out among them."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        schema = schemas[name]
    for one in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("oneOf", ())):
        yield from text_fields(one, schemas, body, where)
    if schema.get("type") == "string" and not {"format", "enum", "const"} & schema.keys():
        yield where
    for field, inner in schema.get("properties", {}).items():
        if isinstance(body, dict):
            yield from text_fields(inner, schemas, body.get(field), (*where, field))
    if schema.get("type") == "array":
        first = body[0] if isinstance(body, list) and body else None
        yield from text_fields(schema["items"], schemas, first, (*where, 0))


def with_text(body: Any, where: Place, text: str) -> Any:
    if not where:
        return text
    changed, (step, *rest) = deepcopy(body), where
    if isinstance(step, int):
        first = changed[0] if changed else None
        return [with_text(first, tuple(rest), text), *(changed or [])[1:]]
    return (changed or {}) | {step: with_text((changed or {}).get(step), tuple(rest), text)}


def described(campus: Campus) -> Json:
    description: Json = campus.app.openapi()
    return description


def fields_of(booked: Booked, path: str) -> list[Place]:
    description = described(booked.school.campus)
    operation = description["paths"][path][method_of(path).lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return sorted(
        set(text_fields(schema, description["components"]["schemas"], BODIES[path](booked))), key=str
    )
