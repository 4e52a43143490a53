"""HTML forms: describe the fields once, keep what was typed, and show each error at its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import FormData

from api.http.problems import status_of
from console.frame import durations
from domain.errors import HomeroomError

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """`kind` is the type of an HTML input, or textarea, select, checkbox, or lines (one value per line)."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    wrong: str = ""  # the error for a value in the wrong format
    options: Callable[[], Options] | None = None
    other: Callable[[str], str] = str  # the label of a current value that is none of the options
    empty: Any = None  # the value of an empty input
    item: Callable[[str], Any] = str  # reads a line of lines; what raises ValueError stays as it was typed
    line: Callable[[Any], str] = str  # and writes it
    new_only: bool = False  # only in the form that creates the record; changed elsewhere later

    def read(self, typed: str) -> Any:
        """The value of a typed text, before validation."""
        text = typed.strip()
        if self.kind == "lines":
            return [self._item(line.strip()) for line in text.splitlines() if line.strip()]
        if self.kind == "checkbox":
            return text == "true"
        return text or self.empty

    def _item(self, line: str) -> Any:
        try:
            return self.item(line)
        except ValueError:
            return line

    def write(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else ""
        if isinstance(value, time):
            return value.strftime("%H:%M")
        if isinstance(value, list | tuple):
            return "\n".join(map(self.line, value))
        return str(value)

    def shown(self, value: Any) -> str:
        """The value as text outside of a form."""
        text = self.write(value)
        if self.kind == "checkbox":
            return "Yes" if text else ""
        return dict(self.options()).get(text) or self.other(text) if self.options else text


@dataclass(frozen=True)
class Input:
    """A field with its current value and error."""

    field: Field
    value: str
    required: bool = False
    maxlength: int | None = None
    error: str = ""

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def type(self) -> str:
        return "textarea" if self.field.kind == "lines" else self.field.kind

    @property
    def options(self) -> Options:
        """The field's options, and the current value where it is none of them."""
        options = self.field.options() if self.field.options else ()
        if self.value in dict(options) or not self.field.options:
            return options
        return [(self.value, self.field.other(self.value) if self.value else "Choose…"), *options]


@dataclass(frozen=True)
class Form:
    inputs: tuple[Input, ...]
    errors: tuple[str, ...] = ()  # of the form as a whole
    problem: HomeroomError | None = None
    conflicts: tuple[tuple[str, str], ...] = ()  # (label, current value) of fields that somebody else changed

    @property
    def ok(self) -> bool:
        return not (self.errors or self.problem or any(entry.error for entry in self.inputs))

    @property
    def status(self) -> int:
        """The HTTP status of the response that shows the form."""
        if self.problem:
            return status_of(self.problem)
        return 200 if self.ok else 422

    def __getitem__(self, name: str) -> Input:
        return next(entry for entry in self.inputs if entry.name == name)


def build(fields: Sequence[Field], schema: type[BaseModel], values: Mapping[str, Any]) -> Form:
    """A form with these values; `schema` says which fields are required and how long they may be."""
    return Form(
        tuple(
            Input(
                field,
                field.write(values.get(field.name)),
                _required(schema, field),
                _max_length(schema, field),
            )
            for field in fields
        )
    )


def with_input(form: Form, posted: FormData) -> Form:
    """The form with the posted texts as its values."""
    inputs = tuple(replace(entry, value=text(posted, entry.name)) for entry in form.inputs)
    return replace(form, inputs=inputs)


def values(form: Form) -> dict[str, Any]:
    """The values of the form by field name, to be validated by an input schema."""
    return {entry.name: entry.field.read(entry.value) for entry in form.inputs}


def with_errors(form: Form, error: Exception) -> Form:
    """The form with each error at its field. Raises the error itself where it is no fault of the input."""
    if isinstance(error, ValidationError):
        return _with_field_errors(form, error.errors())
    if isinstance(error, IntegrityError):
        return _with_uniqueness_error(form, error)
    if isinstance(error, HomeroomError):
        return replace(form, problem=error)
    raise error


def text(posted: FormData, name: str) -> str:
    """The posted text of a field; empty where it was not sent."""
    value = posted.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def texts(posted: FormData, name: str) -> list[str]:
    """The posted texts of a field that can be sent several times, such as checkboxes."""
    return [value for value in posted.getlist(name) if isinstance(value, str) and value]


async def posted(request: Request) -> FormData:
    return await request.form(max_files=0)


def _with_field_errors(form: Form, errors: Sequence[ErrorDetails]) -> Form:
    by_field: dict[str, str] = {}
    of_form: list[str] = []
    names = {entry.name for entry in form.inputs}
    for error in errors:
        name = str(error["loc"][0]) if error["loc"] else ""
        if name in names:
            by_field.setdefault(name, message(error, form[name].field))
        else:
            of_form.append(message(error, None))
    inputs = tuple(replace(entry, error=by_field.get(entry.name, "")) for entry in form.inputs)
    return replace(form, inputs=inputs, errors=tuple(of_form))


def message(error: ErrorDetails, field: Field | None = None) -> str:
    """The error of a value, as a sentence beside its field."""
    context = error.get("ctx", {})
    match error["type"]:
        case "missing" | "string_too_short" | "string_type" | "uuid_parsing":
            return "Required."
        case "string_too_long":
            return f"Use at most {context['max_length']} characters."
        case "too_long":
            return f"Enter at most {context['max_length']}."
        case "string_pattern_mismatch":
            return (field.wrong if field else "") or "Contains characters that aren't allowed."
        case "int_parsing" | "int_parsing_size" | "int_type":
            return "Enter a whole number."
        case "greater_than_equal":
            return f"Must be at least {_bound(context['ge'])}."
        case "less_than_equal":
            return f"Must be at most {_bound(context['le'])}."
        case "time_parsing" | "time_type":
            return "Enter a time, such as 21:00."
        case "value_error":
            reason = str(context["error"]).replace("_", " ")
            return f"{reason[:1].upper()}{reason[1:]}."
    return (field.wrong if field else "") or f"{error['msg']}."


def _bound(value: Any) -> str:
    return durations.written(value) if isinstance(value, timedelta) else str(value)


def _with_uniqueness_error(form: Form, error: IntegrityError) -> Form:
    diagnosis = getattr(error.orig, "diag", None)
    constraint = str(getattr(diagnosis, "constraint_name", "") or "")
    for taken in form.inputs:
        if constraint.endswith(f"_{taken.name}"):
            marked = replace(taken, error="Already in use.")
            return replace(form, inputs=tuple(marked if entry is taken else entry for entry in form.inputs))
    if constraint.startswith("uq_"):
        return replace(form, errors=("This already exists.",))
    raise error


def _required(schema: type[BaseModel], field: Field) -> bool:
    described = schema.model_fields.get(field.name)
    return described is not None and described.is_required()


def _max_length(schema: type[BaseModel], field: Field) -> int | None:
    described = schema.model_fields.get(field.name)
    if described is None or field.kind in ("select", "lines", "time", "number"):
        return None
    lengths = [getattr(constraint, "max_length", None) for constraint in _constraints(described)]
    return next((length for length in lengths if length), None)


def _constraints(described: FieldInfo) -> list[Any]:
    """The constraints of a field, and those of the types in its union."""
    of_members = [
        constraint
        for member in getattr(described.annotation, "__args__", ())
        for constraint in getattr(member, "__metadata__", ())
    ]
    return [*described.metadata, *of_members]


def with_conflict(form: Form, current: Form, error: HomeroomError) -> Form:
    """The form with what was typed, and beside it the values that somebody else saved in the meantime."""
    conflicts = [
        (typed.field.label, typed.field.shown(saved.value) or "empty")
        for typed, saved in zip(form.inputs, current.inputs, strict=True)
        if typed.value.strip() != saved.value.strip()
    ]
    return replace(form, problem=error, conflicts=tuple(conflicts))
