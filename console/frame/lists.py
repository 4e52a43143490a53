"""Lists of the console: what is asked in the address, and the addresses of the order and of the next rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

ROWS = 25
Query = TypeVar("Query", bound=BaseModel)


def asked(request: Request, query: type[Query], leave: Sequence[str] = (), **usual: Any) -> Query:
    """What a form without anything chosen in it leaves empty is not asked for. Raises RequestValidationError."""
    known = {one.validation_alias or name for name, one in query.model_fields.items()} - set(leave)
    given = {name: value for name, value in request.query_params.items() if value and name in known}
    try:
        return query.model_validate({"limit": ROWS, **usual, **given})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@dataclass(frozen=True)
class Listed:
    """One page of a list. `kept` is what stays in the address when the order or the place changes."""

    path: str
    rows: list[Any]
    kept: Mapping[str, str]
    sort: str
    next_cursor: str | None
    first: bool

    @property
    def url(self) -> str:
        return self._with({})

    @property
    def next_url(self) -> str:
        return self._with({"sort": self.sort, "cursor": self.next_cursor}) if self.next_cursor else ""

    @property
    def first_url(self) -> str:
        return "" if self.first else self._with({"sort": self.sort})

    @property
    def filtered(self) -> bool:
        return bool(self.kept)

    def _with(self, more: Mapping[str, str | None]) -> str:
        told = urlencode({**self.kept, **{name: value for name, value in more.items() if value}})
        return f"{self.path}?{told}" if told else self.path


def listed(request: Request, rows: list[Any], sort: str, next_cursor: str | None) -> Listed:
    given = request.query_params
    kept = {n: v for n, v in given.items() if v and n not in ("sort", "cursor", "limit", "said")}
    return Listed(request.url.path, rows, kept, sort, next_cursor, not given.get("cursor"))
