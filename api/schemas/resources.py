"""How each kind of resource appears in the API: path, OpenAPI tag and response body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from api.schemas.access import IdentityProviderOut, MemberOut
from api.schemas.courses import CourseOut, EnrollmentOut, PlanOut, TopicOut
from api.schemas.people import GuardianOut, InstructorOut, StudentOut
from api.schemas.routing import AlertChannelOut, RotaOut
from models.reading import Readable
from services.inputs.fields import Schema
from services.resources.resource import Resource


@dataclass(frozen=True)
class ResourceApi:
    path: str
    tag: str
    out: type[Schema]


_KINDS: Mapping[str, ResourceApi] = {
    "guardian": ResourceApi("guardians", "people", GuardianOut),
    "student": ResourceApi("students", "people", StudentOut),
    "instructor": ResourceApi("instructors", "people", InstructorOut),
    "course": ResourceApi("courses", "courses", CourseOut),
    "topic": ResourceApi("topics", "courses", TopicOut),
    "curriculum plan": ResourceApi("curriculum-plans", "courses", PlanOut),
    "enrollment": ResourceApi("enrollments", "courses", EnrollmentOut),
    "member": ResourceApi("members", "access", MemberOut),
    "rota": ResourceApi("rotas", "routing", RotaOut),
    "alert channel": ResourceApi("alert-channels", "routing", AlertChannelOut),
    "identity provider": ResourceApi("identity-providers", "access", IdentityProviderOut),
}


def api_of(resource: Resource[Any]) -> ResourceApi:
    return _KINDS[resource.name]


async def present(db: Readable, resource: Resource[Any], rows: Sequence[Any]) -> list[Any]:
    """The response bodies of rows of one kind."""
    out = api_of(resource).out
    more = await resource.related(db, rows)
    if not more:
        return _list_of(out).validate_python(rows, from_attributes=True)
    return [
        out(
            **{name: getattr(row, name) for name in out.model_fields if hasattr(row, name)},
            **more.get(row.id, {}),
        )
        for row in rows
    ]


@cache
def _list_of(schema: type[Schema]) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[schema])  # type: ignore[valid-type]
