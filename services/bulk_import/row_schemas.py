"""What one row of a kind may hold: what a request may, and ids of other systems in place of ours."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, get_origin
from uuid import UUID

from pydantic import Field, create_model, model_validator

from domain.errors import HomeroomError, UnknownReference
from services.inputs.fields import ExternalId, Schema
from services.resources.resource import Resource

_MANY = "_ids"
ExternalIds = Annotated[list[ExternalId], Field(max_length=10)]


def external_field(field: str) -> str:
    """`course_id` is also `course_external_id`, `guardian_ids` also `guardian_external_ids`."""
    stem, _, number = field.rpartition("_id")
    return f"{stem}_external_id{number}"


@cache
def row_form(resource: Resource[Any]) -> type[Schema]:
    fields: dict[str, Any] = {}
    for field in resource.references:
        if field.endswith(_MANY):
            fields[external_field(field)] = (ExternalIds, Field(default_factory=list))
        else:
            fields[field] = (UUID | None, None)
            fields[external_field(field)] = (ExternalId | None, None)
    if not fields:
        return resource.new
    check: Any = model_validator(mode="after")(_named_one_way(tuple(resource.references)))
    return create_model(
        f"{resource.new.__name__}Row",
        __base__=resource.new,
        __validators__={"named_one_way": check},
        **fields,
    )


def _named_one_way(references: Sequence[str]) -> Callable[[Any], Any]:
    def check(row: Any) -> Any:
        for field in references:
            own, external = getattr(row, field), getattr(row, external_field(field))
            if own and external:
                raise ValueError(f"give {field} or {external_field(field)}, not both")
            if not (own or external or field.endswith(_MANY)):
                raise ValueError(f"{field} is missing; give it or {external_field(field)}")
        return row

    return check


def external_ids(row: Schema, field: str) -> list[str]:
    """What a row names by ids of another system."""
    given = getattr(row, external_field(field))
    if given is None:
        return []
    return [given] if isinstance(given, str) else list(given)


def with_ids(row: Schema, field: str, found: Mapping[str, UUID]) -> Schema | HomeroomError:
    """The row with our ids."""
    named = external_ids(row, field)
    if not named:
        return row
    what = field.rpartition("_id")[0]
    if missing := [one for one in named if one not in found]:
        return UnknownReference(
            f"there is no {what} with the external id {', '.join(map(repr, missing))}",
            next_step="Import it first, or correct the id.",
        )
    ids = list(dict.fromkeys(found[one] for one in named))
    return row.model_copy(update={field: ids if field.endswith(_MANY) else ids[0]})


@cache
def columns(resource: Resource[Any]) -> Mapping[str, Callable[[str], Any]]:
    """The columns a CSV file may have, and how a cell of each is read."""
    fields = row_form(resource).model_fields.items()
    return {
        name: _list_of(resource.cells.get(name, str)) if get_origin(field.annotation) is list else str
        for name, field in fields
    }


def _list_of(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Items are separated by semicolons."""
    return lambda cell: [read(part.strip()) for part in cell.split(";") if part.strip()]
