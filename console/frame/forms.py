"""Forms: their fields described once, what was typed kept, what is wrong with it told at its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import FormData

from api.http.problems import status_of
from domain.errors import HomeroomError

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """`kind` is that of an input, or textarea, select, lines: one value per line."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    wrong: str = ""  # what to say of a value that does not have the right form
    options: Callable[[], Options] | None = None
    empty: Any = None  # what an empty input stands for
    new_only: bool = False  # is set when the thing is made, and changed elsewhere

    def read(self, typed: str) -> Any:
        text = typed.strip()
        if self.kind == "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        return text or self.empty

    def write(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, time):
            return value.strftime("%H:%M")
        if isinstance(value, list | tuple):
            return "\n".join(map(str, value))
        return str(value)

    def shown(self, value: Any) -> str:
        """As it is read outside of a form."""
        text = self.write(value)
        return dict(self.options()).get(text, text) if self.options else text


@dataclass(frozen=True)
class Input:
    """A field with what is in it."""

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
        """With what is there already, where it is none of them."""
        known = self.field.options() if self.field.options else ()
        if self.value in dict(known) or not self.field.options:
            return known
        return [(self.value, self.value or "Choose…"), *known]


@dataclass(frozen=True)
class Form:
    inputs: tuple[Input, ...]
    wrong: tuple[str, ...] = ()  # with the form as a whole
    problem: HomeroomError | None = None
    meanwhile: tuple[tuple[str, str], ...] = ()  # (label, present value) of what somebody else changed

    @property
    def ok(self) -> bool:
        return not (self.wrong or self.problem or any(one.error for one in self.inputs))

    @property
    def status(self) -> int:
        """Of the answer that shows it."""
        if self.problem:
            return status_of(self.problem)
        return 200 if self.ok else 422

    def __getitem__(self, name: str) -> Input:
        return next(one for one in self.inputs if one.name == name)


def blank(fields: Sequence[Field], schema: type[BaseModel], values: Mapping[str, Any]) -> Form:
    """A form that shows these values."""
    return Form(
        tuple(
            Input(one, one.write(values.get(one.name)), _required(schema, one), _longest(schema, one))
            for one in fields
        )
    )


def typed(form: Form, posted: FormData) -> Form:
    """The same form with what somebody sent in it."""
    return replace(form, inputs=tuple(replace(one, value=text(posted, one.name)) for one in form.inputs))


def body(form: Form) -> dict[str, Any]:
    """What the form says, as a request would."""
    return {one.name: one.field.read(one.value) for one in form.inputs}


def refused(form: Form, error: Exception) -> Form:
    """The form with what is wrong, each at its field."""
    if isinstance(error, ValidationError):
        return _with_errors(form, error.errors())
    if isinstance(error, IntegrityError):
        return _taken(form, error)
    if isinstance(error, HomeroomError):
        return replace(form, problem=error)
    raise error


def text(posted: FormData, name: str) -> str:
    value = posted.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def texts(posted: FormData, name: str) -> list[str]:
    return [value for value in posted.getlist(name) if isinstance(value, str) and value]


async def posted(request: Request) -> FormData:
    return await request.form(max_files=0)


def _with_errors(form: Form, errors: Sequence[ErrorDetails]) -> Form:
    told: dict[str, str] = {}
    whole: list[str] = []
    names = {one.name for one in form.inputs}
    for error in errors:
        name = str(error["loc"][0]) if error["loc"] else ""
        if name in names:
            told.setdefault(name, _said(error, form[name].field))
        else:
            whole.append(_said(error, None))
    marked = tuple(replace(one, error=told.get(one.name, "")) for one in form.inputs)
    return replace(form, inputs=marked, wrong=tuple(whole))


def _said(error: ErrorDetails, of: Field | None) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing" | "string_too_short" | "string_type" | "uuid_parsing":
            return "Required."
        case "string_too_long":
            return f"Use at most {context['max_length']} characters."
        case "too_long":
            return f"Enter at most {context['max_length']}."
        case "string_pattern_mismatch":
            return (of.wrong if of else "") or "Contains characters that aren't allowed."
        case "int_parsing" | "int_type":
            return "Enter a whole number."
        case "greater_than_equal":
            return f"Must be at least {context['ge']}."
        case "less_than_equal":
            return f"Must be at most {context['le']}."
        case "time_parsing" | "time_type":
            return "Enter a time, such as 21:00."
        case "value_error":
            said = str(context["error"]).replace("_", " ")
            return f"{said[:1].upper()}{said[1:]}."
    return (of.wrong if of else "") or f"{error['msg']}."


def _taken(form: Form, error: IntegrityError) -> Form:
    diagnosis = getattr(error.orig, "diag", None)
    constraint = str(getattr(diagnosis, "constraint_name", "") or "")
    for one in form.inputs:
        if constraint.endswith(f"_{one.name}"):
            marked = replace(one, error="Already in use.")
            return replace(form, inputs=tuple(marked if i is one else i for i in form.inputs))
    if constraint.startswith("uq_"):
        return replace(form, wrong=("This already exists.",))
    raise error


def _required(schema: type[BaseModel], one: Field) -> bool:
    found = schema.model_fields.get(one.name)
    return found is not None and found.is_required()


def _longest(schema: type[BaseModel], one: Field) -> int | None:
    found = schema.model_fields.get(one.name)
    if found is None or one.kind in ("select", "lines", "time", "number"):
        return None
    lengths = [getattr(part, "max_length", None) for part in _parts(found)]
    return next((length for length in lengths if length), None)


def _parts(found: Any) -> list[Any]:
    inner = [
        part
        for kind in getattr(found.annotation, "__args__", ())
        for part in getattr(kind, "__metadata__", ())
    ]
    return [*found.metadata, *inner]


def overtaken(form: Form, present: Form, error: HomeroomError) -> Form:
    """What was typed is kept, and beside it stands what somebody else saved meanwhile."""
    differs = [
        (one.field.label, one.field.shown(now.value) or "empty")
        for one, now in zip(form.inputs, present.inputs, strict=True)
        if one.value.strip() != now.value.strip()
    ]
    return replace(form, problem=error, meanwhile=tuple(differs))
