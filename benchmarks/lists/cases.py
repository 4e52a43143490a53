"""Every list of API and console with each of its filters, sorts and second pages, read from their descriptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from api.http.list_queries import CasesQuery, NoticesQuery, list_query
from console.classes.class_filter import NOT_READ, ClassesAddress, Period
from console.records.kinds import KINDS
from console.settings.audit_page import AuditFilter

Json = dict[str, Any]
_PAGING = ("cursor", "limit", "sort")
# Filters that narrow a list to a time; each other filter is asked for all times too.
_EVER = {"from": "2000-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
_EVER_OF_PAGE = {"when": Period.ALL.value}
_PAGES: Mapping[str, type[Any]] = {
    "/classes": ClassesAddress,
    "/exceptions": CasesQuery,
    "/outbox": NoticesQuery,
    "/settings/audit": AuditFilter,
    **{kind.base: list_query(kind.resource) for kind in KINDS},
}


@dataclass(frozen=True)
class Case:
    """A request of a list."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    @property
    def name(self) -> str:
        """What it asks for, without the spelled-out times."""
        ever = (_EVER | _EVER_OF_PAGE).items()
        shown = [f"{name}={value}" for name, value in self.parameters if (name, value) not in ever]
        return ", ".join(["all times"] * (len(shown) < len(self.parameters)) + shown) or "as it opens"


def api_cases(description: Json, samples: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """The lists of an OpenAPI description: what has pages and is of the organization as a whole."""
    for path, methods in description["paths"].items():
        operation = methods.get("get", {})
        if "{" in path or "cursor" not in {one["name"] for one in operation.get("parameters", ())}:
            continue
        parameters = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
        yield from _cases(path, parameters, description["components"]["schemas"], samples)


def page_cases(samples: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """The lists of the console."""
    for path, model in _PAGES.items():
        schema = model.model_json_schema()
        read = {field.validation_alias or name for name, field in model.model_fields.items()}
        if model is ClassesAddress:
            read -= set(NOT_READ)
        parameters = {name: one for name, one in schema["properties"].items() if name in read}
        yield from _cases(path, parameters, schema.get("$defs", {}), samples)
    yield Case("/review")


def _cases(
    path: str, parameters: Json, kinds: Mapping[str, Json], samples: Mapping[str, Sequence[str]]
) -> Iterator[Case]:
    """`kinds` are the schemas that those of the parameters refer to, by name."""
    yield Case(path)
    ever = next(
        (tuple(times.items()) for times in (_EVER, _EVER_OF_PAGE) if times.keys() <= parameters.keys()), ()
    )
    for sort in _values(parameters.get("sort", {}), kinds):
        yield Case(path, (*ever, ("sort", sort)))
    for name, schema in parameters.items():
        if name in _PAGING or name in _EVER:
            continue
        for value in _values(schema, kinds) or samples.get(name, ()):
            yield Case(path, ((name, value),))
            if ever and name not in _EVER_OF_PAGE:
                yield Case(path, (*ever, (name, value)))


def _values(schema: Json, kinds: Mapping[str, Json]) -> list[str]:
    """The values that a parameter may have, where its description lists them."""
    parts = [schema, *schema.get("anyOf", ())]
    parts += [kinds[part["$ref"].rpartition("/")[2]] for part in parts if "$ref" in part]
    values = [str(value) for part in parts for value in part.get("enum", ())]
    values += [str(part["const"]) for part in parts if "const" in part]
    return values or ["true"] * any(part.get("type") == "boolean" for part in parts)
