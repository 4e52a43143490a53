"""Schemas of imported rows: the fields of a create request, where external ids can replace Homeroom's ids."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, get_origin
from uuid import UUID

from pydantic import Field, create_model, model_validator
from pydantic.fields import FieldInfo

from domain.errors import HomeroomError, InvalidInput, UnknownReference
from services.inputs.fields import ExternalId, Schema
from services.resources.resource import Resource

_EXPONENT = re.compile(r"[+-]?\d+([.,]\d+)?[eE]\+?\d+")
_MANY = "_ids"  # suffix of fields that hold several ids
ExternalIds = Annotated[list[ExternalId], Field(max_length=10)]


def external_field(field: str) -> str:
    """The field for external ids beside a field of ids: `course_external_id` for `course_id`."""
    stem, _, number = field.rpartition("_id")
    return f"{stem}_external_id{number}"


@cache
def row_schema(resource: Resource[Any]) -> type[Schema]:
    """The schema of a row of this kind."""
    fields: dict[str, Any] = {}
    for field in resource.references:
        if field.endswith(_MANY):
            fields[external_field(field)] = (ExternalIds, Field(default_factory=list))
        else:
            fields[field] = (UUID | None, None)
            fields[external_field(field)] = (ExternalId | None, None)
    if not fields:
        return resource.new
    check: Any = model_validator(mode="after")(_id_or_external_id(tuple(resource.references)))
    return create_model(
        f"{resource.new.__name__}Row",
        __base__=resource.new,
        __validators__={"id_or_external_id": check},
        **fields,
    )


def _id_or_external_id(references: Sequence[str]) -> Callable[[Any], Any]:
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
    """The external ids in a field of a row."""
    given = getattr(row, external_field(field))
    if given is None:
        return []
    return [given] if isinstance(given, str) else list(given)


def with_ids(row: Schema, field: str, ids_by_external_id: Mapping[str, UUID]) -> Schema | HomeroomError:
    """The row with Homeroom's ids in place of external ones; UnknownReference for an external id that is unknown."""
    given = external_ids(row, field)
    if not given:
        return row
    noun = field.rpartition("_id")[0]
    if missing := [external_id for external_id in given if external_id not in ids_by_external_id]:
        return UnknownReference(
            f"there is no {noun} with the external id {', '.join(map(repr, missing))}",
            next_step="Import it first, or correct the id.",
        )
    ids = list(dict.fromkeys(ids_by_external_id[external_id] for external_id in given))
    return row.model_copy(update={field: ids if field.endswith(_MANY) else ids[0]})


@cache
def columns(resource: Resource[Any]) -> Mapping[str, Callable[[str], Any]]:
    """The columns that a CSV file may have, each with the function that reads its cells."""
    fields = row_schema(resource).model_fields.items()
    return {
        name: _list_of(_reader(resource, name)) if _is_list(field) else _reader(resource, name)
        for name, field in fields
    }


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list


def _reader(resource: Resource[Any], name: str) -> Callable[[str], Any]:
    return _external_id if "external_id" in name else resource.cells.get(name, str)


def _external_id(cell: str) -> str:
    """Raises InvalidInput for an id that a spreadsheet has rounded to a number with an exponent."""
    if _EXPONENT.fullmatch(cell):
        raise InvalidInput(
            f"a spreadsheet changed the id to {cell}, so its last digits are lost",
            next_step="Format the column as text, enter the id again, and save the file again.",
        )
    return cell


def _list_of(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Reads a cell whose items are separated by semicolons."""
    return lambda cell: [read(part.strip()) for part in cell.split(";") if part.strip()]
