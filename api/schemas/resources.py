"""How each kind of resource appears in the API: its path, its tag and what a read of it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from api.schemas.access import IdentityProviderOut, MemberOut
from api.schemas.courses import CourseOut, EnrollmentOut, PlanOut, TopicOut
from api.schemas.people import GuardianOut, InstructorOut, StudentOut
from models.reading import Readable
from services.inputs.fields import Schema
from services.resources.resource import Resource


@dataclass(frozen=True)
class Described:
    path: str
    tag: str
    out: type[Schema]


_KINDS: Mapping[str, Described] = {
    "guardian": Described("guardians", "people", GuardianOut),
    "student": Described("students", "people", StudentOut),
    "instructor": Described("instructors", "people", InstructorOut),
    "course": Described("courses", "courses", CourseOut),
    "topic": Described("topics", "courses", TopicOut),
    "curriculum plan": Described("curriculum-plans", "courses", PlanOut),
    "enrollment": Described("enrollments", "courses", EnrollmentOut),
    "member": Described("members", "access", MemberOut),
    "identity provider": Described("identity-providers", "access", IdentityProviderOut),
}


def described(resource: Resource[Any]) -> Described:
    return _KINDS[resource.name]


async def present(db: Readable, resource: Resource[Any], rows: Sequence[Any]) -> list[Any]:
    """Rows of one kind as the API shows them."""
    out = described(resource).out
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
